#include "cli/tuning/rule_family.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "cli/tuning/logistic_fit.h"

namespace biglittle {
namespace {

// How strongly the weights are held where nothing speaks against it: enough to keep them finite
// where mistakes and right answers do not overlap.
constexpr double kRidge = 1e-3;
// Precision of a class's offset around its head's: worth a handful of mistakes.
constexpr double kOffsetPrecision = 1.0;
// Where the data gives no falling curve (no mistakes at all, say), a score is taken at its word.
constexpr double kDefaultSlope = -1.0;

constexpr double kThresholdDigits = 1e6;
constexpr float kLeastEnergySpread = 1e-3F;

// One head's view of the rows.
struct HeadView {
  std::vector<Prediction> predictions;  // by row of the table
  std::vector<bool> right;
};

HeadView View(const Task& task, const CascadeTable& table, std::size_t head) {
  HeadView view;
  view.predictions = Predictions(table.heads[head], task.little, task.little.temperatures[head]);
  for (std::size_t i = 0; i < table.size(); ++i) {
    view.right.push_back(view.predictions[i].class_index == table.truth[i]);
  }
  return view;
}

std::vector<bool> BigRight(const Task& task, const CascadeTable& table) {
  std::vector<bool> right;
  const auto predictions = Predictions(table.big, task.big, 1.0F);
  for (std::size_t i = 0; i < table.size(); ++i) {
    right.push_back(predictions[i].class_index == table.truth[i]);
  }
  return right;
}

LogisticRule FitTopTwo(const HeadView& view, const Rows& rows) {
  std::vector<double> features;
  std::vector<bool> right;
  for (const std::size_t row : rows) {
    std::vector<float> p = view.predictions[row].probabilities;
    p.resize(std::max<std::size_t>(p.size(), 2), 0.0F);
    std::ranges::partial_sort(p, p.begin() + 2, std::greater<>());
    features.insert(features.end(), {1.0, p[0], p[1]});
    right.push_back(view.right[row]);
  }
  const std::vector<double> w = FitLogistic(features, right, 3, kRidge);
  return {static_cast<float>(w[0]), static_cast<float>(w[1]), static_cast<float>(w[2])};
}

// nullopt where the energy says nothing: logits that are normalised already all have the same.
std::optional<float> EnergyBound(const HeadView& view, const Rows& rows, double share) {
  std::vector<float> energies;
  for (const std::size_t row : rows) energies.push_back(view.predictions[row].energy);
  std::ranges::sort(energies);
  if (energies.back() - energies.front() < kLeastEnergySpread) return std::nullopt;
  const auto above = static_cast<std::size_t>(share * static_cast<double>(energies.size()));
  return energies[energies.size() - 1 - std::min(above, energies.size() - 1)];
}

}  // namespace

RuleFamily RuleFamily::Fit(const Task& task, const CascadeTable& table, const Rows& rows,
                           const FamilyChoice& choice) {
  RuleFamily family;
  family.choice_ = choice;
  for (const int index : task.little.outputs) {
    if (index >= 0) family.classes_.push_back(index);
  }
  // From the last head to the first: a mistake of an early one is what a later one would not make.
  std::vector<bool> behind_right = BigRight(task, table);
  for (std::size_t head = table.heads.size(); head-- > 0;) {
    const HeadView view = View(task, table, head);
    HeadRule rule;
    if (choice.score == Score::kLogistic) rule.logistic = FitTopTwo(view, rows);
    if (choice.unlike_share > 0.0) {
      rule.most_energy = EnergyBound(view, rows, choice.unlike_share);
    }

    std::vector<double> features;
    std::vector<bool> mistakes;
    std::vector<std::vector<std::size_t>> of_class(task.labels.size());
    for (const std::size_t row : rows) {
      const Prediction& prediction = view.predictions[row];
      if (prediction.class_index < 0) continue;
      of_class[static_cast<std::size_t>(prediction.class_index)].push_back(mistakes.size());
      features.insert(features.end(),
                      {1.0, Logit(ScoreOf(choice.score, prediction, rule.logistic))});
      mistakes.push_back(!view.right[row] &&
                         (choice.mistake == Mistake::kWrong || behind_right[row]));
    }
    const std::vector<double> both =
        FitLogistic(features, mistakes, 2, kRidge, {0.0, kDefaultSlope});
    Curve curve{std::min(both[1], -1e-2), std::vector<double>(task.labels.size(), both[0])};
    for (const int c : family.classes_) {
      if (!choice.per_class) break;
      // The offset alone, by Newton's steps around the head's.
      double& offset = curve.offsets[static_cast<std::size_t>(c)];
      for (int step = 0; step < 50; ++step) {
        double gradient = kOffsetPrecision * (both[0] - offset);
        double curvature = kOffsetPrecision;
        for (const std::size_t i : of_class[static_cast<std::size_t>(c)]) {
          const double p = Sigmoid(offset + curve.slope * features[2 * i + 1]);
          gradient += (mistakes[i] ? 1.0 : 0.0) - p;
          curvature += p * (1.0 - p);
        }
        offset += std::clamp(gradient / curvature, -2.0, 2.0);
      }
    }
    family.curves_.insert(family.curves_.begin(), std::move(curve));
    rule.thresholds.resize(task.labels.size());
    family.bare_.insert(family.bare_.begin(), std::move(rule));
    for (std::size_t i = 0; i < table.size(); ++i) {
      behind_right[i] = behind_right[i] || view.right[i];
    }
  }
  return family;
}

EscalationRule RuleFamily::At(double knob) const {
  EscalationRule rule;
  rule.score = choice_.score;
  rule.heads = bare_;
  std::vector<HeadRule>& heads = rule.heads;
  for (std::size_t head = 0; head < heads.size(); ++head) {
    const bool is_exit = head + 1 < heads.size();
    const double most = is_exit ? std::min(knob, kMostExitMistake) : knob;
    const Curve& curve = curves_[head];
    for (const int c : classes_) {
      const auto at = static_cast<std::size_t>(c);
      const double score = Sigmoid((Logit(most) - curve.offsets[at]) / curve.slope);
      const double rounded = std::ceil(score * kThresholdDigits) / kThresholdDigits;
      heads[head].thresholds[at] =
          static_cast<float>(std::clamp(rounded, 1.0 / kThresholdDigits, 1.0));
    }
  }
  return rule;
}

double RuleFamily::MistakeOf(std::size_t head, const Prediction& prediction) const {
  const int named = prediction.class_index;
  if (std::ranges::find(classes_, named) == classes_.end() || named < 0) return 1.0;
  const double x = Logit(ScoreOf(choice_.score, prediction, bare_[head].logistic));
  return Sigmoid(curves_[head].offsets[static_cast<std::size_t>(named)] + curves_[head].slope * x);
}

LocalDecision DecideLocally(const EscalationRule& rule,
                            std::span<const Prediction* const> predictions) {
  for (std::size_t head = 0;; ++head) {
    const Decision decision = Decide(rule, head, *predictions[head]);
    if (decision == Decision::kAskNextHead) continue;
    return {decision == Decision::kAnswerLocally, head};
  }
}

}  // namespace biglittle
