// What `biglittle demo` is asked for, and the fleet file that it makes of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "core/task/task.h"

namespace biglittle {

struct DemoOptions {
  std::string task = "vibration";
  std::uint64_t devices = 4;                 // 1 to kMaxDemoDevices
  std::uint64_t readings = 1000;             // of all devices together; at least one a device
  std::filesystem::path data;                // empty: the task is simulated
  std::filesystem::path models;              // empty: those of the installation
  std::filesystem::path json;                // empty: no file
  std::uint16_t broker_port = 0;             // 0: any that is free
  std::optional<std::uint64_t> interval_ms;  // between two readings of a device
  std::uint64_t deadline_ms = 1000;
  bool chaos = false;   // two workers; workers and broker are killed now and then
  bool secure = false;  // over TLS, everybody with a certificate and rights of its own
  // With the console, until somebody ends it: devices never end, their states are published.
  bool dashboard = false;
  std::uint16_t dashboard_port = 0;  // 0: any that is free
  // Folder of WriteMachineRecording's files, which the simulated task replays; empty: each reading
  // is simulated by itself.
  std::filesystem::path recordings;
};

// Of `dashboard`, where none are asked for: a screen full.
inline constexpr std::uint64_t kDashboardDevices = 8;

inline constexpr std::uint64_t kMaxDemoDevices = 200;
inline constexpr std::uint64_t kMaxDemoReadings = 10'000'000;

// The dashboard that the demo itself is.
inline constexpr char kDemoDashboard[] = "demo";

// The fleet's YAML: `devices` devices that share the readings out among them, and one worker (two
// with chaos, and devices with a store), at a broker on 127.0.0.1. Device k of n takes every n-th
// window of the shuffled data, so that no two take the same and each takes some of every class;
// simulations get a seed each. InvalidArgument for numbers out of range or a task whose data is not
// named; NotFound if the data is not where it was said to be.
absl::StatusOr<std::string> MakeDemoFleet(const DemoOptions& options,
                                          const std::filesystem::path& models,
                                          std::uint16_t broker_port);

}  // namespace biglittle
