#include "cli/tuning/cascade_counts.h"

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
    if (!task.IsPriority(truth[row])) continue;
    ++counts.priority;
    counts.priority_correct += correct ? 1 : 0;
  }
  return counts;
}

Rows AllRows(std::size_t count) {
  Rows rows(count);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

}  // namespace biglittle
