#include "cli/tuning/cascade_counts.h"

#include <algorithm>
#include <numeric>

#include "cli/tuning/rule_family.h"

namespace biglittle {

CascadePredictions CascadePredictions::Of(const Task& task, const CascadeTable& table) {
  CascadePredictions all;
  for (std::size_t head = 0; head < table.heads.size(); ++head) {
    all.heads.push_back(
        Predictions(table.heads[head], task.little, task.little.temperatures[head]));
  }
  all.big = Predictions(table.big, task.big, task.big.temperatures.back());
  return all;
}

CascadeCounts Count(const Task& task, const CascadePredictions& predictions,
                    const std::vector<int>& truth, const EscalationRule& rule, const Rows& rows) {
  CascadeCounts counts;
  counts.priority.resize(task.priority_classes.size());
  counts.priority_correct.resize(task.priority_classes.size());
  std::vector<const Prediction*> little(predictions.heads.size());
  for (const std::size_t row : rows) {
    for (std::size_t head = 0; head < little.size(); ++head) {
      little[head] = &predictions.heads[head][row];
    }
    const LocalDecision decision = DecideLocally(rule, little);
    const int final_class =
        (decision.answered ? *little[decision.head] : predictions.big[row]).class_index;
    const bool correct = final_class == truth[row];
    ++counts.readings;
    counts.correct += correct ? 1 : 0;
    counts.little_correct += little.back()->class_index == truth[row] ? 1 : 0;
    counts.big_correct += predictions.big[row].class_index == truth[row] ? 1 : 0;
    if (!decision.answered) ++counts.escalated;
    if (decision.answered && decision.head + 1 < little.size()) ++counts.at_exit;
    if (decision.answered && !correct) ++counts.local_wrong;
    const auto prioritised = std::ranges::find(task.priority_classes, truth[row]);
    if (prioritised == task.priority_classes.end()) continue;
    const auto at = static_cast<std::size_t>(prioritised - task.priority_classes.begin());
    ++counts.priority[at];
    counts.priority_correct[at] += correct ? 1 : 0;
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
