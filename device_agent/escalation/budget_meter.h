// What a device may send: messages and bytes a second.
//
// Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/clock.h"
#include "core/fleet/escalation_config.h"
#include "core/token_bucket.h"

namespace biglittle {

class BudgetMeter {
 public:
  explicit BudgetMeter(const EscalationBudget& budget)
      : messages_(budget.messages_per_s, budget.burst), bytes_(budget.bytes_per_s, budget.burst) {}

  // True if so many messages (0: it goes along in one that goes anyway) of so many bytes may be
  // sent now; they then count as sent.
  bool TryTake(std::size_t messages, std::size_t bytes, SteadyTime now) {
    const auto count = static_cast<double>(messages);
    const auto amount = static_cast<double>(bytes);
    if ((messages > 0 && !messages_.Has(count, now)) || !bytes_.Has(amount, now)) return false;
    messages_.Take(count);
    bytes_.Take(amount);
    return true;
  }
  // When they could be sent.
  SteadyTime When(std::size_t messages, std::size_t bytes, SteadyTime now) {
    const SteadyTime by_bytes = bytes_.When(static_cast<double>(bytes), now);
    if (messages == 0) return by_bytes;
    return std::max(messages_.When(static_cast<double>(messages), now), by_bytes);
  }

  // Nothing may be sent until it has come in.
  void Empty(SteadyTime now) {
    messages_.Empty(now);
    bytes_.Empty(now);
  }

 private:
  TokenBucket messages_;
  TokenBucket bytes_;
};

}  // namespace biglittle
