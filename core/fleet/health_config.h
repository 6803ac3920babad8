// `health` of a device or worker in a fleet file.
#pragma once

#include <cstdint>
#include <string>

namespace biglittle {

// Where a program answers /live, /ready and /metrics. Whoever reaches it may read all of that, so
// it listens to its own machine only, unless told otherwise.
struct HealthConfig {
  std::string host = "127.0.0.1";  // a name or an address of this machine
  std::uint16_t port = 9464;       // TCP

  bool operator==(const HealthConfig&) const = default;
};

}  // namespace biglittle
