#include "device_agent/sources/modbus/modbus_controller.h"

#include <fmt/format.h>

#include <charconv>

#include "absl/status/status.h"

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
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  return read.ec == std::errc{} && read.ptr == end && port > 0;
}

// Letters, digits and what else names and addresses are made of; not a second scheme or a path.
bool IsHost(std::string_view host, bool in_brackets) {
  if (host.empty() || host.size() > 253) return false;
  if (in_brackets) return IsIpAddress(std::string(host));
  return host.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
         std::string_view::npos;
}

}  // namespace

std::string ModbusController::Name() const {
  if (!is_tcp()) return line;
  const bool brackets = host.find(':') != std::string::npos;
  return fmt::format("tcp://{}{}{}:{}", brackets ? "[" : "", host, brackets ? "]" : "", port);
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
  if (!good_port || !IsHost(controller.host, in_brackets)) return NoController(text);
  return controller;
}

}  // namespace biglittle
