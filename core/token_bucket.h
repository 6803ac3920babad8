// How much may be done: fills at a steady rate, is emptied by what is done, holds no more than a
// burst.
//
// Knows no clock: the caller says what time it is. Not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/clock.h"

namespace biglittle {

class TokenBucket {
 public:
  // `rate`, tokens a second, above 0; nullopt: no bound, every amount is there. It begins full, and
  // holds what comes in `burst`, be it less than one token.
  TokenBucket(std::optional<double> rate, Milliseconds burst)
      : rate_(rate),
        capacity_(rate ? *rate * std::chrono::duration<double>(burst).count() : 0),
        tokens_(capacity_) {}

  // An amount above the capacity passes when the bucket is full, and leaves a debt: else it would
  // never pass.
  bool Has(double amount, SteadyTime now) {
    if (!rate_) return true;
    Fill(now);
    return tokens_ >= std::min(amount, capacity_);
  }
  // Nothing was taken, or it has come in again since.
  bool IsFull(SteadyTime now) const { return !rate_ || Filled(now) >= capacity_; }
  // Has() must have said yes.
  void Take(double amount) {
    if (rate_) tokens_ -= amount;
  }
  // What has happened already: leaves a debt, at most as large as the bucket.
  void Charge(double amount, SteadyTime now) {
    if (!rate_) return;
    Fill(now);
    tokens_ = std::max(tokens_ - amount, -capacity_);
  }
  // As if all had just been taken.
  void Empty(SteadyTime now) {
    filled_at_ = std::max(filled_at_, now);
    tokens_ = 0;
  }
  // When Has(amount) will be true, if nothing is taken until then.
  SteadyTime When(double amount, SteadyTime now) {
    if (Has(amount, now)) return now;
    const double missing = std::min(amount, capacity_) - tokens_;
    return now + std::chrono::ceil<std::chrono::microseconds>(
                     std::chrono::duration<double>(missing / *rate_));
  }

 private:
  double Filled(SteadyTime now) const {
    if (now <= filled_at_) return tokens_;
    const double seconds = std::chrono::duration<double>(now - filled_at_).count();
    return std::min(capacity_, tokens_ + seconds * *rate_);
  }
  void Fill(SteadyTime now) {
    tokens_ = Filled(now);
    filled_at_ = std::max(filled_at_, now);
  }

  const std::optional<double> rate_;
  const double capacity_;
  double tokens_;
  SteadyTime filled_at_{};
};

}  // namespace biglittle
