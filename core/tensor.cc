#include "core/tensor.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/memory_bytes.h"

namespace biglittle {
namespace {

constexpr std::int64_t kMaxElements = std::min(std::int64_t{1} << 40, kMaxMemoryBytes);

constexpr std::array<std::pair<DType, std::string_view>, 3> kNames{{
    {DType::kUint8, "uint8"},
    {DType::kInt16, "int16"},
    {DType::kFloat32, "float32"},
}};

}  // namespace

std::size_t ElementSize(DType dtype) {
  switch (dtype) {
    case DType::kUint8:
      return 1;
    case DType::kInt16:
      return 2;
    case DType::kFloat32:
      return 4;
  }
  return 0;
}

std::string_view Name(DType dtype) {
  for (const auto& [value, name] : kNames) {
    if (value == dtype) return name;
  }
  return "unknown";
}

std::optional<DType> DTypeFromName(std::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::optional<std::int64_t> ElementCount(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape) {
    if (dimension <= 0 || dimension > kMaxElements / count) return std::nullopt;
    count *= dimension;
  }
  return count;
}

std::string ToString(const Shape& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (const std::int64_t dimension : shape) {
    if (!text.empty()) text += 'x';
    text += std::to_string(dimension);
  }
  return text;
}

}  // namespace biglittle
