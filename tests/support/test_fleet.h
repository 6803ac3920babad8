// A fleet of the tiny task on a test's broker: its files, its processes, and who listens to it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "cli/lab/fleet_observer.h"
#include "cli/lab/fleet_processes.h"
#include "cli/lab/result_tally.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "device_agent/sources/source_registry.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_broker.h"
#include "tests/support/tiny_task.h"

namespace biglittle {

class TestFleet {
 public:
  struct Options {
    int devices = 1;
    int workers = 1;     // of one template
    int readings = 200;  // of each device
    int interval_ms = 2;
    int deadline_ms = 2000;
    std::string fleet_keys;    // more lines for the file itself
    std::string worker_keys;   // more lines for the worker
    std::string device_keys;   // more lines for each device
    std::string more_devices;  // more entries of `devices`
    std::string broker_keys;   // more keys of the broker's map, each with a comma behind it
  };

  TestFleet(std::uint16_t port, const Options& options) : options_(options) {
    WriteData();
    config_ = folder_.Write("fleet.yaml", Yaml(port));
    auto fleet = LoadFleet(config_, &AllSources());
    EXPECT_TRUE(fleet.ok()) << ToString(fleet.problems);
    fleet_ = std::move(fleet.value);
    tally_.emplace(task_);
  }

  const FleetConfig& config() const { return *fleet_; }
  const std::filesystem::path& file() const { return config_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  ResultTally& tally() { return *tally_; }
  FleetObserver& observer() { return *observer_; }
  std::uint64_t expected() const {
    return static_cast<std::uint64_t>(options_.devices) *
           static_cast<std::uint64_t>(options_.readings);
  }

  void Observe() {
    observer_.emplace(*fleet_, "test", "test");
    ASSERT_TRUE(observer_->WaitConnected(Soon()));
  }
  ChildProcess& StartWorker(int number = 1) {
    return *processes_.StartWorker(config_, fmt::format("worker-{}", number)).value();
  }
  ChildProcess& StartDevice(int number) {
    const std::string id = fmt::format("device-{}", number);
    return *processes_.StartDevices(config_, {id}, id).value();
  }
  // In one process, whose log is devices.log.
  ChildProcess& StartDevices(const std::vector<std::string>& ids) {
    return *processes_.StartDevices(config_, ids, "devices").value();
  }
  // Runs a program to its end: the exit status, and what it printed in `log`.
  int Run(const char* program, const std::vector<std::string>& arguments, std::string& log) const {
    std::vector<std::string> all{(Installation::Find().programs / program).string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto file = folder() / "log";
    std::filesystem::remove(file);
    ChildProcess child = ChildProcess::Start(all, file).value();
    const int status = child.WaitUntil(Soon()).value();
    log = TailOfFile(file, 100);
    return status;
  }
  void AwaitWorker(int number = 1) {
    ASSERT_TRUE(TakeUntil([&] { return observer_->IsOnline(fmt::format("worker-{}", number)); }));
  }

  // Takes results until `condition` holds; false if that takes too long.
  bool TakeUntil(const std::function<bool()>& condition) {
    return observer_->TakeUntil(Soon(), *tally_, condition);
  }
  // All finals are in, and nothing comes after them.
  bool TakeAll() {
    const bool all = TakeUntil([&] { return tally_->finals() >= expected(); });
    observer_->Take(std::chrono::steady_clock::now() + Milliseconds(300), *tally_);
    return all;
  }

  static SteadyTime Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }

 private:
  // Of any ten windows in a row the little net answers five itself; the big net knows all. As many
  // as the last device needs, which begins as many windows later as there are devices before it.
  void WriteData() {
    const std::int64_t count = options_.readings + options_.devices;
    std::vector<float> windows;
    std::vector<std::uint8_t> labels;
    for (int i = 0; i < count; ++i) {
      const bool sure = i % 10 < 5;
      const int label = sure ? (i % 2 == 0 ? 0 : 2) : i % 4;
      const Tensor window = TinySample(label, sure).window;
      const auto* values = reinterpret_cast<const float*>(window.data.data());
      windows.insert(windows.end(), values, values + 4);
      labels.push_back(static_cast<std::uint8_t>(label));
    }
    EXPECT_TRUE(WriteNpy(folder_.path() / "X.npy", ElementType::kFloat32, {count, 4},
                         std::as_bytes(std::span(windows)))
                    .ok());
    EXPECT_TRUE(WriteNpy(folder_.path() / "y.npy", ElementType::kUint8, {count},
                         std::as_bytes(std::span(labels)))
                    .ok());
  }

  std::string Yaml(std::uint16_t port) const {
    return fmt::format(
        "version: 1\nfleet: test\nmodels: {}\n{}"
        "broker: {{{}port: {}, reconnect_delay_min_ms: 20, reconnect_delay_max_ms: 200}}\n"
        "workers:\n  - id: worker-{{n}}\n    count: {}\n    tasks: [tiny]\n{}"
        "devices:\n  - id: device-{{n}}\n    count: {}\n    task: tiny\n    deadline_ms: {}\n"
        "    drain_timeout_ms: 20000\n{}"
        "    source: {{type: replay, windows: X.npy, labels: y.npy, readings: {}, "
        "interval_ms: {}, queue_capacity: 65536}}\n{}",
        TestDataFolder().string(), options_.fleet_keys, options_.broker_keys, port,
        options_.workers, options_.worker_keys, options_.devices, options_.deadline_ms,
        options_.device_keys, options_.readings, options_.interval_ms, options_.more_devices);
  }

  const Options options_;
  const Task task_ = LoadTinyTask();
  TemporaryFolder folder_;
  std::filesystem::path config_;
  std::optional<FleetConfig> fleet_;
  std::optional<ResultTally> tally_;
  std::optional<FleetObserver> observer_;
  FleetProcesses processes_{Installation::Find().programs, folder_.path()};
};

}  // namespace biglittle
