// How long a result has waited, whatever the clock of the day says: a device without a battery for
// it begins in 1970 and is told the time later.
//
// A store has a time of its own, in milliseconds. It goes with the steady clock while an agent has
// the store, and stands still while none has: between two runs nobody knows how much time went by.
// So what is called old has waited at least that long, before the eyes of agents.
#pragma once

#include <cstdint>
#include <string>

#include "core/clock.h"

namespace biglittle {

// Not thread-safe.
class StoreClock {
 public:
  // One moment, as the store keeps it for the next run.
  struct Mark {
    std::int64_t store_ms = 0;
    std::int64_t steady_ms = 0;  // since the machine started
    std::string boot;            // Clock::Boot()
  };

  // Goes on from the last mark, or from `newest_row_ms`, the store time of the newest row, if that
  // is later. `clock` must outlive it.
  StoreClock(const Mark& last, std::int64_t newest_row_ms, const Clock& clock);

  std::int64_t NowMs() const { return began_ms_ + (SteadyMs() - began_steady_ms_); }
  Mark Now() const { return {NowMs(), SteadyMs(), boot_}; }

  // For how long what was written at `store_ms` has waited, as far as is known: with the time
  // between the last run and this one, where the machine was not restarted meanwhile.
  Milliseconds Since(std::int64_t store_ms) const;

 private:
  std::int64_t SteadyMs() const;

  const Clock* clock_;
  std::string boot_;
  std::int64_t began_steady_ms_;
  std::int64_t began_ms_;
  std::int64_t away_ms_ = 0;  // nobody had the store
};

}  // namespace biglittle
