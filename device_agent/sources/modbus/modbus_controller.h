// Where a Modbus slave is found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace biglittle {

inline constexpr std::uint16_t kModbusPort = 502;

struct ModbusController {
  std::string host;  // a name or an address without brackets; empty: a serial line
  std::uint16_t port = kModbusPort;
  std::string line;  // the device of a serial line, such as /dev/ttyUSB0

  bool is_tcp() const { return !host.empty(); }
  // As it is written, for messages.
  std::string Name() const;
  bool operator==(const ModbusController&) const = default;
};

// Of tcp://host, tcp://host:port, tcp://[IPv6]:port or an absolute path. InvalidArgument, one line.
absl::StatusOr<ModbusController> ParseModbusController(std::string_view text);

}  // namespace biglittle
