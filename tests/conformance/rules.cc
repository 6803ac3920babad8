#include "tests/conformance/rules.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <onnx/onnx.pb.h>

#include "nn/graph/graph.h"
#include "nn/operators/registry.h"
#include "tests/conformance/case_folder.h"
#include "tests/conformance/comparison.h"

namespace biglittle::conformance {
namespace {

using Names = std::set<std::string_view>;
using onnx::TensorProto;

// Of integers these are computed at load only, and some not at all.
const Names kOfFloats = {"Gemm", "MatMul", "ReduceMean"};
// All that they read is known at load.
const Names kOfParameters = {"If", "Loop", "NonZero", "Range", "Scan"};
// These treat the rows of the first dimension alike, whatever the rank, and those of a batch.
const Names kElementwise = {"Abs",         "Clip",       "Elu",      "Erf",       "Exp",
                            "HardSigmoid", "HardSwish",  "Identity", "LeakyRelu", "Log",
                            "Neg",         "Reciprocal", "Relu",     "Selu",      "Sigmoid",
                            "Softplus",    "Sqrt",       "Tanh",     "Cast",      "Dropout"};
const Names kOfSamples = {"AveragePool",   "BatchNormalization",    "Conv", "GlobalAveragePool",
                          "GlobalMaxPool", "InstanceNormalization", "LRN",  "MaxPool"};
// Their output does not change from run to run.
const Names kOfShapes = {"BlackmanWindow", "Constant",        "ConstantOfShape", "HammingWindow",
                         "HannWindow",     "MelWeightMatrix", "Shape",           "Size"};
// Each of their inputs may be what changes.
const Names kSymmetric = {"Add",  "Concat",      "Div", "Equal",  "Greater", "GreaterOrEqual",
                          "Less", "LessOrEqual", "Max", "MatMul", "Min",     "Mul",
                          "Pow",  "Sub",         "Sum", "Where"};

template <typename Predicate>
bool All(const onnx::ModelProto& model, Predicate predicate) {
  return std::ranges::all_of(model.graph().node(), predicate);
}

bool AllIn(const onnx::ModelProto& model, const Names& names) {
  return All(model, [&](const auto& node) { return names.contains(node.op_type()); });
}

std::int64_t OpsetOf(const onnx::ModelProto& model) {
  for (const auto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") return set.version();
  }
  return 0;
}

std::int64_t IntAttribute(const onnx::NodeProto& node, std::string_view name) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == name) return attribute.i();
  }
  return 0;
}

bool IsInteger(std::int32_t type) {
  return type != TensorProto::FLOAT && type != TensorProto::FLOAT16 && type != TensorProto::DOUBLE;
}

bool AnyIn(const onnx::ModelProto& model, const Names& names) {
  return std::ranges::any_of(model.graph().node(),
                             [&](const auto& node) { return names.contains(node.op_type()); });
}

// What the registry finds, in whichever domain.
const nn::OperatorDefinition* Definition(const onnx::NodeProto& node) {
  const std::string& domain = node.domain();
  if (domain.empty() || domain == "ai.onnx") return nn::FindOperator(node.op_type());
  return domain == "ai.onnx.ml" ? nn::FindOperator(node.op_type(), nn::Domain::kMl) : nullptr;
}

std::string TextAttribute(const onnx::NodeProto& node, std::string_view name) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == name) return attribute.s();
  }
  return "";
}

// What the engine does as ONNX Runtime does, and not as the ONNX project's tests have it.
std::optional<std::string> SkipResize(const Case& test) {
  for (const auto& node : test.model.graph().node()) {
    if (node.op_type() != "Resize") continue;
    const std::string mode = TextAttribute(node, "coordinate_transformation_mode");
    if (mode == "tf_crop_and_resize") return "a resize of a part";
    if (IntAttribute(node, "antialias") != 0) return "a resize with antialiasing";
    const bool by_scales = node.input_size() > 2 && !node.input(2).empty();
    if (mode == "align_corners" && by_scales) return "corners of a size that is no integer";
  }
  return std::nullopt;
}

std::optional<std::string> SkipOpset(const onnx::ModelProto& model) {
  const std::int64_t opset = OpsetOf(model);
  // Older files are read as opset 7 where their operators are already what they are there.
  const bool same = All(model, [&](const auto& node) {
    return Definition(node)->since_opset <= opset ||
           Definition(node)->domain != nn::Domain::kStandard;
  });
  return same ? std::nullopt : std::optional<std::string>("an operator as it was before opset 7");
}

std::optional<std::string> SkipType(const onnx::ValueInfoProto& port) {
  if (!port.type().has_tensor_type()) return "a sequence or an optional";
  switch (port.type().tensor_type().elem_type()) {
    case TensorProto::FLOAT:
    case TensorProto::FLOAT16:
    case TensorProto::DOUBLE:
    case TensorProto::INT64:
    case TensorProto::INT32:
    case TensorProto::INT16:
    case TensorProto::INT8:
    case TensorProto::UINT64:
    case TensorProto::UINT32:
    case TensorProto::UINT16:
    case TensorProto::UINT8:
    case TensorProto::BOOL:
      return std::nullopt;
    default:
      return "an element type that is no number of 8 to 64 bits or bool";
  }
}

std::optional<std::string> SkipData(const DataSet& data) {
  for (const auto* tensors : {&data.inputs, &data.outputs}) {
    for (const TensorProto& tensor : *tensors) {
      const bool list = tensor.data_type() == TensorProto::INT64 && tensor.dims_size() == 1;
      const bool parameter = tensors == &data.inputs && &tensor != &tensors->front();
      if (std::ranges::count(tensor.dims(), 0) > 0 && !(list && parameter)) {
        return "a tensor without elements";
      }
    }
  }
  return std::nullopt;
}

// Inputs of a node of the only operator that say so: the third of Dropout.
bool Trains(const Case& test) {
  for (const auto& node : test.model.graph().node()) {
    if (IntAttribute(node, "training_mode") != 0) return true;
    if (node.op_type() == "Dropout" && node.input_size() > 2) return true;
  }
  return false;
}

}  // namespace

bool Claimed(const onnx::ModelProto& model) {
  return All(model, [](const auto& node) { return Definition(node) != nullptr; });
}

bool IsTooNew(const onnx::ModelProto& model) { return OpsetOf(model) > nn::kMaxOpset; }

std::optional<std::string> SkipReason(const Case& test) {
  if (auto reason = SkipOpset(test.model)) return reason;
  const onnx::GraphProto& graph = test.model.graph();
  for (const auto* ports : {&graph.input(), &graph.output()}) {
    for (const auto& port : *ports) {
      if (auto reason = SkipType(port)) return reason;
    }
  }
  for (const DataSet& data : test.data) {
    if (auto reason = SkipData(data)) return reason;
    if (data.inputs.empty()) continue;
    if (AnyIn(test.model, kOfFloats) && IsInteger(data.inputs[0].data_type())) {
      return "products or means of integers";
    }
  }
  if (Trains(test)) return "training";
  if (auto reason = SkipResize(test)) return reason;
  if (test.name.find("qlinearmatmul") != std::string::npos &&
      test.name.find("_int8_") != std::string::npos) {
    return "a result that wraps around where the standard says to saturate";
  }
  if (test.name.ends_with("3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True")) {
    return "padding that the last window of ceil_mode counts beyond the padding";
  }
  // The values are those of 3.1415, up to 7e-5 away from those of pi.
  if (AllIn(test.model, {"BlackmanWindow", "HammingWindow", "HannWindow"}) ||
      (test.name.find("window") != std::string::npos && test.name.ends_with("_expanded"))) {
    return "a window whose values were computed with 3.1415 for pi";
  }
  return std::nullopt;
}

std::optional<std::string> SkipReason(const onnx::ModelProto& model, const std::string& output) {
  for (const auto& node : model.graph().node()) {
    const int computed = Definition(node)->max_outputs;
    for (int i = computed; i < node.output_size(); ++i) {
      if (node.output(i) == output) return "a second output of " + node.op_type();
    }
  }
  return std::nullopt;
}

bool IsSamplewise(const onnx::ModelProto& model) {
  return AllIn(model, kElementwise) || AllIn(model, kOfSamples);
}

bool KnownAtLoad(const onnx::ModelProto& model) { return AllIn(model, kOfShapes); }

bool MayBeLive(const onnx::ModelProto& model, const DataSet& data, std::size_t i) {
  if (AnyIn(model, kOfParameters)) return false;
  if (i == 0) return true;
  if (model.graph().node_size() != 1) return false;
  const std::string& op = model.graph().node(0).op_type();
  if (op == "Gather" || op == "Gemm") return i == 1;
  return kSymmetric.contains(op) && data.inputs[i].data_type() == TensorProto::FLOAT;
}

bool DependsOn(const onnx::ModelProto& model, const std::string& output, const std::string& input) {
  std::set<std::string> reached = {input};
  for (const auto& node : model.graph().node()) {  // in an order in which they may be run
    const bool reads = std::ranges::any_of(
        node.input(), [&](const std::string& name) { return reached.contains(name); });
    if (reads) reached.insert(node.output().begin(), node.output().end());
  }
  return reached.contains(output);
}

}  // namespace biglittle::conformance
