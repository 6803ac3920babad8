#include "cli/watch/recent.h"

#include <algorithm>
#include <functional>
#include <span>

namespace biglittle {

void RecentDecisions::Add(wire::DecidedBy decided_by) {
  if (total_ == kMost) {
    --counts_[static_cast<std::size_t>(ring_[next_])];
  } else {
    ++total_;
  }
  ring_[next_] = decided_by;
  ++counts_[static_cast<std::size_t>(decided_by)];
  next_ = (next_ + 1) % kMost;
}

double RecentDecisions::Share(wire::DecidedBy decided_by) const {
  if (total_ == 0) return 0.0;
  return static_cast<double>(counts_[static_cast<std::size_t>(decided_by)]) /
         static_cast<double>(total_);
}

double RecentDecisions::Escalated() const {
  return total_ == 0 ? 0.0 : 1.0 - Share(wire::DecidedBy::kLittle);
}

void RecentRoundTrips::Add(double ms) {
  ring_[next_] = static_cast<float>(ms);
  next_ = (next_ + 1) % ring_.size();
  count_ = std::min(ring_.size(), count_ + 1);
}

std::optional<double> RecentRoundTrips::Median() const {
  if (count_ == 0) return std::nullopt;
  std::array<float, 64> sorted = ring_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(count_ / 2);
  std::nth_element(sorted.begin(), middle, sorted.begin() + static_cast<std::ptrdiff_t>(count_));
  return static_cast<double>(*middle);
}

void RecentLabels::Add(std::string_view label, WallTime now) {
  ring_[next_] = label;
  next_ = (next_ + 1) % ring_.size();
  count_ = std::min(ring_.size(), count_ + 1);
  const auto alike = std::ranges::count(std::span(ring_).first(count_), label);
  const bool is_most = static_cast<std::size_t>(alike) * 2 > count_;
  if (label == majority_ || (!majority_.empty() && !is_most)) return;
  majority_ = label;
  since_ = now;
}

bool RecentNames::Add(std::string_view run, std::uint64_t sequence) {
  // A name that is taken for another's is a reading that is not counted, once in 2^57.
  const std::uint64_t name = std::hash<std::string_view>()(run) ^ (sequence * 0x9e3779b97f4a7c15U);
  const auto known = std::span(ring_).first(count_);
  if (std::ranges::find(known, name) != known.end()) return false;
  ring_[next_] = name;
  next_ = (next_ + 1) % ring_.size();
  count_ = std::min(ring_.size(), count_ + 1);
  return true;
}

}  // namespace biglittle
