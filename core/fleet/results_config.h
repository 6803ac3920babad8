// `results` and `store` of a device in a fleet file.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "core/clock.h"

namespace biglittle {

// Where results wait on disk until the broker has taken them. The device's file is
// <folder>/<device id>.sqlite.
struct StoreConfig {
  std::filesystem::path folder;
  std::uint64_t max_bytes = 64U << 20U;   // 64 KiB to 1 TiB; of results
  std::chrono::seconds max_age{604'800};  // 1 s to 10 years
  std::size_t resend_per_s = 200;         // 1 to 1,000,000 results
  // What was delivered this long before the broker's last sign of life is kept, to be sent again if
  // the connection is lost: a broker that dies takes with it what it had acknowledged and not
  // passed on.
  Milliseconds keep{500};  // 0 ms to 10 min

  bool operator==(const StoreConfig&) const = default;
};

// How results leave the device: each in a message of its own, or up to `max_batch` in one.
struct ResultsConfig {
  std::size_t max_batch = 1;  // 1 to 256
  // How long a result may wait for companions, never beyond its deadline; 1 ms to 10 s. Nothing
  // waits where max_batch is 1.
  Milliseconds linger{20};

  bool operator==(const ResultsConfig&) const = default;
};

}  // namespace biglittle
