// Which of the results that wait in the store is sent next, and when.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "core/clock.h"
#include "device_agent/results/result_store.h"

namespace biglittle {

// In the order of their keys; what the broker refused comes when all others have been sent, after a
// pause that doubles while it goes on refusing: it may be the only result that the broker does not
// want. Pure; not thread-safe.
class ResendOrder {
 public:
  static constexpr Milliseconds kRefusedPause{1000};
  static constexpr Milliseconds kLongestRefusedPause{60'000};

  void Add(ResultKey key) { from_ = from_ ? std::min(*from_, key) : key; }
  // Refused: behind all others. A refusal within a pause, of a result that was on its way already,
  // does not lengthen it; that those which were refused before were refused once more does (Next).
  void AddRefused(ResultKey key, SteadyTime now) {
    refused_from_ = refused_from_ ? std::min(*refused_from_, key) : key;
    if (now >= not_before_) not_before_ = now + (from_ ? kRefusedPause : pause_);
  }

  // The broker took a result: what it refuses it may take now as well.
  void OnTaken(SteadyTime now) {
    pause_ = kRefusedPause;
    not_before_ = std::min(not_before_, now + kRefusedPause);
  }
  void OnConnected(SteadyTime now) {
    pause_ = kRefusedPause;
    not_before_ = now;
  }

  bool empty() const { return !from_ && !refused_from_; }
  SteadyTime not_before() const { return not_before_; }
  // The row from which on they wait; demands that it is not empty. Where only refused ones wait, it
  // is their turn.
  ResultKey Next() {
    if (!from_) {
      from_ = std::exchange(refused_from_, std::nullopt);
      pause_ = std::min(2 * pause_, kLongestRefusedPause);
    }
    return *from_;
  }
  // All up to this one are on their way, or refused.
  void Passed(ResultKey key) { from_ = key + 1; }
  // There is none behind those that were passed.
  void AllPassed() { from_.reset(); }

 private:
  // No row before this one waits; nullopt: none at all does, but for refused ones.
  std::optional<ResultKey> from_;
  std::optional<ResultKey> refused_from_;  // likewise
  SteadyTime not_before_{};
  Milliseconds pause_ = kRefusedPause;
};

}  // namespace biglittle
