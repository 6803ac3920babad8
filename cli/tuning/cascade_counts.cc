#include "cli/tuning/cascade_counts.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace biglittle {

RowDecision DecideRow(const CascadePredictions& predictions, const EscalationRule& rule,
                      std::size_t row) {
  RowDecision decision;
  decision.local = DecideLocally(
      rule, [&](std::size_t head) -> const Prediction& { return predictions.heads[head][row]; });
  const Prediction& final =
      decision.local.answered ? predictions.heads[decision.local.head][row] : predictions.big[row];
  decision.final_class = final.class_index;
  return decision;
}

CascadeCounts Count(const Task& task, const CascadePredictions& predictions,
                    const std::vector<int>& truth, const EscalationRule& rule, const Rows& rows) {
  CascadeCounts counts;
  counts.priority.resize(task.priority_classes.size());
  counts.priority_correct.resize(task.priority_classes.size());
  for (const std::size_t row : rows) {
    const RowDecision decision = DecideRow(predictions, rule, row);
    const bool answered = decision.local.answered;
    const bool correct = decision.final_class == truth[row];
    ++counts.readings;
    counts.correct += correct ? 1 : 0;
    counts.little_correct += predictions.heads.back()[row].class_index == truth[row] ? 1 : 0;
    const bool big_correct = predictions.big[row].class_index == truth[row];
    counts.big_correct += big_correct ? 1 : 0;
    counts.lost += big_correct && !correct ? 1 : 0;
    counts.gained += correct && !big_correct ? 1 : 0;
    if (!answered) ++counts.escalated;
    if (answered && decision.local.head + 1 < predictions.heads.size()) ++counts.at_exit;
    if (answered && !correct) ++counts.local_wrong;
    const auto prioritised = std::ranges::find(task.priority_classes, truth[row]);
    if (prioritised == task.priority_classes.end()) continue;
    const auto at = static_cast<std::size_t>(prioritised - task.priority_classes.begin());
    ++counts.priority[at];
    counts.priority_correct[at] += correct ? 1 : 0;
  }
  return counts;
}

std::vector<GroupCounts> CountByGroup(const Task& task, const CascadePredictions& predictions,
                                      const std::vector<int>& truth, const EscalationRule& rule,
                                      const std::vector<std::int64_t>& groups, const Rows& rows) {
  std::vector<GroupCounts> counts;
  if (groups.empty()) return counts;
  std::map<std::int64_t, Rows> by_group;
  for (const std::size_t row : rows) by_group[groups[row]].push_back(row);
  for (const auto& [group, own] : by_group) {
    counts.push_back({group, Count(task, predictions, truth, rule, own)});
  }
  return counts;
}

double CascadeCounts::priority_recall() const {
  return Share(std::accumulate(priority_correct.begin(), priority_correct.end(), std::uint64_t{0}),
               std::accumulate(priority.begin(), priority.end(), std::uint64_t{0}));
}

double CascadeCounts::least_recall() const {
  double least = 1.0;
  for (std::size_t i = 0; i < priority.size(); ++i) {
    if (priority[i] > 0) least = std::min(least, Share(priority_correct[i], priority[i]));
  }
  return least;
}

Rows AllRows(std::size_t count) {
  Rows rows(count);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

}  // namespace biglittle
