#include "cloud_worker/queue/load_gauge.h"

#include <algorithm>
#include <limits>

namespace biglittle {
namespace {

constexpr double kWeightOfNew = 1.0 / 8;

}  // namespace

void LoadGauge::Arrived(SteadyTime at) {
  if (first_) {
    first_ = false;
    last_ = at;
    return;
  }
  const SteadyTime::duration since = std::max(at - last_, SteadyTime::duration::zero());
  const auto gap = static_cast<double>(std::min(since, longest_gap_).count());
  gap_ = measured_ ? gap_ + kWeightOfNew * (gap - gap_) : gap;
  measured_ = true;
  last_ = std::max(at, last_);
}

double LoadGauge::Expected(SteadyTime::duration time) const {
  if (!measured_) return 0;
  if (gap_ <= 0) return std::numeric_limits<double>::infinity();
  return static_cast<double>(time.count()) / gap_;
}

}  // namespace biglittle
