// What the devices had of the cloud for a while: how many of the readings that they asked about
// were answered, and how long that took.
#pragma once

#include <cstdint>
#include <vector>

#include "wire/messages/result.h"

namespace biglittle::chaos {

// Not thread-safe.
class PhaseFigures {
 public:
  void Add(const wire::Result& result);

  std::uint64_t asked() const { return big_ + fallback_; }
  // Share of them that the big net answered; 1 if none was asked.
  double answered() const;
  // Share of all finals that were out by their deadline, as the agent measured; 1 if there are
  // none.
  double deadlines_met() const;
  // Milliseconds from the first request to the answer; 0 if there is none.
  double round_trip_p99() const;

 private:
  std::uint64_t finals_ = 0;
  std::uint64_t late_ = 0;
  std::uint64_t big_ = 0;
  std::uint64_t fallback_ = 0;
  std::vector<double> round_trips_ms_;
};

}  // namespace biglittle::chaos
