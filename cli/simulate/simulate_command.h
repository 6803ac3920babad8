// `biglittle simulate`: writes windows of a simulated sensor to files, for training and trying out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>

namespace biglittle {

inline constexpr std::uint64_t kMaxSimulatedReadings = 10'000'000;

struct SimulateOptions {
  std::string task;            // "vibration" is the only simulated one
  std::uint64_t readings = 0;  // 1 to kMaxSimulatedReadings
  std::uint64_t seed = 1;
  std::filesystem::path out;  // created if missing; files of an earlier run are replaced
};

// Writes X.npy (float32 [readings, axes, samples]) and y.npy (uint8 [readings]) to options.out: the
// very readings that a device with the same seed takes. Memory does not grow with their number.
// Returns the program's exit code: 0, 1 if writing failed, 2 for options that cannot be; problems
// go to `err` in one line, what was done to `out`.
int RunSimulate(const SimulateOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
