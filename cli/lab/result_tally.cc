#include "cli/lab/result_tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace biglittle {
namespace {

double Share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

double NearestRank(const std::vector<double>& sorted, double quantile) {
  const auto rank =
      static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

Percentiles PercentilesOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  return {NearestRank(values, 0.5), NearestRank(values, 0.99)};
}

double MedianOf(std::vector<double> values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

void ResultTally::Add(const wire::Result& result) {
  if (result.stage != wire::Stage::kFinal) return;
  const std::size_t says = std::hash<std::string>{}(
      fmt::format("{}/{}/{}", Name(result.decided_by), result.class_index, result.reason));
  const auto [known, is_new] =
      seen_.emplace(fmt::format("{}/{}/{}", result.device, result.run, result.sequence), says);
  if (!is_new) {
    ++(known->second == says ? repeats_ : duplicates_);
    return;
  }
  switch (result.decided_by) {
    case wire::DecidedBy::kLittle:
      ++little_;
      little_ms_.push_back(result.total_ms);
      break;
    case wire::DecidedBy::kBig:
      ++big_;
      big_ms_.push_back(result.total_ms);
      break;
    case wire::DecidedBy::kFallback:
      ++fallback_;
      fallback_ms_.push_back(result.total_ms);
      ++reasons_[result.reason];
      break;
  }
  if (result.total_ms <= result.deadline_ms) ++in_time_;
  if (!result.truth) return;
  const bool correct = *result.truth == result.class_index;
  ++with_truth_;
  if (correct) ++correct_;
  if (!task_->IsPriority(*result.truth)) return;
  ++priority_;
  if (correct) ++priority_correct_;
}

double ResultTally::accuracy() const { return Share(correct_, with_truth_); }
double ResultTally::priority_recall() const { return Share(priority_correct_, priority_); }
double ResultTally::escalation_rate() const { return Share(big_ + fallback_, finals()); }
double ResultTally::deadline_met() const { return Share(in_time_, finals()); }

}  // namespace biglittle
