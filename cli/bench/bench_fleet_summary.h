// What `biglittle bench fleet` has found: figures, targets, and how they are told.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/bench/bench_fleet_options.h"
#include "cli/lab/result_tally.h"

namespace biglittle {

// Of the processes of one kind together.
struct FleetCpu {
  std::chrono::nanoseconds agent{0};
  std::chrono::nanoseconds broker{0};
  std::chrono::nanoseconds worker{0};

  std::chrono::nanoseconds total() const { return agent + broker + worker; }
};

// One fleet, from its start to its end.
struct FleetRun {
  std::uint64_t devices = 0;
  std::uint64_t processes = 0;

  // The steady window.
  double seconds = 0.0;
  std::uint64_t readings = 0;   // final results that came
  std::uint64_t escalated = 0;  // of those, not answered by the little net alone
  FleetCpu cpu;
  std::uint64_t bytes = 0;  // proportional set size of all agents, at its end

  // Start and end included.
  std::uint64_t taken = 0;  // as the devices counted them
  std::uint64_t results = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t repeats = 0;
  double deadline_met = 0.0;  // share of the results, as in the demo's summary
  std::map<std::string, std::uint64_t> fallback_reasons;
  Percentiles little_ms;
  Percentiles big_ms;
  Percentiles fallback_ms;

  std::uint64_t lost() const { return taken > results ? taken - results : 0; }
};

// Fills in what a consumer counted.
void AddTally(const ResultTally& tally, FleetRun& run);

struct FleetSummary {
  std::string task;
  std::string windows;  // for people: where they come from
  FleetRun one;         // one device in one process
  FleetRun few;         // few devices with the readings a second of the many
  FleetRun many;
  std::vector<double> first_result_ms;  // one a start; at least one
};

// Microseconds of CPU a reading; 0 if there was none.
double CpuUs(std::chrono::nanoseconds cpu, const FleetRun& run);
// What one device more takes: of many in all their processes, less one in one process.
double BytesPerDevice(const FleetSummary& summary);
// A reading's CPU in all processes with many devices to that with few; 0 if there is nothing to
// divide by.
double CostRatio(const FleetSummary& summary);
// The median.
double StartToFirstResultMs(const FleetSummary& summary);

struct FleetTarget {
  std::string name;
  double value = 0.0;
  double limit = 0.0;
  bool at_least = false;  // else at most

  bool met() const { return at_least ? value >= limit : value <= limit; }
};
std::vector<FleetTarget> TargetsOf(const FleetSummary& summary);

// Nothing lost, nothing twice, in any of the fleets.
bool Kept(const FleetSummary& summary);

std::string ToText(const FleetSummary& summary);
std::string ToJson(const FleetSummary& summary);

}  // namespace biglittle
