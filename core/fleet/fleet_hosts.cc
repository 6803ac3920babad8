#include "core/fleet/fleet_hosts.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "core/host_name.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr WholeRange kPorts{1, 65'535};

}  // namespace

void GetHost(MapReader& map, std::string& target) {
  const YamlNode* host = map.Find("host");
  if (host == nullptr) return;
  auto text = ReadLine(*host, "host", 4096, map.problems());
  if (text && IsHost(*text)) {
    target = *std::move(text);
  } else if (text) {
    map.problems().Add(*host,
                       fmt::format("'host' must be a host name or an IP address alone, not {}{}",
                                   Quoted(*text), HostMend(*text)));
  }
}

HealthConfig ReadHealth(const YamlNode& node, HealthConfig before, Problems& problems) {
  MapReader map(node, "health", problems);
  GetHost(map, before.host);
  map.GetWhole("port", kPorts, before.port);
  map.Finish();
  return before;
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
