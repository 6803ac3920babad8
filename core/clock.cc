#include "core/clock.h"

#include <fstream>

namespace biglittle {
namespace {

class RealClock final : public Clock {
 public:
  SteadyTime Now() const override { return std::chrono::steady_clock::now(); }
  WallTime WallNow() const override { return std::chrono::system_clock::now(); }
  std::string Boot() const override {
    std::string id;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
    return id;
  }
};

}  // namespace

const Clock& Clock::Real() {
  // Never destroyed: a compute thread that was left behind may ask for the time while the process
  // ends.
  static const RealClock& clock = *new RealClock;
  return clock;
}

double ToMilliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace biglittle
