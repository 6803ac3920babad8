// What a scenario came to, as a row of a table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/chaos/memory_watch.h"

namespace biglittle::chaos {

struct Row {
  std::string scenario;
  std::uint64_t readings = 0;
  std::uint64_t finals = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t repeats = 0;
  std::uint64_t provisionals = 0;
  std::uint64_t little = 0;
  std::uint64_t big = 0;
  std::uint64_t fallback = 0;
  std::uint64_t restarted = 0;
  double deadlines_met = 0.0;
  double late_p99_ms = 0.0;
  std::optional<MemoryWatch::Growth> agent_memory;
  std::optional<MemoryWatch::Growth> worker_memory;
  double machine_stall_ms = 0.0;  // see StallWatch
  double seconds = 0.0;
  std::string verdict;
};

std::string TableHeader();
std::string ToLine(const Row& row);

// Keeps the row for the table of all scenarios, in a file of its own in the build folder, and for
// the one that this program prints at its end.
void Report(const Row& row);

}  // namespace biglittle::chaos
