#include "tests/conformance/nets.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <onnx/onnx.pb.h>

#include "nn/graph/load_limits.h"
#include "tests/conformance/case_folder.h"
#include "tests/conformance/comparison.h"
#include "tests/conformance/rules.h"

namespace biglittle::conformance {
namespace {

using onnx::TensorProto;

// The graph's inputs that are no initializers, in order: what a data set has tensors for.
std::vector<std::string> FreeInputs(const onnx::GraphProto& graph) {
  std::vector<std::string> names;
  for (const auto& input : graph.input()) {
    const bool known = std::ranges::any_of(
        graph.initializer(), [&](const auto& tensor) { return tensor.name() == input.name(); });
    if (!known) names.push_back(input.name());
  }
  return names;
}

// The opset that the engine reads. An older file means the same in it: Claimed demands operators
// that have not changed since.
void RaiseOpset(onnx::ModelProto& model) {
  bool standard = false;
  for (auto& set : *model.mutable_opset_import()) {
    if (set.version() < 7 && set.domain().empty()) set.set_version(7);
    standard = standard || set.domain().empty() || set.domain() == "ai.onnx";
  }
  // What is added to a model of trees alone.
  if (!standard) model.add_opset_import()->set_version(17);
}

void DeclareInput(onnx::GraphProto& graph, const std::string& name, const TensorProto& tensor,
                  nn::Shapes shapes) {
  onnx::ValueInfoProto& port = *graph.add_input();
  port.set_name(name);
  onnx::TypeProto_Tensor& type = *port.mutable_type()->mutable_tensor_type();
  type.set_elem_type(TensorProto::FLOAT);
  type.mutable_shape();
  for (const std::int64_t extent : tensor.dims()) {
    type.mutable_shape()->add_dim()->set_dim_value(extent);
  }
  if (shapes == nn::Shapes::kBatched) type.mutable_shape()->mutable_dim(0)->set_dim_param("batch");
}

onnx::NodeProto& AddNode(onnx::GraphProto& graph, const std::string& op,
                         const std::vector<std::string>& inputs, const std::string& output) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

void AddCast(onnx::GraphProto& graph, const std::string& from, const std::string& to,
             std::int32_t type) {
  onnx::AttributeProto& attribute = *AddNode(graph, "Cast", {from}, to).add_attribute();
  attribute.set_name("to");
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(type);
}

// The model without its outputs, and with every free input but `live` as an initializer.
onnx::ModelProto Narrowed(const Case& test, const DataSet& data, const std::string& live) {
  onnx::ModelProto model = test.model;
  RaiseOpset(model);
  onnx::GraphProto& graph = *model.mutable_graph();
  const std::vector<std::string> names = FreeInputs(graph);
  graph.clear_input();
  for (std::size_t i = 0; i < names.size() && i < data.inputs.size(); ++i) {
    if (names[i] == live) continue;
    TensorProto& tensor = *graph.add_initializer();
    tensor = data.inputs[i];
    tensor.set_name(names[i]);
  }
  graph.clear_output();
  return model;
}

const std::string& OutputName(const Case& test, std::size_t output) {
  return test.model.graph().output(static_cast<int>(output)).name();
}

// `live` is given at run time.
Net LiveNet(const Case& test, const DataSet& data, const std::vector<std::size_t>& outputs,
            std::size_t live, nn::Shapes shapes) {
  const std::string input = FreeInputs(test.model.graph())[live];
  Net net{"input " + input, Narrowed(test, data, input), shapes, data.inputs[live], {}};
  onnx::GraphProto& graph = *net.model.mutable_graph();
  for (const std::size_t output : outputs) {
    net.how += ", output " + OutputName(test, output);
    graph.add_output()->set_name(OutputName(test, output));
    net.expected.push_back(data.outputs[output]);
  }
  if (shapes == nn::Shapes::kBatched) net.how += ", batched";
  if (net.input.data_type() == TensorProto::FLOAT) {
    DeclareInput(graph, input, net.input, shapes);
    return net;
  }
  DeclareInput(graph, input + "_as_float", net.input, shapes);
  AddCast(graph, input + "_as_float", input, net.input.data_type());
  return net;
}

// Nothing of the test is given at run time.
Net KnownNet(const Case& test, const DataSet& data, std::size_t output) {
  const std::string& name = OutputName(test, output);
  Net net{"known at load, output " + name,
          Narrowed(test, data, ""),
          nn::Shapes::kFixed,
          TensorProto{},
          {data.outputs[output]}};
  net.input.set_data_type(TensorProto::FLOAT);
  net.input.add_float_data(0.0F);
  onnx::GraphProto& graph = *net.model.mutable_graph();
  DeclareInput(graph, "conformance_zero", net.input, nn::Shapes::kFixed);
  AddCast(graph, name, "conformance_float", TensorProto::FLOAT);
  AddNode(graph, "Add", {"conformance_float", "conformance_zero"}, "conformance_sum");
  graph.add_output()->set_name("conformance_sum");
  return net;
}

// Which of the free inputs are given at run time, one a net.
std::vector<std::size_t> LiveInputs(const Case& test, const DataSet& data,
                                    const std::string& output) {
  std::vector<std::size_t> live;
  const std::vector<std::string> names = FreeInputs(test.model.graph());
  for (std::size_t i = 0; i < data.inputs.size(); ++i) {
    if (MayBeLive(test.model, data, i) && DependsOn(test.model, output, names[i])) {
      live.push_back(i);
    }
  }
  return live;
}

// Those that one net with the first input at run time can have all together.
std::vector<std::size_t> OutputsOfTheFirstInput(const Case& test, const DataSet& data) {
  std::vector<std::size_t> outputs;
  if (data.inputs.empty() || KnownAtLoad(test.model) || !MayBeLive(test.model, data, 0)) {
    return outputs;
  }
  const std::string input = FreeInputs(test.model.graph())[0];
  for (std::size_t i = 0; i < data.outputs.size(); ++i) {
    const std::string& name = OutputName(test, i);
    if (!SkipReason(test.model, name).has_value() && DependsOn(test.model, name, input)) {
      outputs.push_back(i);
    }
  }
  return outputs;
}

// The engine refuses constants that are not finite.
bool IsFinite(const TensorProto& tensor) {
  return std::ranges::all_of(NumbersOf(tensor), [](double x) { return std::isfinite(x); });
}

bool HasNaN(const TensorProto& tensor) {
  return std::ranges::any_of(NumbersOf(tensor), [](double x) { return std::isnan(x); });
}

}  // namespace

std::vector<Net> MakeNets(const Case& test, const DataSet& data) {
  std::vector<Net> nets;
  for (std::size_t output = 0; output < data.outputs.size(); ++output) {
    const std::string& name = OutputName(test, output);
    if (SkipReason(test.model, name).has_value()) continue;
    if (IsFinite(data.outputs[output]) && std::ranges::none_of(data.inputs, HasNaN))
      nets.push_back(KnownNet(test, data, output));
    if (KnownAtLoad(test.model)) continue;
    for (const std::size_t live : LiveInputs(test, data, name)) {
      nets.push_back(LiveNet(test, data, {output}, live, nn::Shapes::kFixed));
      if (live == 0 && IsSamplewise(test.model) && data.inputs[0].dims_size() > 0) {
        nets.push_back(LiveNet(test, data, {output}, live, nn::Shapes::kBatched));
      }
    }
  }
  const std::vector<std::size_t> together = OutputsOfTheFirstInput(test, data);
  if (together.size() > 1) {
    nets.push_back(LiveNet(test, data, together, 0, nn::Shapes::kFixed));
  }
  return nets;
}

}  // namespace biglittle::conformance
