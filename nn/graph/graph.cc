#include "nn/graph/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/shown_text.h"

namespace biglittle::nn {

std::string_view Name(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
      return "float32";
    case ElementType::kInt64:
      return "int64";
    case ElementType::kInt32:
      return "int32";
    case ElementType::kInt16:
      return "int16";
    case ElementType::kInt8:
      return "int8";
    case ElementType::kUint64:
      return "uint64";
    case ElementType::kUint32:
      return "uint32";
    case ElementType::kUint16:
      return "uint16";
    case ElementType::kUint8:
      return "uint8";
    case ElementType::kBool:
      return "bool";
    case ElementType::kText:
      return "string";
  }
  return "unknown";
}

std::optional<ElementType> ElementTypeOf(std::int64_t number) {
  switch (number) {
    case 1:   // float
    case 10:  // float16
    case 11:  // double
    case 16:  // bfloat16
      return ElementType::kFloat32;
    case 2:
      return ElementType::kUint8;
    case 3:
      return ElementType::kInt8;
    case 4:
      return ElementType::kUint16;
    case 5:
      return ElementType::kInt16;
    case 6:
      return ElementType::kInt32;
    case 7:
      return ElementType::kInt64;
    case 8:
      return ElementType::kText;
    case 9:
      return ElementType::kBool;
    case 12:
      return ElementType::kUint32;
    case 13:
      return ElementType::kUint64;
    default:
      return std::nullopt;
  }
}

bool IsNumber(ElementType type) { return type != ElementType::kBool && type != ElementType::kText; }

IntegerRange RangeOf(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
      return {-kMaxExactInteger, kMaxExactInteger};
    case ElementType::kInt64:
      return {kBatch + 1, std::numeric_limits<std::int64_t>::max()};
    case ElementType::kInt32:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    case ElementType::kInt16:
      return {std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()};
    case ElementType::kInt8:
      return {-128, 127};
    case ElementType::kUint64:
    case ElementType::kText:
      return {0, std::numeric_limits<std::int64_t>::max()};
    case ElementType::kUint32:
      return {0, std::numeric_limits<std::uint32_t>::max()};
    case ElementType::kUint16:
      return {0, std::numeric_limits<std::uint16_t>::max()};
    case ElementType::kUint8:
      return {0, 255};
    case ElementType::kBool:
      return {0, 1};
  }
  return {};
}

std::int64_t TensorType::elements() const { return Product(dims, 0, rank()); }

std::string ToString(const Dims& dims) {
  std::string text = "[";
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (i > 0) text += ", ";
    text += dims[i] == kBatch ? std::string("N") : fmt::format("{}", dims[i]);
  }
  return text + "]";
}

std::optional<std::int64_t> CountElements(const Dims& dims) {
  if (dims.size() > kMaxRank) return std::nullopt;
  if (std::ranges::count(dims, kBatch) > 1) return std::nullopt;
  std::int64_t count = 1;
  for (const std::int64_t extent : dims) {
    if (extent == kBatch) continue;
    if (extent < 1 || extent > kMaxElements / count) return std::nullopt;
    count *= extent;
  }
  return count;
}

std::int64_t Product(const Dims& dims, std::int64_t from, std::int64_t to) {
  std::int64_t product = 1;
  for (std::int64_t i = from; i < to; ++i) {
    const std::int64_t extent = dims[static_cast<std::size_t>(i)];
    if (extent != kBatch) product *= extent;
  }
  return product;
}

std::string Quote(const std::string& name) {
  constexpr std::size_t kLongest = 80;
  return "'" + Shown(name, kLongest) + "'";
}

std::string Describe(const Node& node) {
  const std::string which =
      node.name.empty() ? fmt::format("#{}", node.position) : Quote(node.name);
  const std::string op = Quote(node.op_type);
  return fmt::format("node {} ({})", which, op.substr(1, op.size() - 2));
}

}  // namespace biglittle::nn
