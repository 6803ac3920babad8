// A fleet's hosts, asked and changed: several at a time, in the order that keeps every reading
// answered, no further than the first that is not ready.
//
// Not thread-safe; its own threads end with each call.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/deploy/bundle.h"
#include "cli/deploy/deploy_fleet.h"
#include "cli/deploy/host_changes.h"
#include "cli/deploy/host_link.h"

namespace biglittle {

class Rollout {
 public:
  struct Options {
    SshOptions ssh;
    std::filesystem::path script;   // host.sh
    std::filesystem::path scratch;  // a folder of its own, for secrets as well
    std::size_t parallel = 4;
  };
  // `fleet` and `out`, where it says what it does, must stay.
  Rollout(const DeployFleet& fleet, Options options, std::ostream& out);

  // Asks all hosts of the fleet, and makes the bundles of `chosen`. The errors of BundleMaker; that
  // a host is away is none.
  absl::Status Look(const std::vector<std::string>& chosen);

  // Of those that were asked, by id.
  const std::map<std::string, HostDescription>& present() const { return present_; }
  const std::map<std::string, absl::Status>& away() const { return away_; }
  // Of those that are chosen and there.
  const std::map<std::string, HostChanges>& changes() const { return changes_; }

  // Unavailable, in one line: a device moves from a host that is away, and may still run there.
  absl::Status CheckMoves() const;
  // Brings what changes() says. Not OK: the first that was not ready, and what became of it.
  absl::Status Apply(const HostLink::ApplyTerms& terms);

 private:
  HostLink LinkTo(const std::string& id);
  void InParallel(const std::vector<std::string>& ids,
                  const std::function<void(const std::string& id)>& work);
  absl::Status ApplyTo(const std::string& id, const HostLink::ApplyTerms& terms);
  absl::Status BringMoves(const std::string& id, const std::filesystem::path& folder);
  void EndMoves(HostLink& link, const absl::Status& applied);
  std::vector<HostTurn> Turns() const;
  void Say(const std::string& host, const std::string& text);

  const DeployFleet& fleet_;
  const Options options_;
  std::ostream& out_;
  std::mutex mutex_;  // of out_ and what is gathered by threads
  std::map<std::string, HostDescription> present_;
  std::map<std::string, absl::Status> away_;
  std::map<std::string, Bundle> bundles_;
  std::map<std::string, HostChanges> changes_;
};

}  // namespace biglittle
