#include "cli/tuning/objective.h"

#include <fmt/format.h>

namespace biglittle {

std::string Describe(const Objective& objective) {
  const double percent = objective.value * 100.0;
  std::string text;
  switch (objective.kind) {
    case ObjectiveKind::kMaxEscalation:
      text = fmt::format("at most {:g} % escalated", percent);
      break;
    case ObjectiveKind::kMinAccuracy:
      text = fmt::format("accuracy at least {:g} %", percent);
      break;
    case ObjectiveKind::kMaxLoss:
      text = fmt::format("at most {:g} points less accurate than the big net", percent);
      break;
    case ObjectiveKind::kMaxRisk:
      text = fmt::format("with {:g} % confidence at most {:g} % wrong among the locally answered",
                         objective.confidence * 100.0, percent);
      break;
  }
  if (objective.min_recall) {
    text += fmt::format("; recall of every prioritised class at least {:g} %",
                        *objective.min_recall * 100.0);
  }
  return text;
}

}  // namespace biglittle
