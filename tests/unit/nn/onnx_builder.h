// Makes small ONNX files in memory, right or wrong ones, for the tests of the engine.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace biglittle::nn::testing {

using Ints = std::vector<std::int64_t>;
using Floats = std::vector<float>;

// One node being described; every method returns it, so that they chain.
class NodeBuilder {
 public:
  explicit NodeBuilder(onnx::NodeProto* node) : node_(node) {}

  NodeBuilder& Int(const std::string& name, std::int64_t value) {
    onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::INT);
    attribute->set_i(value);
    return *this;
  }
  NodeBuilder& Float(const std::string& name, float value) {
    onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::FLOAT);
    attribute->set_f(value);
    return *this;
  }
  NodeBuilder& Text(const std::string& name, const std::string& value) {
    onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::STRING);
    attribute->set_s(value);
    return *this;
  }
  NodeBuilder& IntList(const std::string& name, const Ints& values) {
    onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute->add_ints(value);
    return *this;
  }
  NodeBuilder& FloatList(const std::string& name, const Floats& values) {
    onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::FLOATS);
    for (const float value : values) attribute->add_floats(value);
    return *this;
  }
  NodeBuilder& TextList(const std::string& name, const std::vector<std::string>& values) {
    onnx::AttributeProto* attribute = Add(name, onnx::AttributeProto::STRINGS);
    for (const std::string& value : values) attribute->add_strings(value);
    return *this;
  }
  // An integer of `type`, as ConstantOfShape takes it.
  NodeBuilder& Number(const std::string& name, std::int32_t type, std::int64_t value) {
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
  // One more output.
  NodeBuilder& Also(const std::string& output) {
    node_->add_output(output);
    return *this;
  }
  NodeBuilder& Named(const std::string& name) {
    node_->set_name(name);
    return *this;
  }
  onnx::NodeProto& proto() { return *node_; }

 private:
  onnx::AttributeProto* Add(const std::string& name, onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto* attribute = node_->add_attribute();
    attribute->set_name(name);
    attribute->set_type(type);
    return attribute;
  }

  onnx::NodeProto* node_;
};

// A net with the input "x" [batch, sample...] and the output "y".
class OnnxBuilder {
 public:
  explicit OnnxBuilder(const Ints& sample, std::int64_t opset = 13) {
    model_.set_ir_version(8);
    model_.set_producer_name("biglittle tests");
    model_.add_opset_import()->set_version(opset);
    AddPort(*graph().add_input(), "x", sample);
    graph().set_name("test");
    graph().add_output()->set_name("y");
  }

  onnx::ModelProto& model() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  onnx::TypeProto_Tensor& input_type() {
    return *graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
  }

  // Initializers; each returns its name.
  std::string Weight(const std::string& name, const Ints& dims, const Floats& values) {
    onnx::TensorProto& tensor = Tensor(name, dims, onnx::TensorProto::FLOAT);
    for (const float value : values) tensor.add_float_data(value);
    return name;
  }
  std::string List(const std::string& name, const Ints& values) {
    onnx::TensorProto& tensor =
        Tensor(name, {static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64);
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    return name;
  }
  std::string Bool(const std::string& name, bool value) {
    Tensor(name, {}, onnx::TensorProto::BOOL).add_int32_data(value ? 1 : 0);
    return name;
  }
  // Of int8, uint8 or int32.
  std::string Small(const std::string& name, const Ints& dims, std::int32_t type,
                    const Ints& values) {
    onnx::TensorProto& tensor = Tensor(name, dims, type);
    for (const std::int64_t value : values) {
      tensor.add_int32_data(static_cast<std::int32_t>(value));
    }
    return name;
  }
  onnx::TensorProto& Tensor(const std::string& name, const Ints& dims, std::int32_t type) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const std::int64_t extent : dims) tensor.add_dims(extent);
    return tensor;
  }

  // A node; the output "y" is the net's.
  NodeBuilder Node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::string& output = "y") {
    onnx::NodeProto* node = graph().add_node();
    node->set_op_type(op);
    for (const std::string& input : inputs) node->add_input(input);
    node->add_output(output);
    return NodeBuilder(node);
  }

  std::string Bytes() const { return model_.SerializeAsString(); }

  // Fills a port: float32, a free dimension "batch", then `sample`.
  static void AddPort(onnx::ValueInfoProto& port, const std::string& name, const Ints& sample) {
    port.set_name(name);
    onnx::TypeProto_Tensor& type = *port.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_param("batch");
    for (const std::int64_t extent : sample) type.mutable_shape()->add_dim()->set_dim_value(extent);
  }

 private:
  onnx::ModelProto model_;
};

}  // namespace biglittle::nn::testing
