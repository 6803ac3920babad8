// The escalations that ended lately, so that a reply that comes afterwards can be told for what it
// is. A bounded memory: what is older than its capacity is forgotten.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>

#include "core/clock.h"

namespace biglittle {

struct EndedEscalation {
  SteadyTime first_sent_at;
  std::size_t attempts = 0;
  bool answered = false;  // false: it ended without an answer
};

// A request is known by the hash of its id: nobody can make up one with the same, for he would have
// to know the id.
class EndedEscalations {
 public:
  explicit EndedEscalations(std::size_t capacity) : capacity_(capacity) {}

  // It was sent in that request. Sequence numbers do not repeat.
  void Remember(std::uint64_t sequence, const std::string& request_id,
                const EndedEscalation& ended) {
    const std::size_t request = HashOf(request_id);
    if (!by_sequence_.try_emplace(sequence, Entry{ended, request}).second) return;
    ++readings_of_[request];
    order_.push_back(sequence);
    if (order_.size() <= capacity_) return;
    Forget(order_.front());
    order_.pop_front();
  }

  // nullptr if it never was sent in that request, or was forgotten. Valid until the next Remember.
  EndedEscalation* Find(std::uint64_t sequence, const std::string& request_id) {
    const auto at = by_sequence_.find(sequence);
    const bool known = at != by_sequence_.end() && at->second.request == HashOf(request_id);
    return known ? &at->second.ended : nullptr;
  }
  bool Knows(const std::string& request_id) const {
    return readings_of_.contains(HashOf(request_id));
  }

 private:
  struct Entry {
    EndedEscalation ended;
    std::size_t request;
  };

  static std::size_t HashOf(const std::string& request_id) {
    return std::hash<std::string>{}(request_id);
  }
  void Forget(std::uint64_t sequence) {
    const auto at = by_sequence_.find(sequence);
    const auto request = readings_of_.find(at->second.request);
    if (--request->second == 0) readings_of_.erase(request);
    by_sequence_.erase(at);
  }

  const std::size_t capacity_;
  std::unordered_map<std::uint64_t, Entry> by_sequence_;
  std::deque<std::uint64_t> order_;                           // same elements, oldest first
  std::unordered_map<std::size_t, std::size_t> readings_of_;  // how many of each request
};

}  // namespace biglittle
