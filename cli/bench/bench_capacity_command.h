// `biglittle bench capacity`: what a broker and a worker bear on this machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>

namespace biglittle {

struct BenchCapacityOptions {
  std::uint64_t devices = 50;
  double rate = 4.0;     // readings a second of one device
  int rounds = 3;        // of which the least disturbed counts
  double seconds = 5.0;  // of each measured window
  std::string task = "vibration";
  std::string other_task = "fashion-mnist";  // whose windows have another size
  std::filesystem::path models;              // empty: those of the installation
  std::filesystem::path json;                // empty: no file
};

// Measures the model of cli/bench/capacity_model.h, then a point that it was not made of, as `bench
// fleet` has it: the task's own policy. Returns the exit code.
int RunBenchCapacity(const BenchCapacityOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
