#include "tests/unit/nn/onnx_builder.h"

#include <cstdint>
#include <string>
#include <vector>

#include <onnx/onnx.pb.h>

namespace biglittle::nn::testing {

NodeBuilder& NodeBuilder::Int(const std::string& name, std::int64_t value) {
  Add(name, onnx::AttributeProto::INT)->set_i(value);
  return *this;
}

NodeBuilder& NodeBuilder::Float(const std::string& name, float value) {
  Add(name, onnx::AttributeProto::FLOAT)->set_f(value);
  return *this;
}

NodeBuilder& NodeBuilder::Text(const std::string& name, const std::string& value) {
  Add(name, onnx::AttributeProto::STRING)->set_s(value);
  return *this;
}

NodeBuilder& NodeBuilder::IntList(const std::string& name, const Ints& values) {
  onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute->add_ints(value);
  return *this;
}

NodeBuilder& NodeBuilder::FloatList(const std::string& name, const Floats& values) {
  onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::FLOATS);
  for (const float value : values) attribute->add_floats(value);
  return *this;
}

NodeBuilder& NodeBuilder::TextList(const std::string& name,
                                   const std::vector<std::string>& values) {
  onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::STRINGS);
  for (const std::string& value : values) attribute->add_strings(value);
  return *this;
}

NodeBuilder& NodeBuilder::Number(const std::string& name, std::int32_t type, std::int64_t value) {
  onnx::TensorProto* tensor = Add(name, onnx::AttributeProto::TENSOR)->mutable_t();
  tensor->set_data_type(type);
  tensor->add_dims(1);
  if (type == onnx::TensorProto::INT64) {
    tensor->add_int64_data(value);
  } else {
    tensor->add_int32_data(static_cast<std::int32_t>(value));
  }
  return *this;
}

NodeBuilder& NodeBuilder::Also(const std::string& output) {
  node_->add_output(output);
  return *this;
}

NodeBuilder& NodeBuilder::Named(const std::string& name) {
  node_->set_name(name);
  return *this;
}

onnx::AttributeProto* NodeBuilder::Add(const std::string& name,
                                       onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto* attribute = node_->add_attribute();
  attribute->set_name(name);
  attribute->set_type(type);
  return attribute;
}

OnnxBuilder::OnnxBuilder(const Ints& sample, std::int64_t opset) {
  model_.set_ir_version(8);
  model_.set_producer_name("biglittle tests");
  model_.add_opset_import()->set_version(opset);
  AddPort(*graph().add_input(), "x", sample);
  graph().set_name("test");
  graph().add_output()->set_name("y");
}

OnnxBuilder::OnnxBuilder(const OnnxBuilder& other) = default;
OnnxBuilder& OnnxBuilder::operator=(const OnnxBuilder& other) = default;
OnnxBuilder::~OnnxBuilder() = default;

onnx::TypeProto_Tensor& OnnxBuilder::input_type() {
  return *graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
}

std::string OnnxBuilder::Weight(const std::string& name, const Ints& dims, const Floats& values) {
  onnx::TensorProto& tensor = Tensor(name, dims, onnx::TensorProto::FLOAT);
  for (const float value : values) tensor.add_float_data(value);
  return name;
}

std::string OnnxBuilder::List(const std::string& name, const Ints& values) {
  onnx::TensorProto& tensor =
      Tensor(name, {static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64);
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  return name;
}

std::string OnnxBuilder::Bool(const std::string& name, bool value) {
  Tensor(name, {}, onnx::TensorProto::BOOL).add_int32_data(value ? 1 : 0);
  return name;
}

std::string OnnxBuilder::Small(const std::string& name, const Ints& dims, std::int32_t type,
                               const Ints& values) {
  onnx::TensorProto& tensor = Tensor(name, dims, type);
  for (const std::int64_t value : values) {
    tensor.add_int32_data(static_cast<std::int32_t>(value));
  }
  return name;
}

onnx::TensorProto& OnnxBuilder::Tensor(const std::string& name, const Ints& dims,
                                       std::int32_t type) {
  onnx::TensorProto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const std::int64_t extent : dims) tensor.add_dims(extent);
  return tensor;
}

NodeBuilder OnnxBuilder::Node(const std::string& op, const std::vector<std::string>& inputs,
                              const std::string& output) {
  onnx::NodeProto* node = graph().add_node();
  node->set_op_type(op);
  for (const std::string& input : inputs) node->add_input(input);
  node->add_output(output);
  return NodeBuilder(node);
}

std::string OnnxBuilder::Bytes() const { return model_.SerializeAsString(); }

void OnnxBuilder::AddPort(onnx::ValueInfoProto& port, const std::string& name, const Ints& sample) {
  port.set_name(name);
  onnx::TypeProto_Tensor& type = *port.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("batch");
  for (const std::int64_t extent : sample) type.mutable_shape()->add_dim()->set_dim_value(extent);
}

}  // namespace biglittle::nn::testing
