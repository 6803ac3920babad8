#include "device_agent/escalation/request_id.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace biglittle {

std::string NewRequestId(std::string_view run) {
  std::array<std::uint64_t, 2> bits;
  if (getentropy(bits.data(), sizeof bits) != 0) {
    throw std::system_error(errno, std::generic_category(), "getentropy");
  }
  return fmt::format("{}/{:016x}{:016x}", run, bits[0], bits[1]);
}

}  // namespace biglittle
