// The rules of a fleet file's hosts: the machines that its devices and workers run on.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/fleet/device_config.h"
#include "core/fleet/host_config.h"
#include "core/fleet/worker_config.h"
#include "core/yaml/key_facts.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

inline constexpr std::size_t kMaxHosts = 10'000;

// The `hosts` list, templates unfolded and patterns resolved among `devices` and `workers`, in the
// file's order. Reports, besides what is wrong with an entry: what no such device or worker is, one
// that runs on two hosts, two that would listen on one port of a host, a second broker, and a
// machine that is named twice.
std::vector<HostConfig> ReadHosts(const YamlNode& node, const std::vector<DeviceConfig>& devices,
                                  const std::vector<WorkerConfig>& workers, Problems& problems);

// The keys of an entry of that list.
std::shared_ptr<const SectionFacts> HostFacts();

}  // namespace biglittle
