#include "cli/doctor/fleet_state.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "core/date_time.h"
#include "core/fleet/device_config.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/fleet/worker_config.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "device_agent/sources/source_registry.h"
#include "wire/connect/broker_probe.h"
#include "wire/tls/credential_expiry.h"

namespace biglittle {
namespace {

using Grade = Finding::Grade;

std::string FirstLine(std::string text) { return text.substr(0, text.find('\n')); }

Finding OfFile(const std::filesystem::path& config, const Parsed<FleetConfig>& fleet) {
  if (!fleet.ok()) {
    return {Grade::kTrouble, "fleet file", FirstLine(ToString(fleet.problems)),
            fmt::format("biglittle check {} shows all of it", config.string())};
  }
  return {Grade::kWell, "fleet file",
          fmt::format("{}: fleet {}, {} devices, {} workers", config.string(), fleet.value->fleet,
                      fleet.value->devices.size(), fleet.value->workers.size()),
          ""};
}

// The tasks that the program of `identity` serves; without one, those of all.
std::set<std::string> TasksOf(const FleetConfig& fleet,
                              const std::optional<wire::Identity>& identity) {
  std::set<std::string> tasks;
  for (const DeviceConfig& device : fleet.devices) {
    if (!identity || (identity->role == wire::Role::kDevice && identity->id == device.id)) {
      tasks.insert(device.task);
    }
  }
  for (const WorkerConfig& worker : fleet.workers) {
    if (!identity || (identity->role == wire::Role::kWorker && identity->id == worker.id)) {
      tasks.insert(worker.tasks.begin(), worker.tasks.end());
    }
  }
  return tasks;
}

Finding OfModels(const FleetConfig& fleet, const std::set<std::string>& tasks) {
  for (const std::string& name : tasks) {
    const Parsed<Task> task =
        LoadSignedTask(fleet.models / name / "task.yaml", fleet.models_public_key);
    const std::string problem = !task.ok() ? FirstLine(ToString(task.problems))
                                           : std::string(VerifyFiles(*task.value).message());
    if (!problem.empty()) {
      return {Grade::kTrouble, "models", problem,
              "install biglittle-models, or copy the task's folder here again"};
    }
  }
  return {Grade::kWell, "models",
          fmt::format("{} in {}, with the digests that their task.yaml names",
                      fmt::join(tasks, ", "), fleet.models.string()),
          ""};
}

// Who writes there is the user that the program runs as; this is said for the one who asks.
Finding OfStore(const DeviceConfig& device) {
  const std::string folder = device.store->folder.string();
  std::error_code error;
  if (!std::filesystem::exists(device.store->folder, error)) {
    return {Grade::kNotice, "store", folder + " is not there yet: the agent makes it", ""};
  }
  if (access(folder.c_str(), W_OK | X_OK) == 0) {
    return {Grade::kWell, "store", folder + " can be written to", ""};
  }
  return {Grade::kNotice, "store", folder + " cannot be written to by you",
          "run this as the user that runs the agent; if it is that one: chown it to him"};
}

Finding OfCredentials(const absl::StatusOr<wire::Credentials>& credentials) {
  if (!credentials.ok()) {
    return {Grade::kTrouble, "credentials", std::string(credentials.status().message()), ""};
  }
  return {Grade::kWell, "credentials",
          credentials->tls || !credentials->username.empty() ? "complete, and nobody else's to read"
                                                             : "the fleet file asks for none",
          ""};
}

}  // namespace

Finding JudgeEnds(const wire::CredentialEnds& ends, WallTime now) {
  std::optional<WallTime> first = ends.certificate;
  if (ends.authority && (!first || *ends.authority < *first)) first = ends.authority;
  if (!first) return {Grade::kNotice, "certificates", "it cannot be read when they end", ""};
  const bool is_own = ends.certificate == first;
  const std::string text = fmt::format("the first to end, {}, does so at {}",
                                       is_own ? "its own" : "the authority's", ToDateTime(*first));
  if (*first > now + wire::kExpiryNotice) return {Grade::kWell, "certificates", text, ""};
  return {*first > now ? Grade::kNotice : Grade::kTrouble, "certificates", text,
          is_own ? "biglittle provision rotate, and copy the new files here"
                 : "biglittle provision sync, and copy the new ca.pem to every machine"};
}

Finding JudgeBroker(const wire::Trouble& trouble, const BrokerConfig& broker) {
  const std::string where = fmt::format("{}:{}", broker.host, broker.port);
  if (trouble.kind == wire::Trouble::Kind::kNone) {
    return {Grade::kWell, "broker",
            fmt::format("{} takes connections{}", where, broker.tls ? ", over TLS" : ""), ""};
  }
  return {Grade::kTrouble, "broker", fmt::format("{}: {}", where, wire::Sentence(trouble, broker)),
          ""};
}

std::vector<Finding> ExamineFleet(const std::filesystem::path& config,
                                  const std::optional<wire::Identity>& identity) {
  const Parsed<FleetConfig> fleet = LoadFleet(config, &AllSources(), ModelsNeeded::kNone);
  std::vector<Finding> findings{OfFile(config, fleet)};
  if (!fleet.ok()) return findings;
  const std::set<std::string> tasks = TasksOf(*fleet.value, identity);
  if (identity && tasks.empty()) {
    findings.push_back({Grade::kTrouble, std::string(wire::Name(identity->role)),
                        fmt::format("the fleet file has none that is called {}", identity->id),
                        "name one that it has"});
    return findings;
  }
  findings.push_back(OfModels(*fleet.value, tasks));
  const BrokerConfig& broker = fleet.value->broker;
  std::optional<wire::TlsFiles> files;
  if (identity) {
    const DeviceConfig* device =
        identity->role == wire::Role::kDevice ? fleet.value->FindDevice(identity->id) : nullptr;
    if (device != nullptr && device->store) findings.push_back(OfStore(*device));
    const absl::StatusOr<wire::Credentials> credentials = wire::LoadCredentials(broker, *identity);
    findings.push_back(OfCredentials(credentials));
    if (!credentials.ok()) return findings;
    files = credentials->tls;
    if (files) findings.push_back(JudgeEnds(wire::EndsOf(*files), Clock::Real().WallNow()));
  }
  const bool can_shake_hands = !broker.tls || files;
  if (can_shake_hands) {
    findings.push_back(
        JudgeBroker(wire::ProbeBroker(broker, files, std::nullopt, [] { return false; }), broker));
  }
  return findings;
}

}  // namespace biglittle
