// What a user asks `tune` for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace biglittle {

enum class ObjectiveKind : std::uint8_t {
  // At most this share escalated, as accurate as that allows; less where asking would help fewer
  // than one reading in a thousand.
  kMaxEscalation,
  kMinAccuracy,  // at least this accuracy, as little escalated as that allows
  kMaxLoss,      // at most this much less accurate than the big net alone, likewise
  kMaxRisk,      // with `confidence`, at most this share wrong among the locally answered
};

struct Objective {
  ObjectiveKind kind = ObjectiveKind::kMaxLoss;
  double value = 0.002;              // a share of 1
  double confidence = 0.95;          // kMaxRisk only
  std::optional<double> min_recall;  // of every prioritised class, as well
};

// "at most 12 % escalated; recall of every prioritised class at least 99 %".
std::string Describe(const Objective& objective);

}  // namespace biglittle
