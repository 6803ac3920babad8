#include "cli/lab/fleet_processes.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <utility>

namespace biglittle {
namespace {

constexpr Milliseconds kStopGrace{8000};

void End(FleetProcesses::ByName& processes, Milliseconds grace) {
  for (auto& [name, process] : processes) process.Signal(SIGTERM);
  for (auto& [name, process] : processes) process.Terminate(grace);
}

}  // namespace

FleetProcesses::FleetProcesses(std::filesystem::path programs, std::filesystem::path logs)
    : programs_(std::move(programs)), logs_(std::move(logs)) {}

FleetProcesses::~FleetProcesses() {
  End(devices_, kStopGrace);
  End(workers_, kStopGrace);
}

absl::StatusOr<ChildProcess*> FleetProcesses::Start(ByName& role, const std::string& name,
                                                    const std::vector<std::string>& arguments,
                                                    const Launcher& launcher) {
  std::vector<std::string> all = launcher;
  all.insert(all.end(), arguments.begin(), arguments.end());
  absl::StatusOr<ChildProcess> process = ChildProcess::Start(all, logs_ / (name + ".log"));
  if (!process.ok()) return process.status();
  return &role.insert_or_assign(name, *std::move(process)).first->second;
}

absl::StatusOr<ChildProcess*> FleetProcesses::StartWorker(const std::filesystem::path& file,
                                                          const std::string& id,
                                                          const Launcher& launcher) {
  return Start(workers_, id,
               {(programs_ / "cloud_worker").string(), "--config", file.string(), "--worker", id},
               launcher);
}

absl::StatusOr<ChildProcess*> FleetProcesses::StartDevices(const std::filesystem::path& file,
                                                           const std::vector<std::string>& ids,
                                                           const std::string& name,
                                                           const Launcher& launcher) {
  std::vector<std::string> arguments{(programs_ / "device_agent").string(), "--config",
                                     file.string()};
  for (const std::string& id : ids) arguments.insert(arguments.end(), {"--device", id});
  return Start(devices_, name, arguments, launcher);
}

absl::Status FleetProcesses::ShareDevicesOut(const std::filesystem::path& file,
                                             const std::vector<std::string>& ids,
                                             std::size_t processes) {
  return StartShare(file, ids, processes, "");
}

absl::Status FleetProcesses::StartShare(const std::filesystem::path& file,
                                        const std::vector<std::string>& ids, std::size_t processes,
                                        const std::string& only) {
  const auto at = [&](std::size_t process) {
    return ids.begin() + static_cast<std::ptrdiff_t>(ids.size() * process / processes);
  };
  for (std::size_t process = 0; process < processes; ++process) {
    const std::vector<std::string> share(at(process), at(process + 1));
    const std::string name =
        share.size() == 1 ? share.front() : fmt::format("{}-to-{}", share.front(), share.back());
    if (!only.empty() && name != only) continue;
    const auto started = StartDevices(file, share, name);
    if (!started.ok()) return started.status();
  }
  return absl::OkStatus();
}

ChildProcess* FleetProcesses::EndedDevice() {
  const auto ended =
      std::ranges::find_if(devices_, [](auto& device) { return device.second.Poll().has_value(); });
  return ended == devices_.end() ? nullptr : &ended->second;
}

bool FleetProcesses::AllDevicesEnded() {
  return std::ranges::all_of(devices_,
                             [](auto& device) { return device.second.Poll().has_value(); });
}

void FleetProcesses::EndDevices(Milliseconds grace) { End(devices_, grace); }

}  // namespace biglittle
