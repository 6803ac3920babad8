// Counts the results of a fleet as an independent consumer sees them: each reading once, repeats
// apart, percentiles at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/task/task.h"
#include "wire/messages/result.h"

namespace biglittle {

struct Percentiles {
  double p50 = 0.0;
  double p99 = 0.0;
};

// Nearest rank; zeros if there are no values.
Percentiles PercentilesOf(std::vector<double> values);
// Of an even number the upper of the two in the middle; of none 0.
double MedianOf(std::vector<double> values);

// Not thread-safe.
class ResultTally {
 public:
  explicit ResultTally(const Task& task) : task_(&task) {}

  // Provisional results, repeats of a final one, and a second final one that says something else (a
  // duplicate) count as such and change nothing else.
  void Add(const wire::Result& result);

  std::uint64_t finals() const { return little_ + big_ + fallback_; }
  std::uint64_t duplicates() const { return duplicates_; }
  std::uint64_t repeats() const { return repeats_; }
  std::uint64_t little() const { return little_; }
  std::uint64_t big() const { return big_; }
  std::uint64_t fallback() const { return fallback_; }
  const std::map<std::string, std::uint64_t>& fallback_reasons() const { return reasons_; }

  // Shares, in [0, 1]; 0 if there is nothing to divide by.
  double accuracy() const;         // of the finals whose true class is known
  double priority_recall() const;  // of those whose true class is prioritised
  double escalation_rate() const;  // not answered by the little net alone
  double deadline_met() const;
  Percentiles little_latency() const { return PercentilesOf(little_ms_); }
  Percentiles big_latency() const { return PercentilesOf(big_ms_); }
  Percentiles fallback_latency() const { return PercentilesOf(fallback_ms_); }

 private:
  const Task* task_;
  std::unordered_map<std::string, std::size_t> seen_;  // "device/run/sequence" -> what it said
  std::uint64_t duplicates_ = 0;
  std::uint64_t repeats_ = 0;
  std::uint64_t little_ = 0;
  std::uint64_t big_ = 0;
  std::uint64_t fallback_ = 0;
  std::map<std::string, std::uint64_t> reasons_;
  std::uint64_t with_truth_ = 0;
  std::uint64_t correct_ = 0;
  std::uint64_t priority_ = 0;
  std::uint64_t priority_correct_ = 0;
  std::uint64_t in_time_ = 0;
  std::vector<double> little_ms_;
  std::vector<double> big_ms_;
  std::vector<double> fallback_ms_;
};

}  // namespace biglittle
