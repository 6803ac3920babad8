#include "cli/deploy/rollout.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <ostream>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/provision/private_files.h"

namespace biglittle {
namespace {

int RankOf(const HostConfig& host) {
  if (host.broker) return 0;
  return host.workers.empty() ? 2 : 1;
}

}  // namespace

Rollout::Rollout(const DeployFleet& fleet, Options options, std::ostream& out)
    : fleet_(fleet), options_(std::move(options)), out_(out) {}

HostLink Rollout::LinkTo(const std::string& id) {
  const std::filesystem::path scratch = options_.scratch / id;
  std::error_code error;
  std::filesystem::create_directory(scratch, error);  // what it needs says so
  return {*fleet_.config.FindHost(id), options_.ssh, options_.script, scratch};
}

void Rollout::InParallel(const std::vector<std::string>& ids,
                         const std::function<void(const std::string& id)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    for (std::size_t i = next++; i < ids.size(); i = next++) work(ids[i]);
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(options_.parallel, ids.size()); ++i)
    threads.emplace_back(take);
  take();
}

absl::Status Rollout::Look(const std::vector<std::string>& chosen) {
  BundleMaker maker(fleet_);
  for (const std::string& id : chosen) {
    auto bundle = maker.Make(*fleet_.config.FindHost(id));
    if (!bundle.ok()) return bundle.status();
    bundles_.emplace(id, *std::move(bundle));
  }
  std::vector<std::string> all;
  for (const HostConfig& host : fleet_.config.hosts) all.push_back(host.id);
  InParallel(all, [&](const std::string& id) {
    auto described = LinkTo(id).Describe();
    const std::lock_guard lock(mutex_);
    if (described.ok()) {
      present_.emplace(id, *std::move(described));
    } else {
      away_.emplace(id, described.status());
    }
  });
  const Whereabouts where = WhereDevicesRun(present_);
  for (const auto& [id, bundle] : bundles_) {
    const auto host = present_.find(id);
    if (host == present_.end()) continue;
    changes_.emplace(id, ChangesOf(bundle.manifest, host->second, where));
  }
  return absl::OkStatus();
}

// A host that is away may run whatever the fleet file does not give to it: what it had is not
// known.
absl::Status Rollout::CheckMoves() const {
  if (away_.empty()) return absl::OkStatus();
  const Whereabouts where = WhereDevicesRun(present_);
  for (const auto& [id, changes] : changes_) {
    const HostDescription& host = present_.at(id);
    for (const std::string& device : fleet_.config.FindHost(id)->devices) {
      // It was never anywhere that we know of: either it is new, or on one of those.
      const bool is_known = where.count(device) > 0 || host.FindUnit(AgentUnit(device)) != nullptr;
      const bool is_new_host = !host.release;
      if (is_known || is_new_host) continue;
      return absl::UnavailableError(fmt::format(
          "{} would start on {}, and may still run on {}, which is away: take that host "
          "out of the fleet file if it is gone for good",
          device, id, away_.begin()->first));
    }
  }
  return absl::OkStatus();
}

std::vector<HostTurn> Rollout::Turns() const {
  std::vector<HostTurn> turns;
  for (const auto& [id, changes] : changes_) {
    if (changes.lines.empty()) continue;
    HostTurn turn{.id = id, .rank = RankOf(*fleet_.config.FindHost(id)), .before = {}};
    for (const DeviceMove& move : changes.moves) turn.before.push_back(move.from);
    turns.push_back(std::move(turn));
  }
  return turns;
}

void Rollout::Say(const std::string& host, const std::string& text) {
  std::istringstream lines(text);
  const std::lock_guard lock(mutex_);
  for (std::string line; std::getline(lines, line);) out_ << fmt::format("{:<16} {}\n", host, line);
  out_.flush();
}

absl::Status Rollout::BringMoves(const std::string& id, const std::filesystem::path& folder) {
  for (const DeviceMove& move : changes_.at(id).moves) {
    if (auto made = MakeFolder(folder / "state", kOwnerOnlyFolder); !made.ok()) return made;
    Say(move.from, fmt::format("gives {} to {}", move.device, id));
    const std::filesystem::path tar = folder / "state" / (move.device + ".tar");
    if (auto gone = LinkTo(move.from).Withdraw(move.device, tar); !gone.ok()) return gone;
  }
  return absl::OkStatus();
}

// What is left where a device was is removed, or is what it goes on with, newer by what it did
// here.
void Rollout::EndMoves(HostLink& link, const absl::Status& applied) {
  const std::string& id = link.host().id;
  for (const DeviceMove& move : changes_.at(id).moves) {
    HostLink other = LinkTo(move.from);
    if (applied.ok()) {
      const absl::Status forgotten = other.Forget(move.device);
      if (!forgotten.ok()) Say(move.from, std::string(forgotten.message()));
      continue;
    }
    const std::filesystem::path tar = options_.scratch / (move.device + ".back.tar");
    // Where it cannot be had it may still run there: it is not started in two places.
    const absl::Status back = link.Withdraw(move.device, tar);
    const absl::Status restored = back.ok() ? other.Restore(move.device, tar) : back;
    if (restored.ok()) link.Forget(move.device).IgnoreError();
    Say(move.from, restored.ok() ? fmt::format("has {} again", move.device)
                                 : fmt::format("{} runs nowhere, and its state is on {}: {}",
                                               move.device, id, std::string(restored.message())));
  }
}

absl::Status Rollout::ApplyTo(const std::string& id, const HostLink::ApplyTerms& terms) {
  const std::filesystem::path folder = options_.scratch / ("bundle-" + id);
  absl::Status status =
      WriteBundle(bundles_.at(id), options_.script, present_.at(id).cached, folder);
  HostLink link = LinkTo(id);
  if (status.ok()) {
    status = BringMoves(id, folder);
    if (status.ok()) {
      status = link.Apply(folder, terms);
      Say(id, link.last_words());
    }
    EndMoves(link, status);
  }
  std::error_code error;
  std::filesystem::remove_all(folder, error);  // it has keys
  return status;
}

absl::Status Rollout::Apply(const HostLink::ApplyTerms& terms) {
  for (const std::vector<std::string>& wave : WavesOf(Turns(), options_.parallel)) {
    std::map<std::string, absl::Status> failed;
    InParallel(wave, [&](const std::string& id) {
      absl::Status status = ApplyTo(id, terms);
      const std::lock_guard lock(mutex_);
      if (!status.ok()) failed.emplace(id, std::move(status));
    });
    if (failed.empty()) continue;
    const auto& [id, status] = *failed.begin();
    const std::string why(status.message());
    const char* became = absl::IsAborted(status) ? "is not ready, and back to what it had"
                         : absl::IsFailedPrecondition(status) ? "refused, and is as it was"
                         : absl::IsUnavailable(status)
                             ? "was lost on the way: look at it by 'status', then apply again"
                             : "is not ready, and could not go back";
    return absl::UnavailableError(
        fmt::format("{} {}{}{}{}", id, became, why.empty() ? "" : ": ", why,
                    failed.size() > 1 ? fmt::format(" (and {} more)", failed.size() - 1) : ""));
  }
  return absl::OkStatus();
}

}  // namespace biglittle
