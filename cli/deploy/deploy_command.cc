#include "cli/deploy/deploy_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/command_end.h"
#include "cli/deploy/ansible_export.h"
#include "cli/deploy/bundle.h"
#include "cli/deploy/deploy_fleet.h"
#include "cli/deploy/kubernetes_export.h"
#include "cli/deploy/outside_program.h"
#include "cli/deploy/rollout.h"
#include "cli/device_pattern.h"
#include "cli/installation.h"
#include "cli/lab/scratch_folder.h"
#include "cli/provision/private_files.h"
#include "cli/text_file.h"
#include "core/date_time.h"
#include "core/plural_words.h"
#include "core/program/exit_code.h"
#include "core/replace_file.h"
#include "core/shown_text.h"
#include "core/text.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

constexpr std::string_view kCommand = "deploy";

std::filesystem::path ScriptPath() {
  return Installation::Find().home / "deploy" / "host" / "host.sh";
}

absl::StatusOr<DeployFleet> LoadForHosts(const DeployOptions& options) {
  auto fleet = LoadDeployFleet(options.config, &AllSources());
  if (!fleet.ok()) return fleet;
  if (auto hosts = ExpectHosts(*fleet); !hosts.ok()) return hosts;
  if (auto paths = CheckPathsOfHosts(*fleet->document->root, options.config); !paths.ok()) {
    return paths;
  }
  fleet->secure = options.secure;
  if (options.packages.empty()) {
    fleet->packages = Installation::Find().home / "build" / "packages";
  } else if (options.packages != "none") {
    fleet->packages = options.packages;
  }
  return fleet;
}

bool IsChosen(const HostConfig& host, const std::string& choice) {
  const std::size_t equals = choice.find('=');
  if (equals == std::string::npos) return IsLike(host.id, choice);
  const auto label = host.labels.find(choice.substr(0, equals));
  return label != host.labels.end() && label->second == choice.substr(equals + 1);
}

absl::StatusOr<std::vector<std::string>> ChosenHosts(const DeployFleet& fleet,
                                                     const std::vector<std::string>& only) {
  std::set<std::string> chosen;
  for (const std::string& choice : only) {
    const std::size_t before = chosen.size();
    for (const HostConfig& host : fleet.config.hosts) {
      if (IsChosen(host, choice)) chosen.insert(host.id);
    }
    if (chosen.size() > before) continue;
    return absl::InvalidArgumentError(
        fmt::format("{} has no host {}", fleet.file.string(), Quoted(choice)));
  }
  std::vector<std::string> ids;
  for (const HostConfig& host : fleet.config.hosts) {
    if (only.empty() || chosen.count(host.id) > 0) ids.push_back(host.id);
  }
  return ids;
}

// What plan, apply and status have in common: everybody is asked.
struct Asked {
  DeployFleet fleet;
  ScratchFolder scratch;
  std::unique_ptr<Rollout> rollout;
};

absl::StatusOr<std::unique_ptr<Asked>> Ask(const DeployOptions& options, std::ostream& out) {
  auto fleet = LoadForHosts(options);
  if (!fleet.ok()) return fleet.status();
  const auto chosen = ChosenHosts(*fleet, options.only);
  if (!chosen.ok()) return chosen.status();
  auto scratch = ScratchFolder::Make("deploy");
  if (!scratch.ok()) return scratch.status();
  auto asked = std::make_unique<Asked>(
      Asked{.fleet = *std::move(fleet), .scratch = *std::move(scratch), .rollout = nullptr});
  asked->rollout = std::make_unique<Rollout>(
      asked->fleet,
      Rollout::Options{.ssh = {.config = options.ssh_config,
                               .connect_timeout = std::chrono::seconds(options.connect_timeout_s)},
                       .script = ScriptPath(),
                       .scratch = asked->scratch.path(),
                       .parallel = options.parallel},
      out);
  if (auto looked = asked->rollout->Look(*chosen); !looked.ok()) return looked;
  return asked;
}

// Devices and workers that nothing would start.
void SayWhoIsNowhere(const FleetConfig& fleet, std::ostream& out) {
  std::set<std::string> somewhere;
  for (const HostConfig& host : fleet.hosts) {
    somewhere.insert(host.devices.begin(), host.devices.end());
    somewhere.insert(host.workers.begin(), host.workers.end());
  }
  std::vector<std::string> nowhere;
  for (const auto& device : fleet.devices) nowhere.push_back(device.id);
  for (const auto& worker : fleet.workers) nowhere.push_back(worker.id);
  std::erase_if(nowhere, [&](const std::string& id) { return somewhere.count(id) > 0; });
  if (nowhere.empty()) return;
  constexpr std::size_t kShown = 8;
  const std::size_t shown = std::min(kShown, nowhere.size());
  out << fmt::format(
      "on no host: {}{}\n",
      fmt::join(nowhere.begin(), nowhere.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      nowhere.size() > shown ? fmt::format(" and {} more", nowhere.size() - shown) : "");
}

std::size_t PrintPlan(const Asked& asked, std::ostream& out) {
  std::size_t changed = 0;
  for (const HostConfig& host : asked.fleet.config.hosts) {
    const auto away = asked.rollout->away().find(host.id);
    const auto changes = asked.rollout->changes().find(host.id);
    if (away != asked.rollout->away().end()) {
      out << fmt::format("{:<16} away: {}\n", host.id, std::string(away->second.message()));
    } else if (changes != asked.rollout->changes().end()) {
      changed += changes->second.lines.empty() ? 0 : 1;
      if (changes->second.lines.empty()) out << fmt::format("{:<16} unchanged\n", host.id);
      for (const std::string& line : changes->second.lines) {
        out << fmt::format("{:<16} {}\n", host.id, line);
      }
    }
  }
  SayWhoIsNowhere(asked.fleet.config, out);
  return changed;
}

absl::Status CheckAway(const Rollout& rollout, bool skip) {
  if (rollout.away().empty() || skip) return absl::OkStatus();
  const auto& [id, status] = *rollout.away().begin();
  return absl::UnavailableError(
      fmt::format("{} is away, and nothing was changed: {}; --skip-away goes on without it", id,
                  std::string(status.message())));
}

std::string StateOf(const Asked& asked, const std::string& id) {
  const HostDescription& host = asked.rollout->present().at(id);
  if (!host.release) return "nothing was deployed";
  const auto changes = asked.rollout->changes().find(id);
  const bool differs = changes != asked.rollout->changes().end() && !changes->second.lines.empty();
  return fmt::format("release {}{} since {}{}", Shown(host.release->name),
                     host.release->confirmed ? "" : ", not confirmed,",
                     ToDateTime(ToWallTime(host.release->since)),
                     differs ? ", differs from the fleet file" : "");
}

absl::Status ExpectNothing(const std::filesystem::path& out) {
  std::error_code error;
  if (!std::filesystem::exists(out, error)) return absl::OkStatus();
  return absl::AlreadyExistsError(
      fmt::format("{} is there already: name another, or remove it", out.string()));
}

// What was written.
absl::StatusOr<Manifest> WriteBundleFolder(BundleMaker& maker, const HostConfig& host,
                                           const std::filesystem::path& folder) {
  if (auto nothing = ExpectNothing(folder); !nothing.ok()) return nothing;
  const auto made = maker.Make(host);
  if (!made.ok()) return made.status();
  if (auto folders = MakeFolder(folder, kOwnerOnlyFolder); !folders.ok()) return folders;
  if (auto written = WriteBundle(*made, ScriptPath(), {}, folder); !written.ok()) return written;
  return made->manifest;
}

absl::StatusOr<Manifest> WriteBundleTar(BundleMaker& maker, const HostConfig& host,
                                        const std::filesystem::path& tar) {
  if (auto nothing = ExpectNothing(tar); !nothing.ok()) return nothing;
  auto scratch = ScratchFolder::Make("bundle");
  if (!scratch.ok()) return scratch.status();
  auto manifest = WriteBundleFolder(maker, host, scratch->path() / "bundle");
  if (!manifest.ok()) return manifest;
  // Keys are in it.
  if (auto own = ReplaceFile(tar, "", kOwnerOnly); !own.ok()) return own;
  const auto packed =
      RunProgramToEnd({"tar", "-cf", tar.string(), "-C", (scratch->path() / "bundle").string(),
                       "--owner=0", "--group=0", "--numeric-owner", "."},
                      {}, scratch->path() / "tar");
  if (!packed.ok()) return packed.status();
  if (packed->exit_code != 0) return absl::InternalError(Shown(packed->errors));
  return manifest;
}

}  // namespace

int RunDeployPlan(const DeployOptions& options, std::ostream& out, std::ostream& err) {
  const auto asked = Ask(options, out);
  if (!asked.ok()) return EndCommand(kCommand, asked.status(), err);
  const std::size_t changed = PrintPlan(**asked, out);
  out << fmt::format("{} would change\n", PluralWords(changed, "host"));
  return kExitDone;
}

int RunDeployApply(const DeployOptions& options, const DeployApplyOptions& apply, std::ostream& out,
                   std::ostream& err) {
  const auto asked = Ask(options, out);
  if (!asked.ok()) return EndCommand(kCommand, asked.status(), err);
  Rollout& rollout = *(*asked)->rollout;
  const std::size_t changed = PrintPlan(**asked, out);
  absl::Status status = CheckAway(rollout, apply.skip_away);
  if (status.ok()) status = rollout.CheckMoves();
  if (status.ok()) {
    status = rollout.Apply(
        {.patience = std::chrono::seconds(apply.wait_s), .allow_offline = apply.allow_offline});
  }
  if (!status.ok()) return EndCommand(kCommand, status, err);
  out << fmt::format("{} changed\n", PluralWords(changed, "host"));
  return kExitDone;
}

int RunDeployStatus(const DeployOptions& options, std::ostream& out, std::ostream& err) {
  const auto asked = Ask(options, out);
  if (!asked.ok()) return EndCommand(kCommand, asked.status(), err);
  const Rollout& rollout = *(*asked)->rollout;
  bool all_well = true;
  for (const HostConfig& host : (*asked)->fleet.config.hosts) {
    const auto away = rollout.away().find(host.id);
    if (away != rollout.away().end()) {
      all_well = false;
      out << fmt::format("{:<16} away: {}\n", host.id, std::string(away->second.message()));
      continue;
    }
    out << fmt::format("{:<16} {}\n", host.id, StateOf(**asked, host.id));
    const HostDescription& present = rollout.present().at(host.id);
    all_well = all_well && present.release && present.release->confirmed;
    for (const auto& [unit, state] : present.units) {
      all_well = all_well && state.ends_with(" ready");
      out << fmt::format("{:<16}   {} {}\n", host.id, Shown(unit), Shown(state));
    }
  }
  return all_well ? kExitDone : kExitFailed;
}

int RunDeployBundle(const DeployOptions& options, const DeployBundleOptions& bundle,
                    std::ostream& out, std::ostream& err) {
  auto fleet = LoadForHosts(options);
  if (!fleet.ok()) return EndCommand(kCommand, fleet.status(), err);
  const HostConfig* host = fleet->config.FindHost(bundle.host);
  if (host == nullptr) {
    return EndCommand(kCommand,
                      absl::InvalidArgumentError(fmt::format(
                          "{} has no host {}", options.config.string(), Quoted(bundle.host))),
                      err);
  }
  BundleMaker maker(*fleet);
  const auto manifest = bundle.out.extension() == ".tar"
                            ? WriteBundleTar(maker, *host, bundle.out)
                            : WriteBundleFolder(maker, *host, bundle.out);
  if (!manifest.ok()) return EndCommand(kCommand, manifest.status(), err);
  out << fmt::format("{}: release {} of {}: {}, {}, {}; as root there: sh host.sh apply FOLDER\n",
                     bundle.out.string(), ReleaseName(*manifest), host->id,
                     PluralWords(static_cast<std::int64_t>(manifest->packages.size()), "package"),
                     PluralWords(static_cast<std::int64_t>(manifest->files.size()), "file"),
                     PluralWords(static_cast<std::int64_t>(manifest->units.size()), "unit"));
  return kExitDone;
}

int RunDeployAnsible(const DeployOptions& options, const DeployAnsibleOptions& ansible,
                     std::ostream& out, std::ostream& err) {
  auto fleet = LoadForHosts(options);
  if (!fleet.ok()) return EndCommand(kCommand, fleet.status(), err);
  absl::Status status = ExpectNothing(ansible.out);
  if (status.ok()) status = MakeFolder(ansible.out / "bundles", kOwnerOnlyFolder);
  BundleMaker maker(*fleet);
  for (const HostConfig& host : fleet->config.hosts) {
    if (!status.ok()) break;
    status = WriteBundleTar(maker, host, ansible.out / "bundles" / (host.id + ".tar")).status();
  }
  if (status.ok()) {
    status = WriteTextFile(ansible.out / "inventory.yaml", AnsibleInventory(fleet->config));
  }
  if (status.ok()) {
    status = WriteTextFile(ansible.out / "playbook.yaml", AnsiblePlaybook(options.parallel));
  }
  if (!status.ok()) return EndCommand(kCommand, status, err);
  out << fmt::format("{0}: ansible-playbook -i {0}/inventory.yaml {0}/playbook.yaml\n",
                     ansible.out.string());
  return kExitDone;
}

int RunDeployKubernetes(const DeployOptions& options, const DeployKubernetesOptions& kubernetes,
                        std::ostream& out, std::ostream& err) {
  auto fleet = LoadDeployFleet(options.config, nullptr);
  if (!fleet.ok()) return EndCommand(kCommand, fleet.status(), err);
  fleet->secure = options.secure;
  const std::filesystem::path base = Installation::Find().home / "deploy" / "kubernetes" / "base";
  const absl::Status written = WriteKubernetes(
      *fleet, base, {.images = kubernetes.images, .tag = kubernetes.tag, .space = kubernetes.space},
      kubernetes.out);
  if (!written.ok()) return EndCommand(kCommand, written, err);
  if (!fleet->config.broker.tls) {
    err << "biglittle deploy: the fleet is in the clear: whoever reaches the broker's service may "
           "read "
           "and write everything\n";
  }
  out << fmt::format(
      "kubectl apply -k {0}/fleet; with KEDA, where workers may grow: kubectl apply -k {0}/keda\n",
      kubernetes.out.string());
  return kExitDone;
}

}  // namespace biglittle
