#include "cli/provision/broker_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::string_view kShippedFolder = "/etc/mosquitto/biglittle/";

using Lines = std::vector<std::string>;

Lines SplitLines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool IsComment(std::string_view line) { return line.starts_with('#'); }

// Up to the first space; of a comment or an empty line nothing.
std::string_view DirectiveOf(std::string_view line) {
  return IsComment(line) ? std::string_view() : line.substr(0, line.find(' '));
}

std::string_view ValueOf(std::string_view line) {
  const std::size_t space = line.find(' ');
  return space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
}

// An address or a name; Mosquitto takes what follows a space for something else.
bool IsHost(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c == ':' || c == '%' || IsIdentifier({&c, 1});
  });
}

absl::Status CheckSettings(const BrokerSettings& settings) {
  const std::string folder = settings.folder.string();
  const bool one_line = !FirstUnprintable(folder) && folder.find_first_of("\t\r\n") == folder.npos;
  if (!settings.folder.is_absolute() || !one_line || folder.ends_with(' ')) {
    return absl::InvalidArgumentError(fmt::format(
        "the broker's folder must be an absolute path in one line, not {}", Quoted(folder)));
  }
  if (!IsIdentifier(settings.user)) {
    return absl::InvalidArgumentError(fmt::format(
        "the broker's user must be a user name of this machine, not {}", Quoted(settings.user)));
  }
  if (settings.bind_address && !IsHost(*settings.bind_address)) {
    return absl::InvalidArgumentError(
        fmt::format("the broker's address must be an IP address or "
                    "a host name, not {}",
                    Quoted(*settings.bind_address)));
  }
  if (settings.tls_port == 0 || settings.websockets_port == 0 ||
      settings.websockets_port == settings.tls_port) {
    return absl::InvalidArgumentError(
        "the broker's TLS and websockets ports must be two numbers from 1 to 65535");
  }
  return absl::OkStatus();
}

// Directive -> its value, for those that stand once in the file.
std::map<std::string_view, std::string> ValuesOf(const BrokerSettings& settings) {
  const BrokerLimits& limits = settings.limits;
  return {{"user", settings.user},
          {"pid_file", (settings.folder / "mosquitto.pid").string()},
          {"persistence_location", (settings.folder / "").string()},
          {"max_connections", fmt::to_string(limits.max_connections)},
          {"max_inflight_messages", fmt::to_string(limits.max_inflight_messages)},
          {"max_queued_messages", fmt::to_string(limits.max_queued_messages)},
          {"max_queued_bytes", fmt::to_string(limits.max_queued_bytes)},
          {"max_packet_size", fmt::to_string(limits.max_packet_size)},
          {"memory_limit", fmt::to_string(limits.memory_limit)}};
}

absl::Status Lacks(std::string_view what) {
  return absl::InvalidArgumentError(fmt::format(
      "the broker's template lacks {}: take broker_config/production.conf as shipped", what));
}

// Index of the line `listener` that opens the websockets listener; lines.size() if there is none.
std::size_t WebsocketsListener(const Lines& lines) {
  const auto protocol = std::ranges::find(lines, "protocol websockets");
  if (protocol == lines.end()) return lines.size();
  const auto is_listener = [](const std::string& line) { return DirectiveOf(line) == "listener"; };
  const auto found = std::find_if(std::make_reverse_iterator(protocol), lines.rend(), is_listener);
  return found == lines.rend() ? lines.size()
                               : static_cast<std::size_t>(found.base() - lines.begin()) - 1;
}

// Removes the section that begins at `first`, with the comment above it, up to the end.
void RemoveSection(Lines& lines, std::size_t first) {
  while (first > 0 && (IsComment(lines[first - 1]) || lines[first - 1].empty())) --first;
  lines.resize(first);
}

}  // namespace

absl::StatusOr<std::string> RenderBrokerSettings(std::string_view template_text,
                                                 const BrokerSettings& settings) {
  if (absl::Status status = CheckSettings(settings); !status.ok()) return status;
  Lines lines = SplitLines(template_text);
  const std::size_t websockets = WebsocketsListener(lines);
  if (websockets == lines.size()) return Lacks("a listener with 'protocol websockets'");
  if (settings.websockets_port) {
    lines[websockets] = fmt::format("listener {}", *settings.websockets_port);
  } else {
    RemoveSection(lines, websockets);
  }

  std::map<std::string_view, std::string> values = ValuesOf(settings);
  bool has_tls = false;
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string& line = lines[i];
    const std::string directive(DirectiveOf(line));
    const std::string value(ValueOf(line));
    if (const auto found = values.find(directive); found != values.end()) {
      line = fmt::format("{} {}", directive, found->second);
      values.erase(found);
    } else if (directive == "listener" && i != websockets) {
      line = fmt::format("listener {}{}{}", settings.tls_port, settings.bind_address ? " " : "",
                         settings.bind_address.value_or(""));
      has_tls = true;
    } else if (!directive.empty() && value.starts_with(kShippedFolder)) {
      line = fmt::format("{} {}", directive,
                         (settings.folder / value.substr(kShippedFolder.size())).string());
    }
    text += line + '\n';
  }
  if (!has_tls) return Lacks("a listener for TLS");
  if (!values.empty()) return Lacks(fmt::format("the line '{}'", values.begin()->first));
  return text;
}

}  // namespace biglittle
