// How much memory the processes of a role hold, early and late: a leak shows as growth.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>

#include "core/clock.h"

namespace biglittle::chaos {

// Resident memory of a process in MiB; nullopt if it is gone.
std::optional<double> ResidentMiB(pid_t pid);

// Not thread-safe.
class MemoryWatch {
 public:
  struct Growth {
    double first_mib = 0.0;  // when the process had warmed up
    double last_mib = 0.0;
    double highest_mib = 0.0;
    // Within 20 %, or `allowed_mib` if that is more.
    bool is_flat(double allowed_mib) const;
  };

  // To be called now and then while the process lives.
  void Sample(pid_t pid, SteadyTime now);
  // Of the process that grew most among those that lived long enough to tell.
  std::optional<Growth> worst() const;
  // How far any process was above its first sample; 0 if none lived long enough.
  double highest_growth_mib() const;

 private:
  struct Process {
    SteadyTime seen_first;
    SteadyTime sampled_at;
    std::optional<Growth> growth;
  };
  std::map<pid_t, Process> processes_;
};

}  // namespace biglittle::chaos
