#include "device_agent/sources/arrays/data_array.h"

#include <array>

#include "core/memory_bytes.h"

namespace biglittle {
namespace {

struct TypeFacts {
  std::string_view name;
  std::size_t size;
};

// In the order of ElementType.
constexpr std::array<TypeFacts, 8> kTypes{{
    {"uint8", 1},
    {"int8", 1},
    {"uint16", 2},
    {"int16", 2},
    {"uint32", 4},
    {"int32", 4},
    {"int64", 8},
    {"float32", 4},
}};

}  // namespace

std::size_t ElementSize(ElementType type) { return kTypes[static_cast<std::size_t>(type)].size; }

std::string_view Name(ElementType type) { return kTypes[static_cast<std::size_t>(type)].name; }

std::optional<DType> AsDType(ElementType type) {
  switch (type) {
    case ElementType::kUint8:
      return DType::kUint8;
    case ElementType::kInt16:
      return DType::kInt16;
    case ElementType::kFloat32:
      return DType::kFloat32;
    default:
      return std::nullopt;
  }
}

ElementType AsElementType(DType dtype) {
  switch (dtype) {
    case DType::kUint8:
      return ElementType::kUint8;
    case DType::kInt16:
      return ElementType::kInt16;
    case DType::kFloat32:
      break;
  }
  return ElementType::kFloat32;
}

std::optional<std::size_t> DataBytes(ElementType type, const Shape& shape) {
  if (shape.empty() || shape.size() > kMaxDataDimensions) return std::nullopt;
  const auto elements = ElementCount(shape);
  if (!elements) return std::nullopt;
  const auto bytes = MemoryBytes(*elements, ElementSize(type));
  return bytes && *bytes <= kMaxDataBytes ? bytes : std::nullopt;
}

}  // namespace biglittle
