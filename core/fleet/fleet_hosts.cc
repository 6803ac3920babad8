#include "core/fleet/fleet_hosts.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "core/host_name.h"
#include "core/text.h"

namespace biglittle {

void ReadHost(const YamlNode& node, std::string& target, Problems& problems) {
  auto text = ReadLine(node, "host", 4096, problems);
  if (text && IsHost(*text)) {
    target = *std::move(text);
  } else if (text) {
    problems.Add(node, fmt::format("'host' must be a host name or an IP address alone, not {}{}",
                                   Quoted(*text), HostMend(*text)));
  }
}

// What IsHost takes: a name, an IPv4 address, an IPv6 address.
TextShape HostShape() {
  return {.what = "name or IP address",
          .pattern =
              "^(([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?[.])*"
              "([0-9]*[A-Za-z_]|[0-9]+-+[A-Za-z0-9_])([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?|"
              "([0-9]{1,3}[.]){3}[0-9]{1,3}|"
              "[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9_.-]+)?)$",
          .longest = 253};
}

const KeyTable<HealthConfig>& HealthKeys() {
  static const KeyTable<HealthConfig> keys(
      "health", "where `/live`, `/ready` and `/metrics` are answered over HTTP",
      {HostKey(&HealthConfig::host,
               {.help = "of this machine; whoever reaches it can read it all, for there is no "
                        "login: another than loopback needs a network that is trusted"}),
       WholeKey("port", &HealthConfig::port, kPorts,
                {.help = "TCP port, of copy k (0, 1, ...) of a template `port` + k; one that is in "
                         "use ends the start with exit code 1"})});
  return keys;
}

void CheckHealthPorts(const YamlNode& node, const HealthConfig& health, std::size_t count,
                      Problems& problems) {
  const std::size_t last = health.port + count - 1;
  if (last <= static_cast<std::size_t>(kPorts.most)) return;
  problems.Add(node, fmt::format("the {} copies would listen on the ports {} to {}, and 65535 is "
                                 "the last one: a lower health port, or fewer copies",
                                 count, health.port, last));
}

}  // namespace biglittle
