#include "device_agent/sources/modbus/modbus_controller.h"

#include <fmt/format.h>

#include "absl/status/status.h"

#include "core/host_name.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::string_view kScheme = "tcp://";

absl::Status NoController(std::string_view text) {
  return absl::InvalidArgumentError(fmt::format(
      "'controller' must be tcp://host:port or a serial line's path such as /dev/ttyUSB0, not the "
      "text {}",
      Quoted(text)));
}

bool ReadPort(std::string_view text, std::uint16_t& port) {
  port = ParseNumber<std::uint16_t>(text).value_or(0);
  return port > 0;
}

}  // namespace

std::string ModbusController::Name() const {
  if (!is_tcp()) return line;
  return fmt::format("tcp://{}:{}", HostInUrl(host), port);
}

absl::StatusOr<ModbusController> ParseModbusController(std::string_view text) {
  ModbusController controller;
  if (text.starts_with('/')) {
    controller.line = text;
    return controller;
  }
  if (!text.starts_with(kScheme)) return NoController(text);
  std::string_view rest = text.substr(kScheme.size());
  const bool in_brackets = rest.starts_with('[');
  if (in_brackets) rest.remove_prefix(1);
  const std::size_t end = rest.find(in_brackets ? ']' : ':');
  if (in_brackets && end == std::string_view::npos) return NoController(text);
  controller.host = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
  if (in_brackets) rest.remove_prefix(1);
  const bool good_port =
      rest.empty() || (rest.starts_with(':') && ReadPort(rest.substr(1), controller.port));
  const bool good_host = in_brackets ? IsIpAddress(controller.host) : IsHost(controller.host);
  if (!good_port || !good_host) return NoController(text);
  return controller;
}

}  // namespace biglittle
