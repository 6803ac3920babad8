// A worker of a fleet file, templates unfolded. What each may be: core/fleet/fleet_workers.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/fleet/health_config.h"

namespace biglittle {

struct WorkerConfig {
  std::string id;
  std::vector<std::string> tasks;  // at least one
  std::size_t max_batch_size = 16;
  Milliseconds max_queue_delay{2};    // how long a request may wait for companions
  std::size_t queue_capacity = 1024;  // readings; beyond it: rejected, overloaded
  std::size_t compute_threads = 1;    // each computes batches with nets of its own
  // A reading that is asked for again within this time gets the remembered reply. 0: off.
  Milliseconds deduplication_window{30'000};
  std::size_t deduplication_entries = 8192;  // replies remembered at most
  // Of one device, in the long run and at once, where a request counts as many as it has readings;
  // beyond it: rejected, overloaded. 0: no limit.
  std::size_t device_requests_per_s = 1000;
  Milliseconds reload_interval{2000};      // between two looks for new models; 0: never
  Milliseconds inference_timeout{10'000};  // a batch that takes longer hangs
  Milliseconds status_interval{5000};
  Milliseconds drain_timeout{5000};
  std::optional<HealthConfig> health;  // absent: no health server

  bool operator==(const WorkerConfig&) const = default;
};

}  // namespace biglittle
