#include "cli/provision/bridge_settings.h"

#include <fmt/format.h>

#include <map>

#include "cli/check/broker_file.h"
#include "core/host_name.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::string_view kShippedFolder = "/etc/mosquitto/biglittle/";
constexpr std::string_view kShippedTopics = "biglittle/v1/site-1/";

absl::Status CheckSettings(const BridgeSettings& settings) {
  for (const auto& [name, value] :
       {std::pair("site", settings.site), std::pair("fleet", settings.fleet)}) {
    if (IsIdentifier(value)) continue;
    return absl::InvalidArgumentError(
        fmt::format("the bridge's {} must be of A-Z a-z 0-9 _ . -, not {}", name, Quoted(value)));
  }
  if (!IsHost(settings.central_host) || settings.central_port == 0) {
    return absl::InvalidArgumentError(
        fmt::format("the central broker must be a host name or an IP address and a port, not {}:{}",
                    Quoted(settings.central_host), settings.central_port));
  }
  if (settings.topic_root.empty() || FirstUnprintable(settings.topic_root) ||
      settings.topic_root.find_first_of(" \t\r\n+#") != std::string::npos) {
    return absl::InvalidArgumentError(
        fmt::format("the bridge's topic root cannot be {}: as in the "
                    "fleet file",
                    Quoted(settings.topic_root)));
  }
  return CheckBrokerFolder("the bridge's folder", settings.folder.string());
}

// Whether a topic line of the template is for this site.
bool Crosses(std::string_view topic, bool has_workers) {
  const bool of_workers = topic.find("/workers/") != topic.npos;
  const bool escalates =
      topic.find("/escalate ") != topic.npos || topic.find("/reply/+ ") != topic.npos;
  return has_workers ? !escalates : !of_workers;
}

// What is left of the template once the topics of other sites are gone, each with the comment
// right above it.
BrokerLines TopicsOf(BrokerLines lines, bool has_workers) {
  BrokerLines kept;
  for (BrokerLine& line : lines) {
    if (line.directive == "topic" && !Crosses(line.value, has_workers)) {
      while (!kept.empty() && kept.back().value.starts_with('#') &&
             line.value.find("/workers/") != std::string::npos) {
        kept.pop_back();
      }
      continue;
    }
    kept.push_back(std::move(line));
  }
  return kept;
}

}  // namespace

absl::StatusOr<std::string> RenderBridgeSettings(std::string_view template_text,
                                                 const BridgeSettings& settings) {
  if (absl::Status status = CheckSettings(settings); !status.ok()) return status;
  std::map<std::string_view, std::string> values{
      {"connection", settings.site},
      {"remote_clientid", settings.site},
      {"address", fmt::format("{}:{}", settings.central_host, settings.central_port)},
      {"bridge_max_packet_size", fmt::to_string(settings.max_packet_size)}};
  BrokerLines lines = TopicsOf(ReadBrokerLines(template_text), settings.has_workers);
  const std::string topics = fmt::format("{}/{}/", settings.topic_root, settings.fleet);
  bool has_topics = false;
  for (auto& [directive, value] : lines) {
    if (const auto found = values.find(directive); found != values.end()) {
      value = found->second;
      values.erase(found);
    } else if (directive == "topic" && value.starts_with(kShippedTopics)) {
      value.replace(0, kShippedTopics.size(), topics);
      has_topics = true;
    } else if (!directive.empty() && value.starts_with(kShippedFolder)) {
      value = (settings.folder / value.substr(kShippedFolder.size())).string();
    }
  }
  if (values.empty() && has_topics) return WriteBrokerLines(lines);
  return absl::InvalidArgumentError(fmt::format(
      "the bridge's template lacks the line '{}': take broker_config/bridge.conf as shipped",
      values.empty() ? "topic" : values.begin()->first));
}

}  // namespace biglittle
