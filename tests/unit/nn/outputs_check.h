// Nets of several outputs, held against what each output is alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nn/model.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {

// y = relu(2x + 1, -x) of the convolution "c".
OnnxBuilder ConvAndRelu();
// The outputs "exit" [2] and "y" [7], which share a convolution. The file has the exit's nodes
// behind all others.
OnnxBuilder EarlyExit();

void SetOutputs(OnnxBuilder& net, const std::vector<std::string>& names);

Floats Copy(std::span<const float> values);
// Sample i of all, of so many elements each.
std::span<const float> Sample(const Floats& all, std::int64_t elements, std::int64_t i);

// All outputs of one Invoke with all samples of `input`.
std::vector<Floats> InvokeAll(const Model& model, Context& context, const Floats& input);
// What each output is where the net has no other.
std::vector<Floats> EachAlone(const OnnxBuilder& net, const Model& model, const Floats& input);
void ExpectNear(const std::vector<Floats>& actual, const std::vector<Floats>& expected);
// Every sample of `input` with InvokeUpTo, output after output: the same bits as in `whole`, the
// outputs of all samples.
void ExpectSameStepByStep(const Model& model, Context& context, const Floats& input,
                          const std::vector<Floats>& whole);
// Three samples of noise through `net`: together and step by step, on one thread and on two, in
// contexts of two sizes.
void ExpectOutputsAsAlone(const OnnxBuilder& net);

}  // namespace biglittle::nn::testing
