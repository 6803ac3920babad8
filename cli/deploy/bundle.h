// All that a release of a host consists of, before it is brought there: packages, the host's fleet
// file, its tasks and nets, the credentials of those who run there and of nobody else, the broker's
// folder.
//
// Not thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/deploy/deploy_fleet.h"
#include "cli/deploy/manifest.h"
#include "core/fleet/host_config.h"

namespace biglittle {

struct BundleFile {
  std::string path;              // in the release's folder
  std::filesystem::path source;  // empty: `content`
  std::string content;           // may be a secret: never printed
};

struct Bundle {
  Manifest manifest;
  std::vector<BundleFile> files;
  std::vector<std::filesystem::path> packages;  // as manifest.packages
};

class BundleMaker {
 public:
  // `fleet` must stay.
  explicit BundleMaker(const DeployFleet& fleet) : fleet_(fleet) {}

  // The same input gives the same manifest. Errors are one line: a package, credentials or a net
  // that is missing, and how it is made.
  absl::StatusOr<Bundle> Make(const HostConfig& host);

 private:
  absl::Status AddPackages(Bundle& bundle);
  absl::Status AddTask(const std::string& name, bool little, bool big, Bundle& bundle);
  absl::Status AddCredentials(const std::string& role, const std::string& id, Bundle& bundle);
  absl::Status AddModelsKey(Bundle& bundle);
  absl::Status AddBroker(Bundle& bundle);
  absl::Status AddUnits(const HostConfig& host, Bundle& bundle);
  absl::Status AddFile(BundleFile file, Bundle& bundle);
  absl::StatusOr<std::string> DigestOf(const std::filesystem::path& file);

  const DeployFleet& fleet_;
  std::map<std::filesystem::path, std::string>
      digests_;  // of models and packages: hosts share them
};

// The packages that a host needs for what runs there.
std::set<std::string> PackagesOf(const HostConfig& host);

// The settings of the fleet's broker as its host has them: those of `text`, which were made in
// `folder`.
std::string BrokerSettingsOfHost(std::string text, const std::filesystem::path& folder);

// Writes it: manifest, SHA256SUMS, files/, packages/ (but for those that `there` has already), and
// `script`, a file, as host.sh; folders 0700, files 0600. The errors of FileTrouble.
absl::Status WriteBundle(const Bundle& bundle, const std::filesystem::path& script,
                         const std::set<std::string>& there, const std::filesystem::path& folder);

}  // namespace biglittle
