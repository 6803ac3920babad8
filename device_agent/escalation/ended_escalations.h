// The escalations that ended lately, so that a reply that comes afterwards can be told for what it
// is. A bounded memory: what is older than its capacity is forgotten.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "core/clock.h"

namespace biglittle {

struct EndedEscalation {
  std::string request_id;
  SteadyTime first_sent_at;
  std::size_t attempts = 0;
  bool answered = false;  // false: it ended without an answer
};

class EndedEscalations {
 public:
  explicit EndedEscalations(std::size_t capacity) : capacity_(capacity) {}

  // Sequence numbers do not repeat.
  void Remember(std::uint64_t sequence, const EndedEscalation& ended) {
    if (!by_sequence_.try_emplace(sequence, ended).second) return;
    ++readings_of_[ended.request_id];
    order_.push_back(sequence);
    if (order_.size() <= capacity_) return;
    Forget(order_.front());
    order_.pop_front();
  }

  // nullptr if it never was sent in that request, or was forgotten. Valid until the next Remember.
  EndedEscalation* Find(std::uint64_t sequence, const std::string& request_id) {
    const auto at = by_sequence_.find(sequence);
    return at == by_sequence_.end() || at->second.request_id != request_id ? nullptr : &at->second;
  }
  bool Knows(const std::string& request_id) const { return readings_of_.contains(request_id); }

 private:
  void Forget(std::uint64_t sequence) {
    const auto at = by_sequence_.find(sequence);
    const auto request = readings_of_.find(at->second.request_id);
    if (--request->second == 0) readings_of_.erase(request);
    by_sequence_.erase(at);
  }

  const std::size_t capacity_;
  std::unordered_map<std::uint64_t, EndedEscalation> by_sequence_;
  std::unordered_map<std::string, std::size_t> readings_of_;  // of them, by request
  std::deque<std::uint64_t> order_;                           // same elements, oldest first
};

}  // namespace biglittle
