#include "core/task/normalisation.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>
#include <cstring>

#include "core/task/window_layout.h"

namespace biglittle {
namespace {

// The bytes of a tensor carry no alignment, so elements are copied out one by one; compilers turn
// that into plain loads.
template <typename Element>
Element ElementAt(const Tensor& tensor, std::size_t index) {
  Element element;
  std::memcpy(&element, tensor.data.data() + index * sizeof(Element), sizeof(Element));
  return element;
}

template <typename Element>
void NormaliseAs(const Task& task, const Tensor& window, std::span<float> features) {
  const Normalisation& rule = task.normalisation;
  const std::size_t channels = rule.mean.size();
  const std::size_t per_channel = features.size() / channels;
  std::size_t index = 0;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const float mean = rule.mean[channel];
    const float deviation = rule.standard_deviation[channel];
    for (std::size_t i = 0; i < per_channel; ++i, ++index) {
      features[index] = (static_cast<float>(ElementAt<Element>(window, index)) - mean) / deviation;
    }
  }
}

}  // namespace

absl::Status CheckWindow(const Task& task, const Tensor& window) {
  if (window.dtype != task.input_dtype) {
    return absl::InvalidArgumentError(fmt::format("the window holds {}, task {} takes {}",
                                                  Name(window.dtype), task.name,
                                                  Name(task.input_dtype)));
  }
  if (window.shape != task.input_shape) {
    return absl::InvalidArgumentError(fmt::format(
        "the window has shape {}, task {} takes {}{}", ToString(window.shape), task.name,
        ToString(task.input_shape), LayoutMend(window.shape, task.input_shape, 0)));
  }
  const auto elements = ElementCount(window.shape);
  if (!elements || window.data.size() != *elements * ElementSize(window.dtype)) {
    return absl::InvalidArgumentError(
        fmt::format("the window has {} bytes, shape {} of {} needs {}", window.data.size(),
                    ToString(window.shape), Name(window.dtype),
                    elements.value_or(0) * ElementSize(window.dtype)));
  }
  if (window.dtype != DType::kFloat32) return absl::OkStatus();
  for (std::size_t i = 0; i < static_cast<std::size_t>(*elements); ++i) {
    if (!std::isfinite(ElementAt<float>(window, i))) {
      return absl::InvalidArgumentError(
          fmt::format("element {} of the window is not a finite number", i));
    }
  }
  return absl::OkStatus();
}

void Normalise(const Task& task, const Tensor& window, std::span<float> features) {
  assert(features.size() * ElementSize(window.dtype) == window.data.size());
  switch (window.dtype) {
    case DType::kUint8:
      return NormaliseAs<std::uint8_t>(task, window, features);
    case DType::kInt16:
      return NormaliseAs<std::int16_t>(task, window, features);
    case DType::kFloat32:
      return NormaliseAs<float>(task, window, features);
  }
}

}  // namespace biglittle
