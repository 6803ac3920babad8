// What `biglittle bench fleet` is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "absl/status/status.h"

#include "core/clock.h"

namespace biglittle {

struct BenchFleetOptions {
  std::uint64_t devices = 100;  // 2 to kMaxBenchDevices
  double rate = 1.0;            // readings a second of one device, 0.01 to 1000
  double seconds = 10.0;        // of each steady window, in (0, 600]
  std::uint64_t processes = 0;  // that the devices share, up to 64; 0: as many as they need
  std::string task = "har";
  std::filesystem::path data;    // empty: seeded windows, or the simulated sensor
  std::filesystem::path models;  // empty: those of the installation
  std::filesystem::path json;    // empty: no file
};

inline constexpr std::uint64_t kMaxBenchDevices = 10'000;
// What a reading's cost is held against.
inline constexpr std::uint64_t kFewDevices = 10;
// From capture to final outcome.
inline constexpr Milliseconds kBenchDeadline{500};
// A thousand devices that start at once on a few cores are not woken to the millisecond.
inline constexpr Milliseconds kBenchMargin{25};
// Long, so that the window has readings in it and little else.
inline constexpr Milliseconds kBenchStatusInterval{60'000};

// InvalidArgument, in one line, for what is out of range.
absl::Status CheckOptions(const BenchFleetOptions& options);

// How many processes `devices` devices share.
std::size_t ProcessesFor(const BenchFleetOptions& options, std::uint64_t devices);

// Time between two readings of a device, where `devices` of them take `per_s` in all; at least a
// millisecond.
Milliseconds IntervalFor(std::uint64_t devices, double per_s);

}  // namespace biglittle
