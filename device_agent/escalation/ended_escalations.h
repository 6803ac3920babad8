// The escalations that ended lately, so that a reply that comes afterwards can be told for what it
// is. A bounded memory: what is older than its capacity is forgotten.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "core/clock.h"

namespace biglittle {

struct EndedEscalation {
  SteadyTime first_sent_at;
  std::size_t attempts = 0;
  bool answered = false;  // false: it ended without an answer
};

class EndedEscalations {
 public:
  explicit EndedEscalations(std::size_t capacity) : capacity_(capacity) {}

  void Remember(std::uint64_t sequence, const EndedEscalation& ended) {
    if (!by_sequence_.insert_or_assign(sequence, ended).second) return;
    order_.push_back(sequence);
    if (order_.size() <= capacity_) return;
    by_sequence_.erase(order_.front());
    order_.pop_front();
  }

  // nullptr if it never was, or was forgotten. Valid until the next Remember.
  EndedEscalation* Find(std::uint64_t sequence) {
    const auto at = by_sequence_.find(sequence);
    return at == by_sequence_.end() ? nullptr : &at->second;
  }

 private:
  const std::size_t capacity_;
  std::unordered_map<std::uint64_t, EndedEscalation> by_sequence_;
  std::deque<std::uint64_t> order_;  // same elements, oldest first
};

}  // namespace biglittle
