#include "device_agent/escalation/round_trip.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace biglittle {
namespace {

constexpr std::size_t kMaxDoublings = 16;

}  // namespace

void RoundTrip::Answered(Duration took, std::size_t attempts, SteadyTime now) {
  std::erase_if(observations_, [](const Observation& old) { return !old.answered; });
  Remember({now, took, true});
  if (attempts > 1) return;
  doublings_ = 0;
  if (!smoothed_) {
    smoothed_ = took;
    deviation_ = took / 2;
    return;
  }
  const Duration error = took - *smoothed_;
  deviation_ += (std::chrono::abs(error) - deviation_) / 4;
  *smoothed_ += error / 8;
}

void RoundTrip::Unanswered(Duration waited, SteadyTime now) {
  Remember({now, 2 * waited, false});
  doublings_ = std::min(doublings_ + 1, kMaxDoublings);
}

void RoundTrip::Forget() {
  observations_.clear();
  doublings_ = 0;
}

void RoundTrip::Remember(const Observation& observation) {
  if (observations_.size() == kMaxObservations) observations_.pop_front();
  observations_.push_back(observation);
}

std::optional<RoundTrip::Duration> RoundTrip::Quantile(SteadyTime now) const {
  std::vector<Duration> recent;
  recent.reserve(observations_.size());
  for (const Observation& observation : observations_) {
    if (now - observation.at <= options_.memory) recent.push_back(observation.took);
  }
  if (recent.size() < kLeastObservations) return std::nullopt;
  // Nearest rank.
  const auto rank =
      static_cast<std::size_t>(std::ceil(options_.quantile * static_cast<double>(recent.size())));
  const auto at = recent.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::ranges::nth_element(recent, at);
  return *at;
}

RoundTrip::Duration RoundTrip::RetryTimeout(std::size_t attempt, Duration fallback) const {
  const Duration most = options_.retry_max;
  Duration timeout = std::clamp<Duration>(smoothed_ ? *smoothed_ + 4 * deviation_ : fallback,
                                          options_.retry_min, most);
  const std::size_t doublings = attempt - 1 + doublings_;
  for (std::size_t i = 0; i < doublings && timeout < most; ++i) timeout *= 2;
  return std::min(timeout, most);
}

}  // namespace biglittle
