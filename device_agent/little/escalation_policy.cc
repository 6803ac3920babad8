#include "device_agent/little/escalation_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

namespace biglittle {
namespace {

// The two largest.
std::pair<float, float> TopTwo(const std::vector<float>& probabilities) {
  std::pair<float, float> top{0.0F, 0.0F};
  for (const float p : probabilities) {
    if (p > top.first) {
      top = {p, top.first};
    } else if (p > top.second) {
      top.second = p;
    }
  }
  return top;
}

float EntropyScore(const std::vector<float>& probabilities) {
  if (probabilities.size() < 2) return 1.0F;
  double sum = 0.0;
  for (const float p : probabilities) sum += p;
  if (sum <= 0.0) return 0.0F;
  double entropy = 0.0;
  for (const float p : probabilities) {
    if (p > 0.0F) entropy -= p / sum * std::log(p / sum);
  }
  const double score = 1.0 - entropy / std::log(static_cast<double>(probabilities.size()));
  return static_cast<float>(std::clamp(score, 0.0, 1.0));
}

EscalationMode ModeOf(EscalationPolicyKind kind) {
  switch (kind) {
    case EscalationPolicyKind::kLittleOnly:
      return EscalationMode::kLittleOnly;
    case EscalationPolicyKind::kBigOnly:
      return EscalationMode::kBigOnly;
    default:
      return EscalationMode::kByScore;
  }
}

Score ScoreFor(EscalationPolicyKind kind, Score tuned) {
  switch (kind) {
    case EscalationPolicyKind::kConfidence:
      return Score::kConfidence;
    case EscalationPolicyKind::kMargin:
      return Score::kMargin;
    case EscalationPolicyKind::kEntropy:
      return Score::kEntropy;
    case EscalationPolicyKind::kLogistic:
      return Score::kLogistic;
    default:
      return tuned;
  }
}

void SetThreshold(const Task& task, float threshold, HeadRule& rule) {
  for (const int index : task.little.outputs) {
    if (index >= 0) rule.thresholds[static_cast<std::size_t>(index)] = threshold;
  }
}

}  // namespace

absl::StatusOr<EscalationRule> MakeRule(const Task& task, const EscalationConfig& config) {
  EscalationRule rule{ModeOf(config.policy), ScoreFor(config.policy, task.score), config.unlike,
                      task.heads};
  if (rule.score == Score::kLogistic &&
      std::ranges::any_of(rule.heads, [](const HeadRule& head) { return !head.logistic; })) {
    return absl::InvalidArgumentError(fmt::format(
        "task {} has no weights for the policy logistic: choose another policy, or tune it with "
        "'biglittle tune --score logistic'",
        task.name));
  }
  if (config.threshold) {
    for (HeadRule& head : rule.heads) SetThreshold(task, *config.threshold, head);
  } else if (rule.score != task.score) {
    const std::string_view asked = ChoiceName(kScores, rule.score);
    return absl::InvalidArgumentError(fmt::format(
        "the thresholds of task {} are for the score {}, not {}: add a 'threshold', or tune the "
        "task with 'biglittle tune --score {}'",
        task.name, ChoiceName(kScores, task.score), asked, asked));
  }
  return rule;
}

float ScoreOf(Score score, const Prediction& prediction,
              const std::optional<LogisticRule>& logistic) {
  switch (score) {
    case Score::kConfidence:
      return prediction.confidence;
    case Score::kMargin: {
      const auto [first, second] = TopTwo(prediction.probabilities);
      return first - second;
    }
    case Score::kEntropy:
      return EntropyScore(prediction.probabilities);
    case Score::kLogistic: {
      if (!logistic) return 0.0F;
      const auto [first, second] = TopTwo(prediction.probabilities);
      const float z = logistic->bias + logistic->first * first + logistic->second * second;
      return 1.0F / (1.0F + std::exp(-z));
    }
  }
  return 0.0F;
}

bool IsUnlike(const HeadRule& rule, const Prediction& prediction) {
  return rule.most_energy && !(prediction.energy <= *rule.most_energy);
}

Decision Decide(const EscalationRule& rule, std::size_t head, const Prediction& prediction) {
  assert(head < rule.heads.size());
  const bool is_last = head + 1 == rule.heads.size();
  const Decision otherwise = is_last ? Decision::kEscalate : Decision::kAskNextHead;
  if (rule.mode == EscalationMode::kBigOnly) return Decision::kEscalate;
  if (rule.mode == EscalationMode::kLittleOnly) {
    return is_last ? Decision::kAnswerLocally : Decision::kAskNextHead;
  }
  // Infinite logits make such a prediction. Every comparison with it is false, so that no bound
  // below would stop it.
  if (!std::isfinite(prediction.confidence)) return otherwise;
  const HeadRule& own = rule.heads[head];
  if (rule.unlike == UnlikeAction::kEscalate && IsUnlike(own, prediction)) return otherwise;
  const int named = prediction.class_index;
  if (named < 0 || static_cast<std::size_t>(named) >= own.thresholds.size()) return otherwise;
  const std::optional<float>& threshold = own.thresholds[static_cast<std::size_t>(named)];
  if (!threshold || ScoreOf(rule.score, prediction, own.logistic) < *threshold) return otherwise;
  return Decision::kAnswerLocally;
}

}  // namespace biglittle
