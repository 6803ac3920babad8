#include "core/program/vitals.h"

#include <fmt/format.h>

#include <utility>

#include "core/shown_text.h"

namespace biglittle {

void Vitals::Report(VitalSigns signs) {
  const SteadyTime now = clock_.Now();
  const std::lock_guard lock(mutex_);
  phase_ = Phase::kRunning;
  reported_at_ = now;
  signs_ = std::move(signs);
  signs_.condition = Shown(signs_.condition);
}

void Vitals::Stopping() {
  const std::lock_guard lock(mutex_);
  phase_ = Phase::kStopping;
  signs_.ready = false;
  signs_.condition = "stopping";
}

Verdict Vitals::Live() const {
  const SteadyTime now = clock_.Now();
  const std::lock_guard lock(mutex_);
  if (phase_ != Phase::kRunning || now - reported_at_ <= kMaxSilence) return {true, "alive"};
  return {false, fmt::format(
                     "the main loop has not turned for {} s",
                     std::chrono::duration_cast<std::chrono::seconds>(now - reported_at_).count())};
}

Verdict Vitals::Ready() const {
  const std::lock_guard lock(mutex_);
  return {signs_.ready, signs_.condition};
}

VitalSigns Vitals::signs() const {
  const std::lock_guard lock(mutex_);
  return signs_;
}

}  // namespace biglittle
