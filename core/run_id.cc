#include "core/run_id.h"

#include <fmt/format.h>

#include <cstdint>
#include <random>

namespace biglittle {

std::string NewRunId() {
  std::random_device device;
  const std::uint64_t high = device();
  return fmt::format("{:08x}{:08x}", high, static_cast<std::uint64_t>(device()));
}

}  // namespace biglittle
