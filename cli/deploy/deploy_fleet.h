// A fleet file with hosts, and where that lies which is brought to them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "core/fleet/fleet_config.h"
#include "core/fleet/source_kinds.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

struct DeployFleet {
  std::filesystem::path file;
  std::shared_ptr<const YamlDocument> document;  // of `file`; copies of this share it
  FleetConfig config;
  std::filesystem::path secure;                   // what `biglittle provision` keeps
  std::optional<std::filesystem::path> packages;  // has a folder a release of Debian; absent: none
                                                  // are brought
  std::filesystem::path broker_settings;          // of a broker in the clear
};

// InvalidArgument: the file, with all of its problems, or a path in it that would be another file
// on a host.
// `sources`: the types of sources that there are; nullptr where no device is brought anywhere: then
// what belongs to them is not looked at.
absl::StatusOr<DeployFleet> LoadDeployFleet(const std::filesystem::path& file,
                                            const SourceKinds* sources);

// FailedPrecondition: the file has no hosts.
absl::Status ExpectHosts(const DeployFleet& fleet);

// The paths of `file` that are relative to it and are not brought to a host: stores, recordings,
// passwords. InvalidArgument, each at its place.
absl::Status CheckPathsOfHosts(const YamlNode& root, const std::filesystem::path& file);

}  // namespace biglittle
