#include "cli/bench/call_timing.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace biglittle {
namespace {

using Microseconds = std::chrono::duration<double, std::micro>;

struct Timed {
  const std::function<void()>& before;
  const std::function<void()>& call;
  const Clock& clock;

  Microseconds Once() const {
    before();
    const SteadyTime start = clock.Now();
    call();
    return clock.Now() - start;
  }
  // The mean of `size` calls.
  Microseconds Group(std::uint64_t size) const {
    if (size == 1) return Once();
    const SteadyTime start = clock.Now();
    for (std::uint64_t i = 0; i < size; ++i) {
      before();
      call();
    }
    return Microseconds(clock.Now() - start) / static_cast<double>(size);
  }
};

// The least time seen; that of the first call holds what happens only once.
Microseconds WarmUp(const Timed& timed, std::chrono::duration<double> length) {
  const SteadyTime start = timed.clock.Now();
  Microseconds least = timed.Once();
  while (timed.clock.Now() - start < length) least = std::min(least, timed.Once());
  return least;
}

std::uint64_t GroupSize(Microseconds call) {
  if (call >= kShortCall) return 1;
  return static_cast<std::uint64_t>(std::ceil(kGroupTime / std::max(call, Microseconds(0.1))));
}

}  // namespace

CallTimes TimeCalls(const std::function<void()>& before, const std::function<void()>& call,
                    std::chrono::duration<double> length, const Clock& clock) {
  const Timed timed{before, call, clock};
  const std::uint64_t group = GroupSize(WarmUp(timed, length / 10));
  std::vector<Microseconds> times;
  const SteadyTime start = clock.Now();
  do {
    times.push_back(timed.Group(group));
  } while (clock.Now() - start < length);
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return {middle->count(), std::ranges::min(times).count(), times.size() * group};
}

}  // namespace biglittle
