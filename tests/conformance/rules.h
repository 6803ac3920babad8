// Which of the ONNX project's tests the engine claims to pass. A test is left out by a rule that
// stands in docs/operators.md, never because it failed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <onnx/onnx.pb.h>

#include "tests/conformance/case_folder.h"

namespace biglittle::conformance {

// True if the engine has every operator of the model.
bool Claimed(const onnx::ModelProto& model);

// True if the model's opset is newer than the engine reads: Load must refuse the file as it is.
bool IsTooNew(const onnx::ModelProto& model);

// The stated limit of the engine that leaves the whole test out; nullopt if none does. For a model
// that is not too new.
std::optional<std::string> SkipReason(const Case& test);

// The limit that leaves one of the model's outputs out.
std::optional<std::string> SkipReason(const onnx::ModelProto& model, const std::string& output);

// True if every operator of the model treats the rows of its input's first dimension alike, so that
// they may be the samples of a batch.
bool IsSamplewise(const onnx::ModelProto& model);

// True if the output follows from the model alone, or from the shape of its input.
bool KnownAtLoad(const onnx::ModelProto& model);

// True if the i-th input may be what changes from run to run: the first, and those of a single
// operator that are alike, as the two sides of an Add. All others are parameters, which the engine
// wants at Load.
bool MayBeLive(const onnx::ModelProto& model, const DataSet& data, std::size_t i);

// True if `output` depends on `input` by way of the nodes.
bool DependsOn(const onnx::ModelProto& model, const std::string& output, const std::string& input);

}  // namespace biglittle::conformance
