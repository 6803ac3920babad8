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
  return CheckTensor(window, "window", task, task.input_dtype, task.input_shape);
}

absl::Status CheckTensor(const Tensor& tensor, std::string_view what, const Task& task, DType dtype,
                         const Shape& shape) {
  if (tensor.dtype != dtype) {
    return absl::InvalidArgumentError(fmt::format("the {} holds {}, task {} takes {}", what,
                                                  Name(tensor.dtype), task.name, Name(dtype)));
  }
  if (tensor.shape != shape) {
    return absl::InvalidArgumentError(
        fmt::format("the {} has shape {}, task {} takes {}{}", what, ToString(tensor.shape),
                    task.name, ToString(shape), LayoutMend(tensor.shape, shape, 0)));
  }
  const auto elements = ElementCount(tensor.shape);
  if (!elements || tensor.data.size() != *elements * ElementSize(tensor.dtype)) {
    return absl::InvalidArgumentError(
        fmt::format("the {} has {} bytes, shape {} of {} needs {}", what, tensor.data.size(),
                    ToString(tensor.shape), Name(tensor.dtype),
                    elements.value_or(0) * ElementSize(tensor.dtype)));
  }
  if (tensor.dtype != DType::kFloat32) return absl::OkStatus();
  for (std::size_t i = 0; i < static_cast<std::size_t>(*elements); ++i) {
    if (!std::isfinite(ElementAt<float>(tensor, i))) {
      return absl::InvalidArgumentError(
          fmt::format("element {} of the {} is not a finite number", i, what));
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
