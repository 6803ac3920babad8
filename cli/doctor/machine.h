// A look at the machine: processor, memory, clock, descriptors, user, and where BigLittle lies on
// it.
//
// What is read and what is made of it are apart: the first can be made up in a test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/doctor/finding.h"
#include "cli/installation.h"
#include "core/clock.h"

namespace biglittle {

struct MachineState {
  std::string processor;     // its own name; empty: it does not tell
  std::string instructions;  // as nn/simd/instructions.h has them
  unsigned cores = 1;
  std::uint64_t free_memory = 0;  // bytes; 0: unknown
  bool has_blas = false;
  WallTime now;
  bool is_clock_synchronised = false;  // as the kernel knows it
  std::uint64_t descriptors = 0;       // that a process may open here
  bool is_home_complete = false;       // broker_config/ and models/ are where they are looked for
  std::filesystem::path home;
};

MachineState LookAtMachine(const Installation& installation);

// Pure.
std::vector<Finding> JudgeMachine(const MachineState& machine);

}  // namespace biglittle
