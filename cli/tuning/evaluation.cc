#include "cli/tuning/evaluation.h"

#include <algorithm>
#include <utility>

#include "cli/tuning/logistic_fit.h"
#include "core/task/escalated_tensor.h"
#include "wire/messages/escalation.h"

namespace biglittle {
namespace {

// The curve's points: moves of all thresholds on the logit scale.
constexpr double kFarthestMove = 14.0;
constexpr int kMoves = 281;
constexpr double kLeastStep = 0.005;

EscalationRule Moved(const EscalationRule& rule, double move) {
  EscalationRule moved = rule;
  for (std::size_t i = 0; i < moved.heads.size(); ++i) {
    // An early exit never answers more than it was tuned to: what it hands on is not yet escalated.
    const double own = i + 1 < moved.heads.size() ? std::max(move, 0.0) : move;
    for (std::optional<float>& threshold : moved.heads[i].thresholds) {
      if (threshold) threshold = static_cast<float>(Sigmoid(Logit(*threshold) + own));
    }
  }
  return moved;
}

std::vector<CurvePoint> Curve(const Task& task, const CascadePredictions& predictions,
                              const std::vector<int>& truth, const EscalationRule& rule,
                              const Rows& rows) {
  std::vector<CurvePoint> curve;
  for (int i = 0; i < kMoves; ++i) {
    const double move = kFarthestMove * (2.0 * i / (kMoves - 1) - 1.0);
    const CascadeCounts counts = Count(task, predictions, truth, Moved(rule, move), rows);
    const CurvePoint point{counts.escalation_rate(), counts.accuracy(), counts.local_error()};
    if (curve.empty() || point.escalation_rate >= curve.back().escalation_rate + kLeastStep) {
      curve.push_back(point);
    }
  }
  // No move of thresholds stops a little net that is sure beyond what a float tells.
  EscalationRule none = rule;
  none.mode = EscalationMode::kBigOnly;
  const CascadeCounts counts = Count(task, predictions, truth, none, rows);
  if (curve.back().escalation_rate + kLeastStep > 1.0) curve.pop_back();
  curve.push_back({counts.escalation_rate(), counts.accuracy(), counts.local_error()});
  return curve;
}

CalibrationFigures Calibration(const NetLogits& logits, const NetDescription& net,
                               float temperature, const std::vector<int>& truth, const Rows& rows) {
  return {CalibrationError(logits, net, truth, 1.0F, rows),
          CalibrationError(logits, net, truth, temperature, rows)};
}

// Source: Hanley, McNeil, "The meaning and use of the area under a receiver operating
// characteristic curve", 1982; equal scores count half.
double Auroc(std::vector<std::pair<double, bool>> scored) {
  std::ranges::sort(scored);
  double rank_sum = 0.0;
  double right = 0.0;
  for (std::size_t i = 0; i < scored.size();) {
    std::size_t end = i;
    while (end < scored.size() && scored[end].first == scored[i].first) ++end;
    const double rank = static_cast<double>(i + end + 1) / 2.0;
    for (; i < end; ++i) {
      if (!scored[i].second) continue;
      rank_sum += rank;
      right += 1.0;
    }
  }
  const double wrong = static_cast<double>(scored.size()) - right;
  if (right == 0.0 || wrong == 0.0) return 1.0;
  return (rank_sum - right * (right + 1.0) / 2.0) / (right * wrong);
}

// Of the last head, by the rule's own score.
double OrderOf(const Task& task, const CascadePredictions& predictions, const CascadeTable& table,
               const EscalationRule& rule) {
  std::vector<std::pair<double, bool>> scored;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const Prediction& prediction = predictions.heads.back()[row];
    scored.emplace_back(ScoreOf(rule.score, prediction, rule.heads.back().logistic),
                        prediction.class_index == VisibleClass(task.little, table.truth[row]));
  }
  return Auroc(std::move(scored));
}

// Tallies that need each reading's decision.
struct Tally {
  std::vector<std::uint64_t> truth;         // readings by class
  std::vector<std::uint64_t> correct;       // of the cascade
  std::vector<std::uint64_t> big_correct;   // of the big net
  std::vector<std::uint64_t> local;         // answered by the device
  std::vector<std::uint64_t> false_accept;  // by the class that was answered
  std::uint64_t unlike = 0;

  explicit Tally(std::size_t classes)
      : truth(classes),
        correct(classes),
        big_correct(classes),
        local(classes),
        false_accept(classes) {}
};

Tally TallyRows(const CascadePredictions& predictions, const CascadeTable& table,
                const EscalationRule& rule, std::vector<std::vector<std::uint64_t>>& confusion) {
  Tally tally(confusion.size());
  for (std::size_t row = 0; row < table.size(); ++row) {
    const RowDecision decision = DecideRow(predictions, rule, row);
    const std::size_t head = decision.local.head;
    const auto truth = static_cast<std::size_t>(table.truth[row]);
    const int named = decision.final_class;
    ++tally.truth[truth];
    if (named == table.truth[row]) ++tally.correct[truth];
    if (predictions.big[row].class_index == table.truth[row]) ++tally.big_correct[truth];
    if (IsUnlike(rule.heads[head], predictions.heads[head][row])) ++tally.unlike;
    if (named >= 0) ++confusion[truth][static_cast<std::size_t>(named)];
    if (!decision.local.answered) continue;
    ++tally.local[truth];
    if (named >= 0 && named != table.truth[row]) {
      ++tally.false_accept[static_cast<std::size_t>(named)];
    }
  }
  return tally;
}

}  // namespace

double MessageBytes(const Task& task, const Tensor& escalated, const Prediction& answer) {
  const wire::EscalationRequest request{
      .task = task.name,
      .readings = {{.sequence = 1,
                    .time_left = Milliseconds(500),
                    .window = escalated,
                    .wire_dtype = EscalatedFormOf(task).wire_dtype}},
      .features_of = FeaturesOf(task)};
  wire::CloudPrediction prediction;
  prediction.prediction = answer;
  prediction.model_digest = task.big.sha256;
  prediction.queue_time = std::chrono::microseconds(1000);
  prediction.compute_time = std::chrono::microseconds(1000);
  prediction.batch_size = 1;
  const wire::EscalationReply reply{{{1, prediction}}, std::nullopt};
  return static_cast<double>(Encode(request).size() + Encode(reply).size());
}

Evaluation Evaluate(const Task& task, const CascadeTable& table, const EscalationRule& rule,
                    const Costs& net_costs) {
  const Rows rows = AllRows(table.size());
  const CascadePredictions predictions = CascadePredictions::Of(task, table);
  Evaluation result;
  result.counts = Count(task, predictions, table.truth, rule, rows);
  result.curve = Curve(task, predictions, table.truth, rule, rows);
  const std::vector<float>& temperatures = task.little.temperatures;
  result.reliability_raw = Reliability(table.heads.back(), task.little, table.truth, 1.0F, rows);
  result.reliability =
      Reliability(table.heads.back(), task.little, table.truth, temperatures.back(), rows);
  result.little = {ExpectedCalibrationError(result.reliability_raw),
                   ExpectedCalibrationError(result.reliability)};
  if (table.heads.size() > 1) {
    result.exit =
        Calibration(table.heads.front(), task.little, temperatures.front(), table.truth, rows);
  }
  result.big = Calibration(table.big, task.big, task.big.temperatures.back(), table.truth, rows);

  result.auroc = OrderOf(task, predictions, table, rule);

  const std::size_t classes = task.labels.size();
  result.confusion.assign(classes, std::vector<std::uint64_t>(classes));
  const Tally tally = TallyRows(predictions, table, rule, result.confusion);
  result.unlike_rate = CascadeCounts::Share(tally.unlike, table.size());
  std::uint64_t wrong_priority = 0;
  for (const int index : task.priority_classes) {
    const auto c = static_cast<std::size_t>(index);
    const auto share = CascadeCounts::Share;
    wrong_priority += tally.false_accept[c];
    result.classes.push_back(
        {task.labels[c], tally.truth[c], share(tally.correct[c], tally.truth[c]),
         share(tally.big_correct[c], tally.truth[c]), share(tally.local[c], tally.truth[c]),
         share(tally.false_accept[c], table.size() - tally.truth[c])});
  }
  result.local_priority_error = CascadeCounts::Share(wrong_priority, table.size());

  result.costs = net_costs;
  const double escalated = result.counts.escalation_rate();
  const double at_exit = CascadeCounts::Share(result.counts.at_exit, table.size());
  result.costs.mean_macs = at_exit * static_cast<double>(net_costs.exit_macs) +
                           (1.0 - at_exit) * static_cast<double>(net_costs.little_macs) +
                           escalated * static_cast<double>(net_costs.big_macs);
  result.costs.mean_bytes = escalated * net_costs.big_only_bytes;
  return result;
}

}  // namespace biglittle
