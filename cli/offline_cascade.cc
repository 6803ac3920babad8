#include "cli/offline_cascade.h"

#include <memory>
#include <utility>
#include <vector>

#include "core/normalisation.h"
#include "device_agent/escalation_policy.h"
#include "device_agent/sources/source_factory.h"
#include "nn/classifier.h"

namespace biglittle {
namespace {

constexpr std::int64_t kBatch = 32;

// Classifies one batch with both nets and counts it.
void CountBatch(const std::vector<int>& truths, const EscalationRule& rule, nn::Classifier& little,
                nn::Classifier& big, OfflineCounts& counts) {
  const auto batch = static_cast<std::int64_t>(truths.size());
  const std::vector<Prediction> little_says = little.Classify(batch);
  const std::vector<Prediction> big_says = big.Classify(batch);
  for (std::size_t i = 0; i < truths.size(); ++i) {
    const bool escalate = Decide(rule, little_says[i]) == Decision::kEscalate;
    const Prediction& cascade_says = escalate ? big_says[i] : little_says[i];
    ++counts.readings;
    counts.escalated += escalate ? 1 : 0;
    counts.little_correct += little_says[i].class_index == truths[i] ? 1 : 0;
    counts.big_correct += big_says[i].class_index == truths[i] ? 1 : 0;
    counts.cascade_correct += cascade_says.class_index == truths[i] ? 1 : 0;
  }
}

}  // namespace

OfflineCounts& OfflineCounts::operator+=(const OfflineCounts& other) {
  readings += other.readings;
  little_correct += other.little_correct;
  big_correct += other.big_correct;
  cascade_correct += other.cascade_correct;
  escalated += other.escalated;
  return *this;
}

absl::StatusOr<OfflineCounts> RunOffline(const Task& task, const DeviceConfig& device) {
  auto little = nn::Classifier::Load(task, task.little, kBatch);
  if (!little.ok()) return little.status();
  auto big = nn::Classifier::Load(task, task.big, kBatch);
  if (!big.ok()) return big.status();
  absl::StatusOr<std::unique_ptr<ReadingSource>> source = MakeSource(device.source, task);
  if (!source.ok()) return source.status();
  const EscalationRule rule = MakeRule(task, device.escalation);

  OfflineCounts counts;
  std::vector<int> truths;
  for (;;) {
    absl::StatusOr<std::optional<Sample>> sample = (*source)->Next();
    if (!sample.ok()) return sample.status();
    if (!sample->has_value()) break;
    const Sample& taken = **sample;
    if (!taken.truth || !CheckWindow(task, taken.window).ok()) continue;
    const auto slot = static_cast<std::int64_t>(truths.size());
    Normalise(task, taken.window, little->features(slot));
    Normalise(task, taken.window, big->features(slot));
    truths.push_back(*taken.truth);
    if (truths.size() < kBatch) continue;
    CountBatch(truths, rule, *little, *big, counts);
    truths.clear();
  }
  if (!truths.empty()) CountBatch(truths, rule, *little, *big, counts);
  return counts;
}

}  // namespace biglittle
