// device_agent --config FLEET.yaml --device ID [--device ID ...]: devices of a fleet, one or many.

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/fleet/device_config.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/program/command_line.h"
#include "core/program/core_dumps.h"
#include "core/program/exit_code.h"
#include "core/program/log.h"
#include "core/program/terminal_guard.h"
#include "core/program/unattended.h"
#include "device_agent/device_host.h"
#include "device_agent/many_devices.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

int BadInput(const std::string& text) {
  SayOnStderr("device_agent", text);
  return kExitBadInput;
}

int RunDevices(const std::filesystem::path& config, const std::vector<std::string>& ids) {
  const Parsed<FleetConfig> fleet = LoadFleet(config, &AllSources());
  if (!fleet.ok()) return BadInput(ToString(fleet.problems));
  if (fleet.value->broker.has_secrets()) KeepKeysOutOfCoreDumps();
  std::vector<const DeviceConfig*> devices;
  std::set<std::string> known;
  for (const std::string& id : ids) {
    devices.push_back(fleet.value->FindDevice(id));
    if (devices.back() == nullptr) {
      return BadInput(fmt::format("{} has no device {}: name one of its devices by --device",
                                  config.string(), id));
    }
    if (!known.insert(id).second) {
      return BadInput(fmt::format("--device {} is given twice: once is enough", id));
    }
  }
  if (devices.size() > 1) PrepareForManyDevices();
  return DeviceHost(*fleet.value).Run(devices);
}

}  // namespace
}  // namespace biglittle

int main(int argc, char** argv) {
  biglittle::PrepareUnattended();
  const biglittle::TerminalGuard guard;
  CLI::App app("BigLittle's device agent: answers what its little net can, escalates the rest",
               "device_agent");
  std::string config;
  std::vector<std::string> devices;
  std::string log_level = "info";
  app.add_option("--config", config, "The fleet's YAML file")->required();
  app.add_option("--device", devices, "The id of the device in it; again for more of them")
      ->required()
      ->allow_extra_args(false);
  app.add_option("--log-level", log_level, "debug, info, warning, error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "critical", "off"}))
      ->capture_default_str();
  if (const auto done = biglittle::ParseCommandLine(app, argc, argv)) return *done;
  biglittle::SetUpLog(log_level);
  return biglittle::RunProgram("device_agent",
                               [&] { return biglittle::RunDevices(config, devices); });
}
