// Makes small ONNX files in memory, right or wrong ones, for the tests of the engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <onnx/onnx.pb.h>

namespace biglittle::nn::testing {

using Ints = std::vector<std::int64_t>;
using Floats = std::vector<float>;

// One node being described; every method returns it, so that they chain.
class NodeBuilder {
 public:
  explicit NodeBuilder(onnx::NodeProto* node) : node_(node) {}

  NodeBuilder& Int(const std::string& name, std::int64_t value);
  NodeBuilder& Float(const std::string& name, float value);
  NodeBuilder& Text(const std::string& name, const std::string& value);
  NodeBuilder& IntList(const std::string& name, const Ints& values);
  NodeBuilder& FloatList(const std::string& name, const Floats& values);
  NodeBuilder& TextList(const std::string& name, const std::vector<std::string>& values);
  // An integer of `type`, as ConstantOfShape takes it.
  NodeBuilder& Number(const std::string& name, std::int32_t type, std::int64_t value);
  // One more output.
  NodeBuilder& Also(const std::string& output);
  NodeBuilder& Named(const std::string& name);
  onnx::NodeProto& proto() { return *node_; }

 private:
  onnx::AttributeProto* Add(const std::string& name, onnx::AttributeProto::AttributeType type);

  onnx::NodeProto* node_;
};

// A net with the input "x" [batch, sample...] and the output "y".
class OnnxBuilder {
 public:
  // All in the .cc file: a hundred tests would compile the schema's copying again.
  explicit OnnxBuilder(const Ints& sample, std::int64_t opset = 13);
  OnnxBuilder(const OnnxBuilder& other);
  OnnxBuilder& operator=(const OnnxBuilder& other);
  ~OnnxBuilder();

  onnx::ModelProto& model() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  onnx::TypeProto_Tensor& input_type();

  // Initializers; each returns its name.
  std::string Weight(const std::string& name, const Ints& dims, const Floats& values);
  std::string List(const std::string& name, const Ints& values);
  std::string Bool(const std::string& name, bool value);
  // Of int8, uint8 or int32.
  std::string Small(const std::string& name, const Ints& dims, std::int32_t type,
                    const Ints& values);
  onnx::TensorProto& Tensor(const std::string& name, const Ints& dims, std::int32_t type);

  // A node; the output "y" is the net's.
  NodeBuilder Node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::string& output = "y");

  std::string Bytes() const;

  // Fills a port: float32, a free dimension "batch", then `sample`.
  static void AddPort(onnx::ValueInfoProto& port, const std::string& name, const Ints& sample);

 private:
  onnx::ModelProto model_;
};

}  // namespace biglittle::nn::testing
