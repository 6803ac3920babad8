// broker_config/bridge.conf, made to fit a site: what is appended to its broker's configuration.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace biglittle {

struct BridgeSettings {
  // The name in the site's certificate, as the central broker's rights know it: an identifier.
  std::string site;
  std::string central_host;  // as the central broker's certificate names it
  std::uint16_t central_port = 8883;
  // Absolute. Holds central-ca.crt, bridge.crt and bridge.key; the site's broker must read them.
  std::filesystem::path folder;
  std::string topic_root = "biglittle/v1";
  std::string fleet;  // the site's; its topics are all that crosses
  // The site has workers of its own: escalations stay there, the workers' statuses cross.
  bool has_workers = false;
  std::uint64_t max_packet_size = 0;  // the site's, as in BrokerLimits
};

// `template_text` with connection and remote_clientid, address, the files' folder, the topics and
// bridge_max_packet_size replaced; of the topics only those of such a site stay. InvalidArgument: a
// setting that cannot be written into such a file, or a template that lacks one of these lines.
// Pure.
absl::StatusOr<std::string> RenderBridgeSettings(std::string_view template_text,
                                                 const BridgeSettings& settings);

}  // namespace biglittle
