#include "tests/chaos/link_delay.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace biglittle::chaos {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

// What a limited link may pass at once after it was quiet.
constexpr Milliseconds kBurst{50};

microseconds Scaled(Milliseconds delay, double factor) {
  return microseconds(
      static_cast<microseconds::rep>(static_cast<double>(microseconds(delay).count()) * factor));
}

}  // namespace

microseconds DelaySampler::Sample(const LinkDelay& delay, SteadyTime now) {
  if (const auto* fixed = std::get_if<FixedDelay>(&delay)) return fixed->delay;
  if (const auto* tail = std::get_if<LogNormalDelay>(&delay)) {
    const double factor = std::exp(tail->sigma * random_.Normal());
    return std::min<microseconds>(Scaled(tail->median, factor), tail->longest);
  }
  const auto& changing = std::get<ChangingDelay>(delay);
  if (now >= change_at_) {
    change_at_ = now + changing.period;
    changing_ = changing.shortest + Scaled(changing.longest - changing.shortest, random_.Uniform());
  }
  return changing_;
}

void ByteAllowance::Refill(std::uint64_t bytes_per_s, SteadyTime now) {
  if (bytes_per_s == 0) {
    left_ = std::numeric_limits<std::uint64_t>::max();
    return;
  }
  const auto passed = std::min<SteadyTime::duration>(now - refilled_at_, kBurst);
  const std::uint64_t most =
      std::max<std::uint64_t>(1, bytes_per_s * static_cast<std::uint64_t>(kBurst.count()) / 1000);
  const double earned =
      std::chrono::duration<double>(passed).count() * static_cast<double>(bytes_per_s);
  if (earned < 1.0 && left_ <= most) return;  // not yet a byte: keep the time for later
  left_ = std::min(most, std::min(left_, most) + static_cast<std::uint64_t>(earned));
  refilled_at_ = now;
}

}  // namespace biglittle::chaos
