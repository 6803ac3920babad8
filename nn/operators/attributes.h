// Reads a node's attributes and proves that each has been understood.
//
//   Attributes attributes(node);
//   const auto strides = attributes.Ints("strides");
//   if (absl::Status s = attributes.Done(); !s.ok()) return s;
//
// An attribute that is of the wrong type, not finite, or never asked for makes Done() fail: what
// the engine does not know could change the meaning. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

class Attributes {
 public:
  explicit Attributes(const NodeView& node) : node_(node), read_(node.node().attributes.size()) {}

  // The attribute's value, or the fallback if it is absent or of a wrong type.
  std::int64_t Int(std::string_view name, std::int64_t fallback);
  float Float(std::string_view name, float fallback);
  // One that may be infinite or NaN: what stands for a missing value.
  float AnyFloat(std::string_view name, float fallback);
  std::string Text(std::string_view name, std::string fallback);
  std::vector<std::int64_t> Ints(std::string_view name, std::vector<std::int64_t> fallback = {});
  std::vector<float> Floats(std::string_view name);
  std::vector<std::string> Texts(std::string_view name);
  ConstantPtr Tensor(std::string_view name);  // nullptr if absent
  bool Has(std::string_view name) const;
  // Attributes without a meaning at inference.
  void Ignore(std::string_view name);

  // Fails if anything was wrong, or an attribute has not been read.
  absl::Status Done() const;

 private:
  template <typename T>
  T Read(std::string_view name, T fallback, std::string_view type);
  const Attribute* Find(std::string_view name);

  const NodeView& node_;
  std::vector<bool> read_;
  absl::Status status_;
};

}  // namespace biglittle::nn
