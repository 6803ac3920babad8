#include "nn/importer/functions.h"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "nn/graph/graph.h"

namespace biglittle::nn {
namespace {

constexpr int kMaxDepth = 16;  // of calls in calls
constexpr std::size_t kMaxCopied = std::size_t{256} << 20U;
constexpr int kAttributeDefaults = 11;  // FunctionProto.attribute_proto, which came with IR 9

using Names = std::map<std::string, std::string>;
using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;
using AttributesByName = std::map<std::string, onnx::AttributeProto>;

// Of the function's attributes that the caller may leave out. The schema that this is built with
// may be older than they are.
AttributesByName DefaultsOf(const onnx::FunctionProto& function) {
  AttributesByName defaults;
  const auto& unknown = function.GetReflection()->GetUnknownFields(function);
  for (int i = 0; i < unknown.field_count(); ++i) {
    const google::protobuf::UnknownField& field = unknown.field(i);
    if (field.number() != kAttributeDefaults ||
        field.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    onnx::AttributeProto attribute;
    if (attribute.ParseFromString(field.length_delimited())) {
      defaults[attribute.name()] = attribute;
    }
  }
  return defaults;
}

class Inliner {
 public:
  Inliner(const onnx::ModelProto& model, std::size_t max_nodes) : max_nodes_(max_nodes) {
    for (const onnx::FunctionProto& function : model.functions()) {
      functions_[{function.domain(), function.name()}] = &function;
    }
  }

  absl::Status Inline(Nodes& nodes, int depth) {
    Nodes result;
    for (onnx::NodeProto& node : nodes) {
      for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
        if (!attribute.has_g()) continue;
        if (absl::Status s = Inline(*attribute.mutable_g()->mutable_node(), depth); !s.ok()) {
          return s;
        }
      }
      const auto called = functions_.find({node.domain(), node.op_type()});
      if (called == functions_.end()) {
        if (++nodes_ > max_nodes_) return TooMany();
        *result.Add() = std::move(node);
      } else if (absl::Status s = Call(*called->second, node, depth, result); !s.ok()) {
        return s;
      }
    }
    nodes = std::move(result);
    return absl::OkStatus();
  }

 private:
  absl::Status TooMany() const {
    return absl::ResourceExhaustedError(
        fmt::format("its functions, each call written out, have far more than the {} nodes that "
                    "are allowed",
                    max_nodes_));
  }

  absl::Status Call(const onnx::FunctionProto& function, const onnx::NodeProto& node, int depth,
                    Nodes& result) {
    if (depth >= kMaxDepth) {
      return absl::InvalidArgumentError(fmt::format(
          "its functions call each other too deeply, as {} does", Quote(function.name())));
    }
    copied_ += function.ByteSizeLong();
    if (calls_ >= max_nodes_ || copied_ > kMaxCopied) return TooMany();
    const std::string prefix = fmt::format("{}#{}/", function.name(), calls_++);
    Names names;
    for (int i = 0; i < function.input_size(); ++i) {
      names[function.input(i)] = i < node.input_size() ? node.input(i) : "";
    }
    for (int i = 0; i < function.output_size(); ++i) {
      const bool wanted = i < node.output_size() && !node.output(i).empty();
      names[function.output(i)] = wanted ? node.output(i) : prefix + function.output(i);
    }
    AttributesByName attributes = DefaultsOf(function);
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      attributes[attribute.name()] = attribute;
    }
    Nodes body = function.node();
    for (onnx::NodeProto& inner : body) Rename(inner, prefix, attributes, names);
    if (absl::Status s = Inline(body, depth + 1); !s.ok()) return s;
    for (onnx::NodeProto& inner : body) *result.Add() = std::move(inner);
    return absl::OkStatus();
  }

  static const std::string& Renamed(const std::string& name, const std::string& prefix,
                                    Names& names) {
    if (name.empty()) return name;
    return names.try_emplace(name, prefix + name).first->second;
  }

  static void Rename(onnx::NodeProto& node, const std::string& prefix,
                     const AttributesByName& attributes, Names& names) {
    for (std::string& input : *node.mutable_input()) input = Renamed(input, prefix, names);
    for (std::string& output : *node.mutable_output()) output = Renamed(output, prefix, names);
    node.set_name(prefix + node.name());
    auto& own = *node.mutable_attribute();
    for (int i = own.size(); i-- > 0;) {
      onnx::AttributeProto& attribute = own[i];
      if (!attribute.ref_attr_name().empty()) {
        const auto given = attributes.find(attribute.ref_attr_name());
        if (given == attributes.end()) {
          own.DeleteSubrange(i, 1);
          continue;
        }
        const std::string name = attribute.name();
        attribute = given->second;
        attribute.set_name(name);
      } else if (attribute.has_g()) {
        RenameGraph(*attribute.mutable_g(), prefix, attributes, names);
      }
    }
  }

  static void RenameGraph(onnx::GraphProto& graph, const std::string& prefix,
                          const AttributesByName& attributes, Names& names) {
    for (auto& input : *graph.mutable_input()) input.set_name(Renamed(input.name(), prefix, names));
    for (auto& tensor : *graph.mutable_initializer()) {
      tensor.set_name(Renamed(tensor.name(), prefix, names));
    }
    for (auto& node : *graph.mutable_node()) Rename(node, prefix, attributes, names);
    for (auto& output : *graph.mutable_output()) {
      output.set_name(Renamed(output.name(), prefix, names));
    }
  }

  const std::size_t max_nodes_;
  std::map<std::pair<std::string, std::string>, const onnx::FunctionProto*> functions_;
  std::size_t nodes_ = 0;
  std::size_t calls_ = 0;
  std::size_t copied_ = 0;  // bytes
};

}  // namespace

absl::Status InlineFunctions(onnx::ModelProto& model, std::size_t max_nodes) {
  if (model.functions_size() == 0) return absl::OkStatus();
  return Inliner(model, max_nodes).Inline(*model.mutable_graph()->mutable_node(), 0);
}

}  // namespace biglittle::nn
