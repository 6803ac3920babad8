// Which of the readings that are due to be sent go now, and which of them share a request.
//
// A message costs the path about the same for one reading as for thirty-two, so readings that are
// due together share one. A reading waits for companions only while other requests are under way,
// as Nagle's algorithm does for bytes (RFC 896), and never long; of those that compete for the
// budget the least sure goes first.
//
// Knows no clock: the caller says what time it is. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "core/fleet/escalation_config.h"
#include "device_agent/escalation/budget_meter.h"
#include "device_agent/escalation/pending_escalations.h"

namespace biglittle {

class RequestPacker {
 public:
  // Readings of one request: all new, or all of one request that is sent again. Never empty.
  using Pack = std::vector<const PendingEscalation*>;
  struct Plan {
    std::vector<Pack> packs;
    // Sequence numbers of those that waited for budget as long as they may, in vain.
    std::vector<std::uint64_t> without_budget;
    // When to look again, though nothing new is due until then: for companions, or for budget.
    std::optional<SteadyTime> wake;
  };

  // `max_bytes`: of the windows in one request; a larger window has a request to itself.
  RequestPacker(const EscalationPacking& packing, const EscalationBudget& budget,
                std::size_t max_bytes)
      : packing_(packing), budget_(budget), meter_(budget), max_bytes_(max_bytes) {}

  // From now on; what is asked about again stays together all the same.
  void SetMaxBytes(std::size_t max_bytes) { max_bytes_ = max_bytes; }
  // From now on, if it is another one. Nothing of it is there yet: else whoever sets it often could
  // send a burst each time.
  void SetBudget(const EscalationBudget& budget, SteadyTime now);

  // `due` at `now`; `under_way`: how many were sent and have no answer yet. What is in a pack
  // counts as sent in the budget.
  Plan PackDue(std::vector<const PendingEscalation*> due, std::size_t under_way, SteadyTime now);

 private:
  void PackAgain(std::vector<const PendingEscalation*> again, SteadyTime now, Plan& plan);
  void PackFresh(std::vector<const PendingEscalation*> fresh, std::size_t under_way, SteadyTime now,
                 Plan& plan);
  bool Fits(const Pack& pack, const PendingEscalation& escalation) const;
  // Whether it may go now, in a message of its own or in one that goes anyway; if not, what
  // becomes of it is in the plan.
  bool Afford(const PendingEscalation& escalation, bool own_message, SteadyTime now, Plan& plan);

  const EscalationPacking packing_;
  EscalationBudget budget_;
  std::optional<BudgetMeter> meter_;  // always there
  std::size_t max_bytes_;
};

// Until when a new reading may wait for companions: the linger, but at most this part of the time
// that it has.
inline constexpr int kLingerPart = 16;
SteadyTime LingerUntil(const EscalationPacking& packing, const PendingEscalation& escalation);

}  // namespace biglittle
