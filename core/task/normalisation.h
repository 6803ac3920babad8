// From a sensor's raw window to what the nets take: the one place where that happens, for device,
// worker and offline evaluation alike.
#pragma once

#include <span>
#include <string_view>

#include "absl/status/status.h"

#include "core/task/reading.h"
#include "core/task/task.h"
#include "core/tensor.h"

namespace biglittle {

// OK if `window` has the task's dtype and shape, as many bytes as they need, and only finite
// numbers. The message says what was found and what was expected.
absl::Status CheckWindow(const Task& task, const Tensor& window);

// The same of any tensor of a task, which messages call `what`.
absl::Status CheckTensor(const Tensor& tensor, std::string_view what, const Task& task, DType dtype,
                         const Shape& shape);

// Writes the normalised window to `features`, which has one float for each element. `window` must
// have passed CheckWindow for the same task.
void Normalise(const Task& task, const Tensor& window, std::span<float> features);

}  // namespace biglittle
