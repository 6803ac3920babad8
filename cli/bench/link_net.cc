#include "cli/bench/link_net.h"

#include <cstdint>
#include <vector>

#include <onnx/onnx.pb.h>

namespace biglittle {
namespace {

constexpr std::int64_t kClasses = 2;
constexpr float kWeight = 1e-4F;

void AddPort(const char* name, const Shape& shape, onnx::ValueInfoProto& port) {
  port.set_name(name);
  onnx::TypeProto::Tensor& tensor = *port.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  tensor.mutable_shape()->add_dim()->set_dim_param("batch");
  for (const std::int64_t size : shape) tensor.mutable_shape()->add_dim()->set_dim_value(size);
}

void AddNode(const char* operation, const std::vector<const char*>& inputs, const char* output,
             onnx::GraphProto& graph) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(operation);
  node.set_name(output);
  for (const char* input : inputs) node.add_input(input);
  node.add_output(output);
}

}  // namespace

std::string LinkNet(const Shape& shape, const std::string& name) {
  onnx::ModelProto model;
  model.set_ir_version(7);
  model.add_opset_import()->set_version(13);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name(name);
  AddNode("Flatten", {"x"}, "flat", graph);
  AddNode("Gemm", {"flat", "w"}, "logits", graph);
  AddPort("x", shape, *graph.add_input());
  AddPort("logits", {kClasses}, *graph.add_output());
  onnx::TensorProto& weights = *graph.add_initializer();
  weights.set_name("w");
  weights.set_data_type(onnx::TensorProto::FLOAT);
  weights.add_dims(ElementCount(shape).value_or(1));
  weights.add_dims(kClasses);
  for (std::int64_t i = 0; i < weights.dims(0) * kClasses; ++i) weights.add_float_data(kWeight);
  return model.SerializeAsString();
}

}  // namespace biglittle
