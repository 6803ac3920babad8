// What of a reading a device sends to the cloud, and the way from there into the big net: the
// window as the sensor gave it or, where the task says `escalate: features`, what the little net's
// output `features` says of it. One place for device, worker and offline evaluation alike.
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "absl/status/status.h"

#include "core/task/task.h"
#include "core/tensor.h"

namespace biglittle {

struct EscalatedForm {
  DType dtype = DType::kFloat32;
  Shape shape;
  WireDType wire_dtype = WireDType::kAsIs;
};
EscalatedForm EscalatedFormOf(const Task& task);

// Bytes of one on the wire, not compressed, without what the message puts around it. Floats that no
// half can hold take more.
std::size_t EscalatedBytes(const Task& task);

// Whose features the task's devices send: the little net's digest. Empty: they send windows.
const std::string& FeaturesOf(const Task& task);

// As CheckWindow, of what a device of the task sends.
absl::Status CheckEscalated(const Task& task, const Tensor& escalated);

// Writes what the big net takes, a float for each element: the normalised window, or the features
// as they are. `escalated` must have passed CheckEscalated for the same task.
void FillBigInput(const Task& task, const Tensor& escalated, std::span<float> input);

// The features as what is sent: `values` are as many as the task's features_shape has.
Tensor FeaturesTensor(const Task& task, std::span<const float> values);

}  // namespace biglittle
