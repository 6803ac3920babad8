#include "tests/chaos/phase_figures.h"

#include <algorithm>

namespace biglittle::chaos {

void PhaseFigures::Add(const wire::Result& result) {
  if (result.stage != wire::Stage::kFinal) return;
  ++finals_;
  if (result.total_ms > result.deadline_ms) ++late_;
  if (result.decided_by == wire::DecidedBy::kBig) {
    ++big_;
    round_trips_ms_.push_back(result.round_trip_ms.value_or(0));
  }
  if (result.decided_by == wire::DecidedBy::kFallback) ++fallback_;
}

double PhaseFigures::answered() const {
  return asked() == 0 ? 1.0 : static_cast<double>(big_) / static_cast<double>(asked());
}

double PhaseFigures::deadlines_met() const {
  return finals_ == 0 ? 1.0 : 1.0 - static_cast<double>(late_) / static_cast<double>(finals_);
}

double PhaseFigures::round_trip_p99() const {
  if (round_trips_ms_.empty()) return 0;
  std::vector<double> sorted = round_trips_ms_;
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 99 / 100);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

}  // namespace biglittle::chaos
