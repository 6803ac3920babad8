// A worker of a fleet file, templates unfolded.
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
  std::vector<std::string> tasks;     // at least one
  std::size_t max_batch_size = 16;    // 1 to 1024
  Milliseconds max_queue_delay{2};    // 0 to 10 s; how long a request may wait for companions
  std::size_t queue_capacity = 1024;  // 1 to 1,000,000 readings; beyond it: rejected, overloaded
  std::size_t compute_threads = 1;    // 1 to 64; each computes batches with nets of its own
  // A reading that is asked for again within this time gets the remembered reply. 0: off; at most
  // 10 min.
  Milliseconds deduplication_window{30'000};
  std::size_t deduplication_entries = 8192;  // 1 to 1,000,000 replies remembered at most
  // Of one device, in the long run and at once, where a request counts as many as it has readings;
  // beyond it: rejected, overloaded. 0: no limit; at most 1,000,000.
  std::size_t device_requests_per_s = 1000;
  Milliseconds reload_interval{2000};      // 0 (never) to 1 h; between two looks for new models
  Milliseconds inference_timeout{10'000};  // 100 ms to 10 min; a batch that takes longer hangs
  Milliseconds status_interval{5000};
  Milliseconds drain_timeout{5000};
  std::optional<HealthConfig> health;  // absent: no health server

  bool operator==(const WorkerConfig&) const = default;
};

}  // namespace biglittle
