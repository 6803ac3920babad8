// cloud_worker --config FLEET.yaml --worker ID: one cloud worker of a fleet.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cloud_worker/models/model_store.h"
#include "cloud_worker/worker.h"
#include "cloud_worker/worker_metrics.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/fleet/worker_config.h"
#include "core/program/command_line.h"
#include "core/program/core_dumps.h"
#include "core/program/exception_status.h"
#include "core/program/exit_code.h"
#include "core/program/load_supervisor.h"
#include "core/program/log.h"
#include "core/program/stop_signal.h"
#include "core/program/terminal_guard.h"
#include "core/program/unattended.h"
#include "wire/http/program_health.h"
#include "wire/tls/credentials.h"

namespace biglittle {
namespace {

int BadInput(const std::string& text) {
  SayOnStderr("cloud_worker", text);
  return kExitBadInput;
}

// Where threads hang: they still use what would be destroyed on the way out.
[[noreturn]] int LeaveAtOnce(int code) {
  spdlog::shutdown();
  std::_Exit(code);
}

int RunWorker(const std::filesystem::path& config, const std::string& id) {
  // What belongs to the types of its devices' sources is not its business.
  const Parsed<FleetConfig> fleet = LoadFleet(config, nullptr);
  if (!fleet.ok()) return BadInput(ToString(fleet.problems));
  if (fleet.value->broker.has_secrets()) KeepKeysOutOfCoreDumps();
  const WorkerConfig* worker = fleet.value->FindWorker(id);
  if (worker == nullptr) {
    return BadInput(fmt::format("{} has no worker {}: name one of its workers by --worker",
                                config.string(), id));
  }
  if (const absl::Status named =
          wire::CheckCredentialsNamed(fleet.value->broker, {wire::Role::kWorker, id});
      !named.ok()) {
    return BadInput(std::string(named.message()));
  }
  auto health = wire::ProgramHealth::Start(worker->health, WorkerMeasurements);
  if (!health.ok()) {
    SayOnStderr("cloud_worker", std::string(health.status().message()));
    return ExitCodeOf(health.status());
  }
  const WorkerMetrics metrics((*health)->metrics());
  auto models = ModelStore::Load({.models = fleet.value->models,
                                  .tasks = worker->tasks,
                                  .key = fleet.value->models_public_key,
                                  .releases = fleet.value->models_releases,
                                  .max_batch_size = worker->max_batch_size,
                                  .compute_threads = worker->compute_threads,
                                  .inference_timeout = worker->inference_timeout});
  if (!models.ok()) {
    SayOnStderr("cloud_worker", std::string(models.status().message()));
    const int code = ExitCodeOf(models.status());
    return LoadSupervisor::left_behind() == 0 ? code : LeaveAtOnce(code);
  }

  StopSignal stop;
  Worker program(*fleet.value, *worker, **models);
  program.Observe(health->get(), &metrics);
  stop.OnStop([&program] { program.Stop(); });
  const absl::Status ended = StatusOrException([&program] { return program.Run(); });
  stop.OnStop({});
  if (!ended.ok()) {
    SayOnStderr("cloud_worker", fmt::format("{}: {}", id, std::string(ended.message())));
  }
  const int code = ended.ok() ? kExitDone : kExitFailed;
  return program.has_hung_threads() ? LeaveAtOnce(code) : code;
}

}  // namespace
}  // namespace biglittle

int main(int argc, char** argv) {
  biglittle::PrepareUnattended();
  const biglittle::TerminalGuard guard;
  CLI::App app("BigLittle's cloud worker: runs the big nets for what devices escalate",
               "cloud_worker");
  std::string config;
  std::string worker;
  std::string log_level = "info";
  app.add_option("--config", config, "The fleet's YAML file")->required();
  app.add_option("--worker", worker, "The id of the worker in it")->required();
  app.add_option("--log-level", log_level, "debug, info, warning, error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "critical", "off"}))
      ->capture_default_str();
  if (const auto done = biglittle::ParseCommandLine(app, argc, argv)) return *done;
  biglittle::SetUpLog(log_level);
  return biglittle::RunProgram("cloud_worker",
                               [&] { return biglittle::RunWorker(config, worker); });
}
