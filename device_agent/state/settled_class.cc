#include "device_agent/state/settled_class.h"

#include <map>

namespace biglittle {

bool SettledClass::Add(const Reading& reading) {
  const std::size_t looked_at =
      config_.smoothing.kind == SmoothingKind::kNone ? 1 : config_.smoothing.readings;
  last_.push_back(reading);
  if (last_.size() > looked_at) last_.pop_front();

  const int smoothed = Smoothed();
  if (state_ && smoothed == state_->class_index) {
    candidate_readings_ = 0;
    ++state_->readings;
    state_->confidence = ConfidenceOf(smoothed);
    return false;
  }
  if (candidate_readings_ == 0 || smoothed != candidate_) {
    candidate_ = smoothed;
    candidate_readings_ = 0;
    candidate_since_ = reading.capture_time;
  }
  ++candidate_readings_;
  const bool settled = candidate_readings_ >= config_.settle.readings &&
                       reading.capture_time - candidate_since_ >= config_.settle.hold;
  if (state_ && !settled) {
    ++state_->readings;
    return false;
  }
  state_ = State{smoothed, ConfidenceOf(smoothed), candidate_since_, candidate_readings_};
  candidate_readings_ = 0;
  return true;
}

int SettledClass::Smoothed() const {
  std::map<int, double> weights;
  for (const Reading& reading : last_) {
    weights[reading.class_index] +=
        config_.smoothing.kind == SmoothingKind::kMean ? reading.confidence : 1;
  }
  // The settled class wins a draw, then the latest.
  int best = state_ && weights.contains(state_->class_index) ? state_->class_index
                                                             : last_.back().class_index;
  for (const auto& [class_index, weight] : weights) {
    if (weight > weights.at(best)) best = class_index;
  }
  return best;
}

float SettledClass::ConfidenceOf(int class_index) const {
  double sum = 0;
  int count = 0;
  for (const Reading& reading : last_) {
    if (reading.class_index != class_index) continue;
    sum += reading.confidence;
    ++count;
  }
  return count == 0 ? 0.0F : static_cast<float>(sum / count);
}

}  // namespace biglittle
