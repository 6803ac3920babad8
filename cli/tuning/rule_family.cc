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
constexpr double kFlattestSlope = -1e-2;
constexpr int kOffsetSteps = 50;

constexpr double kThresholdDigits = 1e6;
constexpr float kLeastEnergySpread = 1e-3F;

// One head's view of the readings, by row.
struct HeadView {
  const std::vector<Prediction>& predictions;
  std::vector<bool> right;
};

std::vector<bool> Right(const std::vector<Prediction>& predictions, const std::vector<int>& truth) {
  std::vector<bool> right;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    right.push_back(predictions[i].class_index == truth[i]);
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

// The readings of one head that name a class: the logit of the score, and whether it is a mistake.
struct Observations {
  std::vector<double> features;  // 1 and the logit, for each
  std::vector<bool> mistakes;
  std::vector<std::vector<std::size_t>> of_class;  // which, by class index
};

Observations Observe(const HeadView& view, const Rows& rows, const FamilyChoice& choice,
                     const std::optional<LogisticRule>& logistic,
                     const std::vector<bool>& behind_right, std::size_t classes) {
  Observations seen;
  seen.of_class.resize(classes);
  for (const std::size_t row : rows) {
    const Prediction& prediction = view.predictions[row];
    if (prediction.class_index < 0) continue;
    const auto named = static_cast<std::size_t>(prediction.class_index);
    seen.of_class[named].push_back(seen.mistakes.size());
    seen.features.insert(seen.features.end(),
                         {1.0, Logit(ScoreOf(choice.score, prediction, logistic))});
    seen.mistakes.push_back(!view.right[row] &&
                            (choice.mistake == Mistake::kWrong || behind_right[row]));
  }
  return seen;
}

// One class's offset alone, by Newton's steps around its head's.
double FitOffset(const Observations& seen, std::size_t class_index, double slope,
                 double head_offset) {
  double offset = head_offset;
  for (int step = 0; step < kOffsetSteps; ++step) {
    double gradient = kOffsetPrecision * (head_offset - offset);
    double curvature = kOffsetPrecision;
    for (const std::size_t i : seen.of_class[class_index]) {
      const double p = Sigmoid(offset + slope * seen.features[2 * i + 1]);
      gradient += (seen.mistakes[i] ? 1.0 : 0.0) - p;
      curvature += p * (1.0 - p);
    }
    offset += std::clamp(gradient / curvature, -2.0, 2.0);
  }
  return offset;
}

MistakeCurve FitCurve(const Observations& seen, const std::vector<int>& classes, bool per_class) {
  const std::vector<double> both =
      FitLogistic(seen.features, seen.mistakes, 2, kRidge, {0.0, kDefaultSlope});
  MistakeCurve curve{std::min(both[1], kFlattestSlope),
                     std::vector<double>(seen.of_class.size(), both[0])};
  for (const int c : classes) {
    if (!per_class) break;
    const auto at = static_cast<std::size_t>(c);
    curve.offsets[at] = FitOffset(seen, at, curve.slope, both[0]);
  }
  return curve;
}

}  // namespace

RuleFamily RuleFamily::Fit(const Task& task, const CascadePredictions& predictions,
                           const std::vector<int>& truth, const Rows& rows,
                           const FamilyChoice& choice) {
  RuleFamily family;
  family.choice_ = choice;
  for (const int index : task.little.outputs) {
    if (index >= 0) family.classes_.push_back(index);
  }
  // From the last head to the first: a mistake of an early one is what a later one would not make.
  std::vector<bool> behind_right = Right(predictions.big, truth);
  for (std::size_t head = predictions.heads.size(); head-- > 0;) {
    const HeadView view{predictions.heads[head], Right(predictions.heads[head], truth)};
    HeadRule rule;
    rule.thresholds.resize(task.labels.size());
    if (choice.score == Score::kLogistic) rule.logistic = FitTopTwo(view, rows);
    if (choice.unlike_share > 0.0) {
      rule.most_energy = EnergyBound(view, rows, choice.unlike_share);
    }
    const Observations seen =
        Observe(view, rows, choice, rule.logistic, behind_right, task.labels.size());
    family.curves_.insert(family.curves_.begin(),
                          FitCurve(seen, family.classes_, choice.per_class));
    family.bare_.insert(family.bare_.begin(), std::move(rule));
    for (std::size_t i = 0; i < truth.size(); ++i) {
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
    const MistakeCurve& curve = curves_[head];
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

}  // namespace biglittle
