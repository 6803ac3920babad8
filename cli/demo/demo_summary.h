// How a demo ended: for people, and as the JSON that tools read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "absl/status/status.h"

#include "cli/lab/result_tally.h"
#include "cli/tuning/offline_cascade.h"

namespace biglittle {

struct DemoSummary {
  std::string task;
  std::uint64_t devices = 0;
  std::uint64_t readings = 0;  // taken at the sources, as the devices counted them
  std::uint64_t results = 0;   // readings with a final result, as a consumer counted them
  std::uint64_t lost = 0;
  std::uint64_t duplicates = 0;  // second final results that say something else
  std::uint64_t repeats = 0;     // delivered again, for a consumer to drop
  std::uint64_t workers_killed = 0;
  std::uint64_t brokers_killed = 0;
  std::uint64_t little = 0;
  std::uint64_t big = 0;
  std::uint64_t fallback = 0;
  std::map<std::string, std::uint64_t> fallback_reasons;
  double accuracy_overall = 0.0;
  double priority_recall = 0.0;
  OfflineCounts offline;
  double escalation_rate = 0.0;
  Percentiles little_ms;
  Percentiles big_ms;
  double deadline_met = 0.0;
};

// Everything but `offline`, from what the consumer saw. `readings` as counted at the sources.
DemoSummary Summarise(const std::string& task, std::uint64_t devices, std::uint64_t readings,
                      const ResultTally& tally);

// The promise was kept: nothing lost, nothing twice.
bool Kept(const DemoSummary& summary);

std::string ToText(const DemoSummary& summary);
std::string ToJson(const DemoSummary& summary);

}  // namespace biglittle
