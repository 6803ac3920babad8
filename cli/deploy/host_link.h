// A host, over OpenSSH's client: what it has, and what it is told to do. All of it goes through
// deploy/host/host.sh, which each call brings along.
//
// One call at a time; several links may be used from several threads.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/deploy/manifest.h"
#include "core/fleet/host_config.h"

namespace biglittle {

struct SshOptions {
  std::filesystem::path config;              // ssh's own; empty: the user's
  std::chrono::seconds connect_timeout{10};  // and as long without a sign of life ends it
};

// What host.sh tells; texts are a stranger's.
struct HostDescription {
  struct Release {
    std::string name;
    bool confirmed = false;  // false: its deployment did not come to its end
    std::chrono::sys_seconds since;
    Manifest manifest;
  };
  std::optional<Release> release;            // absent: nothing was deployed
  std::map<std::string, std::string> units;  // "active ready", by name
  std::set<std::string> cached;              // packages that need not be brought again

  const ManifestUnit* FindUnit(std::string_view name) const;
};

// InvalidArgument: it is no such text.
absl::StatusOr<HostDescription> ParseDescription(std::string_view text);

class HostLink {
 public:
  // `scratch` is a folder of the link's own. `script` is host.sh.
  HostLink(const HostConfig& host, SshOptions ssh, std::filesystem::path script,
           std::filesystem::path scratch);

  const HostConfig& host() const { return host_; }

  // Unavailable: it cannot be reached. Others: it cannot do this, in one line.
  absl::StatusOr<HostDescription> Describe();
  // Brings the bundle in `folder` there. What it said is in last_words(). FailedPrecondition: it
  // refused, and has changed nothing. Aborted: not ready, and back to what was there before.
  // Internal: not ready, and not all is back. Unavailable: it was lost meanwhile.
  struct ApplyTerms {
    std::chrono::seconds patience{60};
    bool allow_offline = false;
  };
  absl::Status Apply(const std::filesystem::path& folder, const ApplyTerms& terms);
  // Stops the device there, and brings its state into the file `tar`.
  absl::Status Withdraw(const std::string& device, const std::filesystem::path& tar);
  // Takes that back, with the state in `tar`, which is newer; empty: with what was withdrawn.
  absl::Status Restore(const std::string& device, const std::filesystem::path& tar);
  absl::Status Forget(const std::string& device);

  // A line each.
  const std::string& last_words() const { return last_words_; }

 private:
  absl::Status SendFolder(const std::filesystem::path& folder, const std::string& arguments,
                          const std::filesystem::path& output, const std::string& settings);
  absl::Status RunThere(const std::string& command, const std::filesystem::path& input,
                        const std::filesystem::path& output);
  absl::Status RunScript(const std::string& arguments, const std::filesystem::path& output);

  const HostConfig host_;
  const SshOptions ssh_;
  const std::filesystem::path script_;
  const std::filesystem::path scratch_;
  std::string last_words_;
};

}  // namespace biglittle
