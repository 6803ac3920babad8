// How a cascade does on labelled readings. Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/tuning/calibration.h"
#include "cli/tuning/cascade_table.h"
#include "core/prediction.h"
#include "core/task/task.h"
#include "device_agent/little/escalation_policy.h"

namespace biglittle {

struct CascadeCounts {
  std::uint64_t readings = 0;
  std::uint64_t escalated = 0;
  std::uint64_t at_exit = 0;         // answered by a head in front of the last
  std::uint64_t local_wrong = 0;     // among the locally answered
  std::uint64_t correct = 0;         // the cascade
  std::uint64_t little_correct = 0;  // its last head alone
  std::uint64_t big_correct = 0;
  std::uint64_t lost = 0;    // the big net is right, the cascade wrong
  std::uint64_t gained = 0;  // the other way round
  // By prioritised class, in the order of the task.
  std::vector<std::uint64_t> priority;
  std::vector<std::uint64_t> priority_correct;

  std::uint64_t local() const { return readings - escalated; }
  double escalation_rate() const { return Share(escalated, readings); }
  double accuracy() const { return Share(correct, readings); }
  double little_accuracy() const { return Share(little_correct, readings); }
  double big_accuracy() const { return Share(big_correct, readings); }
  double local_error() const { return Share(local_wrong, local()); }
  // Of all readings of prioritised classes together.
  double priority_recall() const;
  // Of the prioritised class that fares worst; classes without readings do not count.
  double least_recall() const;

  // 0 of nothing is 0.
  static double Share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};

CascadeCounts Count(const Task& task, const CascadePredictions& predictions,
                    const std::vector<int>& truth, const EscalationRule& rule, const Rows& rows);

// How the cascade decides on one row.
struct RowDecision {
  LocalDecision local;
  int final_class = kOtherClass;
};
RowDecision DecideRow(const CascadePredictions& predictions, const EscalationRule& rule,
                      std::size_t row);

// Of each group that `rows` have by itself, in the order of their numbers; none where `groups` is
// empty. Else it has an element a row of the table.
struct GroupCounts {
  std::int64_t group = 0;
  CascadeCounts counts;
};
std::vector<GroupCounts> CountByGroup(const Task& task, const CascadePredictions& predictions,
                                      const std::vector<int>& truth, const EscalationRule& rule,
                                      const std::vector<std::int64_t>& groups, const Rows& rows);

// 0, 1, ... count - 1.
Rows AllRows(std::size_t count);

}  // namespace biglittle
