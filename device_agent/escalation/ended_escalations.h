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
  std::uint64_t request_number = 0;
  SteadyTime first_sent_at;
  std::size_t attempts = 0;
  bool answered = false;  // false: it ended without an answer
};

class EndedEscalations {
 public:
  explicit EndedEscalations(std::size_t capacity) : capacity_(capacity) {}

  // It was sent in that request. Sequence numbers do not repeat.
  void Remember(std::uint64_t sequence, const std::string& request_id,
                const EndedEscalation& ended) {
    if (!by_sequence_.try_emplace(sequence, ended).second) return;
    Request& request = requests_[ended.request_number];
    if (request.readings++ == 0) {
      request.id = request_id;
      numbers_.emplace(request_id, ended.request_number);
    }
    order_.push_back(sequence);
    if (order_.size() <= capacity_) return;
    Forget(order_.front());
    order_.pop_front();
  }

  // nullptr if it never was sent in that request, or was forgotten. Valid until the next Remember.
  EndedEscalation* Find(std::uint64_t sequence, const std::string& request_id) {
    const auto at = by_sequence_.find(sequence);
    const bool known =
        at != by_sequence_.end() && requests_.at(at->second.request_number).id == request_id;
    return known ? &at->second : nullptr;
  }
  bool Knows(const std::string& request_id) const { return numbers_.contains(request_id); }

 private:
  struct Request {
    std::string id;
    std::size_t readings = 0;  // of those that are remembered
  };

  void Forget(std::uint64_t sequence) {
    const auto at = by_sequence_.find(sequence);
    const auto request = requests_.find(at->second.request_number);
    by_sequence_.erase(at);
    if (--request->second.readings > 0) return;
    numbers_.erase(request->second.id);
    requests_.erase(request);
  }

  const std::size_t capacity_;
  std::unordered_map<std::uint64_t, EndedEscalation> by_sequence_;
  std::deque<std::uint64_t> order_;                         // same elements, oldest first
  std::unordered_map<std::uint64_t, Request> requests_;     // theirs, by number
  std::unordered_map<std::string, std::uint64_t> numbers_;  // by id
};

}  // namespace biglittle
