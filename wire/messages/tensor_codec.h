// A window as it crosses the network.
//
// Pure functions, thread-safe.
#pragma once

#include "absl/status/statusor.h"

#include "core/tensor.h"
#include "wire/messages/escalation.h"

namespace biglittle::v1 {
class Tensor;
}

namespace biglittle::wire {

// Where `wire_dtype` is kFloat16, a float32 tensor travels as halves if every element is finite as
// one; else, and all other tensors, as it is.
void EncodeTensor(const Tensor& tensor, WireDType wire_dtype, v1::Tensor& out);

// Halves become float32. InvalidArgument, with what is wrong: an unknown dtype, too many
// dimensions, a shape that does not fit the data, a value that is not finite.
absl::StatusOr<Tensor> DecodeTensor(const v1::Tensor& in, const CodecLimits& limits);

// What the receiver gets of `tensor`: rounded, where it travels as halves. What is measured without
// a network takes this way, so that the figures hold for the network too.
Tensor AsItArrives(Tensor tensor, WireDType wire_dtype);

}  // namespace biglittle::wire
