// Runs small nets and compares what they answer, in every way of batching.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/model.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {

// A sound net for a test to spoil: y = relu(x * w + b), of the nodes 'fc' and 'act'.
OnnxBuilder SoundNet();

// Loads a file from memory.
absl::StatusOr<Model> Parse(const std::string& bytes, const LoadLimits& limits = {});
absl::StatusOr<Model> Parse(const OnnxBuilder& builder);

// The answers to `input`, which holds one sample or more, `batch` of them at a time. Fails the test
// and returns nothing if the net cannot be loaded.
Floats Answers(const OnnxBuilder& builder, const Floats& input, std::int64_t batch);

// Checks that the output has the shape (without the batch) and the values, when all samples are
// computed at once, one by one, and in a context that is larger than the batch.
void ExpectOutput(const OnnxBuilder& builder, const Floats& input, const Ints& shape,
                  const Floats& expected, float tolerance = 1e-5F);

// The same with Shapes::kFixed: the input gets the shape `dims`, the output has the shape `shape`.
void ExpectFixedOutput(OnnxBuilder builder, const Ints& dims, const Floats& input,
                       const Ints& shape, const Floats& expected, float tolerance = 1e-5F);

// Checks that the net is refused, where its samples are to be computed together, with the code, in
// one line that names `node` and says `reason`.
void ExpectRefused(const OnnxBuilder& builder, absl::StatusCode code, const std::string& reason);
void ExpectRefused(const std::string& bytes, absl::StatusCode code, const std::string& reason,
                   const LoadLimits& limits = {});

// The kernels of the loaded net, in the order of its steps. Fails the test and returns nothing if
// the net cannot be loaded.
std::vector<std::string> KernelsOf(const OnnxBuilder& net);

// Repeatable numbers in [-1, 1), different for each seed.
Floats Noise(std::int64_t count, std::uint64_t seed = 1);
// first, first + step, ...
Floats Ramp(std::int64_t count, float first = 0.0F, float step = 1.0F);

}  // namespace biglittle::nn::testing
