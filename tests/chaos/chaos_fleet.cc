#include "tests/chaos/chaos_fleet.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "cli/installation.h"

namespace biglittle::chaos {
namespace {

constexpr int kTailLines = 5;
constexpr Milliseconds kStopTime{30000};

}  // namespace

ChaosFleet::ChaosFleet(FleetOptions options, std::uint16_t broker_port, std::uint16_t device_port)
    : options_(std::move(options)),
      files_(options_, broker_port, device_port),
      processes_(Installation::Find().programs, files_.folder()) {}

// All at once: each would be waited for otherwise.
ChaosFleet::~ChaosFleet() {
  for (auto& [id, process] : devices()) process.Signal(SIGKILL);
  for (auto& [id, process] : workers()) process.Signal(SIGKILL);
}

std::filesystem::path ChaosFleet::UseMovableClock() {
  clock_file_ = files_.folder() / "an-hour-back";
  return clock_file_;
}

FleetProcesses::Launcher ChaosFleet::WithClock(FleetProcesses::Launcher launcher) const {
  if (clock_file_.empty()) return launcher;
  // env becomes the program: the process id stays.
  launcher.insert(launcher.begin(),
                  {"/usr/bin/env", fmt::format("LD_PRELOAD={}", BIGLITTLE_CLOCK_SHIM),
                   fmt::format("BIGLITTLE_CHAOS_CLOCK={}", clock_file_.string())});
  return launcher;
}

void ChaosFleet::StartWorker(const std::string& id, bool other_model) {
  const auto& config = other_model ? files_.for_workers_of_other_model() : files_.for_workers();
  // A worker has a machine of its own. Here all share one, and where a flood takes more than it
  // has, the devices' own time is not to be the worker's: a device's latency is steady.
  const auto started = processes_.StartWorker(config, id, WithClock({"/usr/bin/nice", "-n", "19"}));
  ASSERT_TRUE(started.ok()) << started.status();
}

void ChaosFleet::StartDevice(const std::string& id) {
  const auto started = processes_.StartDevices(files_.for_devices(), {id}, id, WithClock({}));
  ASSERT_TRUE(started.ok()) << started.status();
}

void ChaosFleet::StartDevices(const DeviceGroup& group) {
  for (int i = 1; i <= group.count; ++i) StartDevice(DeviceId(group, i));
}

std::vector<std::string> ChaosFleet::StopWorkers() {
  std::vector<std::string> problems;
  for (auto& [id, process] : workers()) {
    if (process.Poll()) continue;  // killed, and not begun again
    const int status = process.Terminate(kStopTime);
    if (status == 0) continue;
    problems.push_back(
        fmt::format("{} ended with {}: {}", id, status, TailOfFile(process.log(), kTailLines)));
  }
  return problems;
}

bool ChaosFleet::IsDeviceRunning(const std::string& id) {
  return !devices().at(id).Poll().has_value();
}

bool ChaosFleet::AnyDeviceRunning() { return !processes_.AllDevicesEnded(); }

std::vector<std::string> ChaosFleet::DeviceProblems() {
  std::vector<std::string> problems;
  for (auto& [id, process] : devices()) {
    const std::optional<int> status = process.Poll();
    if (status == 0) continue;
    problems.push_back(fmt::format("{} {}: {}", id,
                                   status ? fmt::format("ended with {}", *status) : "did not end",
                                   TailOfFile(process.log(), kTailLines)));
  }
  return problems;
}

bool ChaosFleet::DeviceLogSays(const std::string& text) {
  return std::ranges::any_of(devices(), [&](const auto& device) {
    std::ifstream log(device.second.log());
    const std::string all{std::istreambuf_iterator<char>(log), {}};
    return all.find(text) != std::string::npos;
  });
}

void ChaosFleet::SampleMemory() {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (auto& [id, process] : devices()) {
    if (!process.Poll()) device_memory_.Sample(process.pid(), now);
  }
  for (auto& [id, process] : workers()) {
    if (!process.Poll()) worker_memory_.Sample(process.pid(), now);
  }
}

}  // namespace biglittle::chaos
