// The fleet file of one host: what its own devices and workers need, with the paths of that host.
//
// Pure functions, thread-safe.
#pragma once

#include <string>

#include "cli/deploy/spelled_yaml.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/host_config.h"
#include "core/fleet/id_template.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

// How often an entry of a list of the file stands for a thing. The file was checked.
Copies CopiesOf(const SpelledYaml& entry);

// Where a release lies on its host; the link in it is switched from one to the next.
inline constexpr char kReleaseFolder[] = "/etc/biglittle/current";

// `file` for a host whose releases lie at `place`. A host without workers is told of its own
// devices alone: whoever steals it learns of no others. One with workers is told of all devices,
// whose rates they bound, and of no other hosts. Templates stay whole: their copies differ by their
// number.
SpelledYaml HostFleet(const YamlNode& file, const HostConfig& host,
                      const std::string& place = kReleaseFolder);

// What of a host's file a device, or a worker, goes by: where this is the same it need not be
// started again.
std::string DeviceWords(const SpelledYaml& host_file, const std::string& id);
std::string WorkerWords(const SpelledYaml& host_file, const std::string& id);

}  // namespace biglittle
