// `results` and `store` of a device in a fleet file. What each may be:
// core/fleet/device_sections.cc.
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
  std::uint64_t max_bytes = 64U << 20U;  // of results
  std::chrono::seconds max_age{604'800};
  std::size_t resend_per_s = 200;  // results
  // What was delivered this long before the broker's last sign of life is kept, to be sent again if
  // the connection is lost: a broker that dies takes with it what it had acknowledged and not
  // passed on.
  Milliseconds keep{500};

  bool operator==(const StoreConfig&) const = default;
};

// How results leave the device: each in a message of its own, or up to `max_batch` in one.
struct ResultsConfig {
  std::size_t max_batch = 1;
  // How long a result may wait for companions, never beyond its deadline. Nothing waits where
  // max_batch is 1.
  Milliseconds linger{20};

  bool operator==(const ResultsConfig&) const = default;
};

}  // namespace biglittle
