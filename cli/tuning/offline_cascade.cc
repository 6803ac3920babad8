#include "cli/tuning/offline_cascade.h"

#include <memory>
#include <utility>

#include "core/task/escalated_tensor.h"
#include "core/task/normalisation.h"
#include "device_agent/little/local_classifier.h"
#include "device_agent/sources/source_registry.h"
#include "nn/classifier.h"
#include "wire/messages/tensor_codec.h"

namespace biglittle {
namespace {

// One reading at a time, as a device does it: batches round differently, and a score at its
// threshold must not fall on the other side.
void CountReading(int truth, const LocalAnswer& little, const Prediction& big,
                  OfflineCounts& counts) {
  const Prediction& cascade = little.is_final ? little.prediction : big;
  ++counts.readings;
  counts.escalated += little.is_final ? 0 : 1;
  counts.little_correct += little.prediction.class_index == truth ? 1 : 0;
  counts.big_correct += big.class_index == truth ? 1 : 0;
  counts.cascade_correct += cascade.class_index == truth ? 1 : 0;
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
  auto little = LocalClassifier::Load(task, device.escalation);
  if (!little.ok()) return little.status();
  auto big = nn::Classifier::Load(task, task.big, 1);
  if (!big.ok()) return big.status();
  absl::StatusOr<std::unique_ptr<PolledSource>> source = MakePolledSource(device.source, task);
  if (!source.ok()) return source.status();
  OfflineCounts counts;
  for (;;) {
    absl::StatusOr<std::optional<Sample>> sample = (*source)->Next();
    if (!sample.ok()) return sample.status();
    if (!sample->has_value()) break;
    const Sample& taken = **sample;
    if (!taken.truth || !CheckWindow(task, taken.window).ok()) continue;
    FillBigInput(
        task,
        wire::AsItArrives(little->Escalated(task, taken.window), EscalatedFormOf(task).wire_dtype),
        big->features(0));
    CountReading(*taken.truth, little->Classify(task, taken.window), big->Classify(1).front(),
                 counts);
  }
  return counts;
}

}  // namespace biglittle
