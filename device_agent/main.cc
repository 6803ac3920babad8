// device_agent --config FLEET.yaml --device ID: one device of a fleet.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>

#include "core/clock.h"
#include "core/exit_code.h"
#include "core/fleet_config.h"
#include "core/stop_signal.h"
#include "core/task.h"
#include "device_agent/agent_loop.h"
#include "device_agent/agent_metrics.h"
#include "device_agent/local_classifier.h"
#include "device_agent/reading_deadlines.h"
#include "device_agent/results/result_store.h"
#include "device_agent/sources/source_factory.h"
#include "wire/program_health.h"
#include "wire/tls/credentials.h"

namespace biglittle {
namespace {

constexpr std::chrono::seconds kStorePatience{5};
constexpr Milliseconds kStorePoll{50};

int BadInput(const std::string& text) {
  fmt::print(stderr, "device_agent: {}\n", text);
  return kExitBadInput;
}

// Without its store a device still answers; only another agent on the same store is a mistake.
absl::StatusOr<std::optional<ResultStore>> OpenStore(const DeviceConfig& device) {
  if (!device.store) return std::optional<ResultStore>();
  const std::filesystem::path file = device.store->folder / (device.id + ".sqlite");
  const auto open = [&] {
    return ResultStore::Open(file, {device.store->max_bytes, device.store->max_age});
  };
  auto store = open();
  // The agent before this one may have been killed and not be gone yet.
  const SteadyTime give_up_at = Clock::Real().Now() + kStorePatience;
  while (store.status().code() == absl::StatusCode::kUnavailable &&
         Clock::Real().Now() < give_up_at) {
    std::this_thread::sleep_for(kStorePoll);
    store = open();
  }
  if (store.status().code() == absl::StatusCode::kUnavailable) {
    return absl::UnavailableError(fmt::format(
        "{}: the store is in use: another agent of device {} runs already; stop it first",
        file.string(), device.id));
  }
  if (!store.ok()) {
    spdlog::error("{}: the result store cannot be used: {}; results go to the broker without it",
                  file.string(), std::string(store.status().message()));
    return std::optional<ResultStore>();
  }
  if (store->put_aside()) {
    spdlog::error("{}: the store was damaged and is kept as {}; begun anew", file.string(),
                  store->put_aside()->string());
  }
  return std::optional<ResultStore>(*std::move(store));
}

int RunDevice(const std::filesystem::path& config, const std::string& id) {
  const Parsed<FleetConfig> fleet = LoadFleet(config);
  if (!fleet.ok()) return BadInput(ToString(fleet.problems));
  const DeviceConfig* device = fleet.value->FindDevice(id);
  if (device == nullptr) {
    return BadInput(fmt::format("{} has no device {}: name one of its devices by --device",
                                config.string(), id));
  }
  if (const absl::Status usable =
          wire::LoadCredentials(fleet.value->broker, {wire::Role::kDevice, id}).status();
      !usable.ok()) {
    return BadInput(std::string(usable.message()));
  }
  auto health = wire::ProgramHealth::Start(device->health, AgentMeasurements);
  if (!health.ok()) return BadInput(std::string(health.status().message()));
  const AgentMetrics metrics((*health)->metrics());
  Parsed<Task> task =
      LoadSignedTask(fleet.value->models / device->task, fleet.value->models_public_key);
  if (!task.ok()) return BadInput(ToString(task.problems));
  auto little = LocalClassifier::Load(*task.value, device->escalation);
  if (!little.ok()) return BadInput(std::string(little.status().message()));
  auto deadlines = ReadingDeadlines::Make(*device, *task.value);
  if (!deadlines.ok()) return BadInput(std::string(deadlines.status().message()));
  auto source = MakeSource(device->source, *task.value);
  if (!source.ok()) return BadInput(std::string(source.status().message()));
  auto store = OpenStore(*device);
  if (!store.ok()) return BadInput(std::string(store.status().message()));

  StopSignal stop;
  AgentLoop loop(
      *fleet.value, *device,
      {*std::move(task.value), *std::move(little), *std::move(deadlines), *std::move(store)},
      *std::move(source));
  loop.Observe(health->get(), &metrics);
  stop.OnStop([&loop] { loop.Stop(); });
  const absl::Status ended = loop.Run();
  stop.OnStop({});
  if (ended.ok()) return kExitDone;
  fmt::print(stderr, "device_agent: {}: {}\n", id, std::string(ended.message()));
  return kExitFailed;
}

}  // namespace
}  // namespace biglittle

int main(int argc, char** argv) {
  CLI::App app("BigLittle's device agent: answers what its little net can, escalates the rest");
  std::string config;
  std::string device;
  std::string log_level = "info";
  app.add_option("--config", config, "The fleet's YAML file")->required();
  app.add_option("--device", device, "The id of the device in it")->required();
  app.add_option("--log-level", log_level, "debug, info, warning, error")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? biglittle::kExitDone : biglittle::kExitBadInput;
  }
  spdlog::set_level(spdlog::level::from_str(log_level));
  return biglittle::RunDevice(config, device);
}
