#include "cli/deploy/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/deploy/host_fleet.h"
#include "cli/provision/private_files.h"
#include "core/diagnostics.h"
#include "core/digest.h"
#include "core/read_file.h"
#include "core/replace_file.h"
#include "core/task/task_file.h"
#include "core/task/task_versions.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30U;
constexpr std::size_t kMaxScriptBytes = 1U << 20U;
constexpr char kBrokerFolder[] = "/etc/mosquitto/biglittle";
constexpr std::array<const char*, 6> kBrokerFiles = {
    "mosquitto.conf", "ca.crt", "crl.pem", "server.crt", "server.key", "dynamic-security.json"};
constexpr std::array<const char*, 3> kCredentialFiles = {"ca.pem", "client.crt", "client.key"};

std::string DigestOfText(std::string_view text) { return Sha256(std::as_bytes(std::span(text))); }

std::string PackageOfUnit(std::string_view unit) {
  return std::string(unit.substr(0, unit.find('@')));
}

// NAME_VERSION_ARCH.deb of this name and processor; of several the one that was made last.
std::optional<std::filesystem::path> FindPackage(const std::filesystem::path& folder,
                                                 const std::string& name,
                                                 const std::string& architecture) {
  std::optional<std::filesystem::path> newest;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string file = at->path().filename().string();
    const bool fits = file.starts_with(name + "_") &&
                      (file.ends_with("_" + architecture + ".deb") || file.ends_with("_all.deb"));
    if (!fits) continue;
    if (!newest || last_write_time(at->path()) > last_write_time(*newest)) newest = at->path();
  }
  return newest;
}

std::string VersionIn(const std::string& file) {
  const std::size_t begin = file.find('_') + 1;
  return file.substr(begin, file.rfind('_') - begin);
}

void Replace(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

// The lines of `text` that begin with `word`, each in `change`.
template <typename Change>
void ForLines(std::string& text, std::string_view word, const Change& change) {
  std::string changed;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    changed += line.starts_with(word) ? change(line) : line;
    if (end < text.size()) changed += '\n';
    at = end + 1;
  }
  text = std::move(changed);
}

// "listener PORT [ADDRESS]": where the first one answers, as its own machine reaches it.
ReadySign SignOfBroker(const std::string& settings) {
  ReadySign sign{.kind = "tcp", .host = "127.0.0.1", .port = "1883"};
  bool found = false;
  std::string text = settings;
  ForLines(text, "listener ", [&](const std::string& line) {
    if (std::exchange(found, true)) return line;
    const std::string rest = line.substr(line.find(' ') + 1);
    sign.port = rest.substr(0, rest.find(' '));
    const std::size_t blank = rest.find(' ');
    if (blank != std::string::npos && rest.substr(blank + 1) != "0.0.0.0") {
      sign.host = rest.substr(blank + 1);
    }
    return line;
  });
  return sign;
}

template <typename Config>
ReadySign SignOf(const Config& config) {
  if (!config.health) return {};
  return {.kind = "http", .host = config.health->host, .port = fmt::to_string(config.health->port)};
}

}  // namespace

std::set<std::string> PackagesOf(const HostConfig& host) {
  std::set<std::string> packages;
  if (!host.devices.empty()) packages.insert("biglittle-agent");
  if (!host.workers.empty()) packages.insert("biglittle-worker");
  if (host.broker) packages.insert("biglittle-broker");
  return packages;
}

std::string BrokerSettingsOfHost(std::string text, const std::filesystem::path& folder) {
  Replace(text, std::filesystem::absolute(folder).lexically_normal().string(), kBrokerFolder);
  ForLines(text, "user ", [](const std::string&) { return std::string("user mosquitto"); });
  return text;
}

absl::StatusOr<std::string> BundleMaker::DigestOf(const std::filesystem::path& file) {
  const auto known = digests_.find(file);
  if (known != digests_.end()) return known->second;
  auto digest = Sha256OfFile(file);
  if (digest.ok()) digests_.emplace(file, *digest);
  return digest;
}

absl::Status BundleMaker::AddFile(BundleFile file, Bundle& bundle) {
  auto digest = file.source.empty() ? DigestOfText(file.content) : DigestOf(file.source);
  if (!digest.ok()) return digest.status();
  bundle.manifest.files.push_back({.sha256 = *digest, .path = file.path});
  bundle.files.push_back(std::move(file));
  return absl::OkStatus();
}

absl::Status BundleMaker::AddPackages(Bundle& bundle) {
  const HostConfig& host = *fleet_.config.FindHost(bundle.manifest.host);
  if (!fleet_.packages) return absl::OkStatus();
  for (const std::string& name : PackagesOf(host)) {
    const std::filesystem::path folder = *fleet_.packages / host.release;
    const auto file = FindPackage(folder, name, host.architecture);
    if (!file) {
      return absl::NotFoundError(fmt::format(
          "host {}: {} has no package {} for {}: './biglittle package --release {} --arch {}' "
          "makes it, or bring none by '--packages none'",
          host.id, folder.string(), name, host.architecture, host.release, host.architecture));
    }
    const auto digest = DigestOf(*file);
    if (!digest.ok()) return digest.status();
    const std::string called = file->filename().string();
    bundle.manifest.packages.push_back({.name = name,
                                        .version = VersionIn(called),
                                        .sha256 = *digest,
                                        .file = digest->substr(0, 12) + "_" + called});
    bundle.packages.push_back(*file);
  }
  return absl::OkStatus();
}

absl::Status BundleMaker::AddTask(const std::string& name, bool little, bool big, Bundle& bundle) {
  const std::filesystem::path folder = ResolveTaskFolder(fleet_.config.models / name);
  const Parsed<Task> task = LoadSignedTask(folder / "task.yaml", fleet_.config.models_public_key);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  const std::filesystem::path to = std::filesystem::path("models") / name;
  std::vector<std::filesystem::path> files = {folder / "task.yaml"};
  if (fleet_.config.models_public_key) files.push_back(SignaturePath(folder / "task.yaml"));
  if (little) files.push_back(task.value->little.file);
  if (big) files.push_back(task.value->big.file);
  for (const std::filesystem::path& file : files) {
    const std::filesystem::path path = to / file.lexically_relative(folder);
    if (auto added = AddFile({.path = path.string(), .source = file, .content = ""}, bundle);
        !added.ok()) {
      return added;
    }
  }
  return absl::OkStatus();
}

absl::Status BundleMaker::AddCredentials(const std::string& role, const std::string& id,
                                         Bundle& bundle) {
  if (!fleet_.config.broker.tls) return absl::OkStatus();
  const std::filesystem::path folder = fleet_.secure / role / id;
  for (const char* name : kCredentialFiles) {
    auto content = ReadSmallFile(folder / name);
    if (!content.ok()) {
      return absl::FailedPreconditionError(fmt::format(
          "{} {} has no credentials: {}; 'biglittle provision apply {}' makes them, and --secure "
          "names their folder",
          role, id, std::string(content.status().message()), fleet_.file.string()));
    }
    const std::string path = fmt::format("credentials/{}/{}/{}", role, id, name);
    auto added = AddFile({.path = path, .source = {}, .content = *std::move(content)}, bundle);
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::Status BundleMaker::AddModelsKey(Bundle& bundle) {
  if (!fleet_.config.models_public_key) return absl::OkStatus();
  const std::string named = PlainText(Spell(*fleet_.document->root)["models_public_key"]);
  const std::filesystem::path file = fleet_.file.parent_path() / named;
  return AddFile({.path = "models.pub", .source = file, .content = ""}, bundle);
}

absl::Status BundleMaker::AddBroker(Bundle& bundle) {
  if (!fleet_.config.broker.tls) {
    if (!IsLoopback(fleet_.config.broker.host)) {
      return absl::FailedPreconditionError(fmt::format(
          "the broker {} is in the clear, which deploy sets up on loopback alone: over a network "
          "it wants 'tls' and 'biglittle provision' (docs/provisioning.md)",
          fleet_.config.broker.host));
    }
    auto text = ReadSmallFile(fleet_.broker_settings);
    if (!text.ok()) return text.status();
    ForLines(*text, "listener ", [&](const std::string&) {
      return fmt::format("listener {} {}", fleet_.config.broker.port, fleet_.config.broker.host);
    });
    return AddFile({.path = "broker/mosquitto.conf", .source = {}, .content = *std::move(text)},
                   bundle);
  }
  for (const char* name : kBrokerFiles) {
    auto content = ReadSmallFile(fleet_.secure / "broker" / name);
    if (!content.ok()) {
      return absl::FailedPreconditionError(fmt::format(
          "the broker's folder is not complete: {}; 'biglittle provision init' makes it",
          std::string(content.status().message())));
    }
    if (std::string_view(name) == "mosquitto.conf") {
      *content = BrokerSettingsOfHost(*std::move(content), fleet_.secure / "broker");
    }
    auto added = AddFile(
        {.path = fmt::format("broker/{}", name), .source = {}, .content = *std::move(content)},
        bundle);
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::Status BundleMaker::AddUnits(const HostConfig& host, Bundle& bundle) {
  // What a unit is started with, besides its own words.
  const auto digest = [&](const std::string& unit, std::string words, const std::string& files) {
    for (const ManifestPackage& package : bundle.manifest.packages) {
      if (package.name == PackageOfUnit(unit)) words += package.sha256 + "\n";
    }
    for (const ManifestFile& file : bundle.manifest.files) {
      if (file.path.starts_with(files) && !file.path.ends_with("dynamic-security.json")) {
        words += file.sha256 + " " + file.path + "\n";
      }
    }
    return DigestOfText(words);
  };
  if (host.broker) {
    const auto settings =
        std::ranges::find(bundle.files, "broker/mosquitto.conf", &BundleFile::path);
    const std::string unit(kBrokerUnit);
    bundle.manifest.units.push_back({.name = unit,
                                     .digest = digest(unit, "", "broker/mosquitto.conf"),
                                     .ready = SignOfBroker(settings->content)});
  }
  const SpelledYaml file = HostFleet(*fleet_.document->root, host);
  for (const std::string& id : host.workers) {
    const std::string unit = WorkerUnit(id);
    bundle.manifest.units.push_back({.name = unit,
                                     .digest = digest(unit, WorkerWords(file, id), "models/"),
                                     .ready = SignOf(*fleet_.config.FindWorker(id))});
  }
  for (const std::string& id : host.devices) {
    const DeviceConfig& device = *fleet_.config.FindDevice(id);
    const std::string unit = AgentUnit(id);
    const std::string task = fmt::format("models/{}/", device.task);
    bundle.manifest.units.push_back(
        {.name = unit,
         .digest = digest(unit, DeviceWords(file, id), task),
         .ready = SignOf(device),
         .state = device.store ? device.store->folder.lexically_normal().string() : "-"});
  }
  return absl::OkStatus();
}

absl::StatusOr<Bundle> BundleMaker::Make(const HostConfig& host) {
  Bundle bundle;
  bundle.manifest = {.host = host.id, .architecture = host.architecture, .release = host.release};
  std::set<std::string> little;
  std::set<std::string> big;
  for (const std::string& id : host.devices) little.insert(fleet_.config.FindDevice(id)->task);
  for (const std::string& id : host.workers) {
    const WorkerConfig& worker = *fleet_.config.FindWorker(id);
    big.insert(worker.tasks.begin(), worker.tasks.end());
  }
  // A fleet file is read whole: a worker's knows its devices' tasks as well.
  std::set<std::string> tasks = little;
  tasks.insert(big.begin(), big.end());
  if (!host.workers.empty()) {
    for (const DeviceConfig& device : fleet_.config.devices) tasks.insert(device.task);
    for (const WorkerConfig& worker : fleet_.config.workers) {
      tasks.insert(worker.tasks.begin(), worker.tasks.end());
    }
  }
  absl::Status status = AddPackages(bundle);
  const auto add = [&](const absl::Status& added) {
    if (status.ok()) status = added;
    return status.ok();
  };
  if (!host.devices.empty() || !host.workers.empty()) {
    std::string text = "# Made by `biglittle deploy`: changes are lost.\n" +
                       WriteYaml(HostFleet(*fleet_.document->root, host));
    add(AddFile({.path = "fleet.yaml", .source = {}, .content = std::move(text)}, bundle));
    add(AddModelsKey(bundle));
  }
  for (const std::string& task : tasks) {
    if (!add(AddTask(task, little.count(task) > 0, big.count(task) > 0, bundle))) break;
  }
  for (const std::string& id : host.devices) add(AddCredentials("device", id, bundle));
  for (const std::string& id : host.workers) add(AddCredentials("worker", id, bundle));
  if (host.broker) add(AddBroker(bundle));
  if (status.ok()) status = AddUnits(host, bundle);
  if (!status.ok()) return status;
  return bundle;
}

absl::Status WriteBundle(const Bundle& bundle, const std::filesystem::path& script,
                         const std::set<std::string>& there, const std::filesystem::path& folder) {
  std::string sums;
  const auto write = [&](const std::filesystem::path& path, std::string_view content) {
    const std::filesystem::path file = folder / path;
    if (auto made = MakeFolder(file.parent_path(), kOwnerOnlyFolder); !made.ok()) return made;
    sums += fmt::format("{}  {}\n", DigestOfText(content), path.string());
    return ReplaceFile(file, content, kOwnerOnly);
  };
  const auto copy = [&](const std::filesystem::path& path, const std::filesystem::path& source,
                        std::size_t most = kMaxFileBytes) {
    const auto content = ReadWholeFile(source, most);
    if (content.ok()) return write(path, *content);
    return absl::Status(
        content.status().code(),
        fmt::format("{}: {}", source.string(), std::string(content.status().message())));
  };
  absl::Status status = write("manifest", ToText(bundle.manifest));
  if (status.ok()) status = copy("host.sh", script, kMaxScriptBytes);
  for (const BundleFile& file : bundle.files) {
    if (!status.ok()) return status;
    const std::filesystem::path path = std::filesystem::path("files") / file.path;
    status = file.source.empty() ? write(path, file.content) : copy(path, file.source);
  }
  for (std::size_t i = 0; i < bundle.packages.size() && status.ok(); ++i) {
    const ManifestPackage& package = bundle.manifest.packages[i];
    if (there.count(package.file) > 0) continue;
    status = copy(std::filesystem::path("packages") / package.file, bundle.packages[i]);
  }
  if (!status.ok()) return status;
  return ReplaceFile(folder / "SHA256SUMS", sums, kOwnerOnly);
}

}  // namespace biglittle
