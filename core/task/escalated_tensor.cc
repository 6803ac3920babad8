#include "core/task/escalated_tensor.h"

#include <cassert>
#include <cstring>

#include "core/task/normalisation.h"

namespace biglittle {

EscalatedForm EscalatedFormOf(const Task& task) {
  if (task.EscalatesFeatures()) return {DType::kFloat32, task.features_shape, WireDType::kFloat16};
  return {task.input_dtype, task.input_shape, task.wire_dtype};
}

std::size_t EscalatedBytes(const Task& task) {
  constexpr std::size_t kHalf = 2;
  const EscalatedForm form = EscalatedFormOf(task);
  const auto elements = static_cast<std::size_t>(ElementCount(form.shape).value_or(0));
  return elements * (form.wire_dtype == WireDType::kFloat16 ? kHalf : ElementSize(form.dtype));
}

const std::string& FeaturesOf(const Task& task) {
  static const std::string kNone;
  return task.EscalatesFeatures() ? task.little.sha256 : kNone;
}

absl::Status CheckEscalated(const Task& task, const Tensor& escalated) {
  if (!task.EscalatesFeatures()) return CheckWindow(task, escalated);
  return CheckTensor(escalated, "feature tensor", task, DType::kFloat32, task.features_shape);
}

void FillBigInput(const Task& task, const Tensor& escalated, std::span<float> input) {
  if (!task.EscalatesFeatures()) return Normalise(task, escalated, input);
  assert(input.size_bytes() == escalated.data.size());
  std::memcpy(input.data(), escalated.data.data(), escalated.data.size());
}

Tensor FeaturesTensor(const Task& task, std::span<const float> values) {
  const auto bytes = std::as_bytes(values);
  return {DType::kFloat32, task.features_shape, {bytes.begin(), bytes.end()}};
}

}  // namespace biglittle
