// What a device may send: messages and bytes a second.
//
// Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/clock.h"
#include "core/fleet_config.h"
#include "core/token_bucket.h"

namespace biglittle {

class BudgetMeter {
 public:
  explicit BudgetMeter(const EscalationBudget& budget)
      : messages_(budget.messages_per_s, budget.burst), bytes_(budget.bytes_per_s, budget.burst) {}

  // True if a message of so many bytes may be sent now; it then counts as sent.
  bool TryTake(std::size_t bytes, SteadyTime now) {
    const auto amount = static_cast<double>(bytes);
    if (!messages_.Has(1, now) || !bytes_.Has(amount, now)) return false;
    messages_.Take(1);
    bytes_.Take(amount);
    return true;
  }
  // When such a message could be sent.
  SteadyTime When(std::size_t bytes, SteadyTime now) {
    return std::max(messages_.When(1, now), bytes_.When(static_cast<double>(bytes), now));
  }

 private:
  TokenBucket messages_;
  TokenBucket bytes_;
};

}  // namespace biglittle
