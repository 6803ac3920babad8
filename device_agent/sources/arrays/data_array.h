// An array read from a data file, before anyone says what it means: windows or labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace biglittle {

enum class ElementType : std::uint8_t {
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kInt64,
  kFloat32,
};

// Invariant: data.size() == ElementCount(shape) * ElementSize(type). Row-major, little endian; the
// first dimension counts the windows or labels.
struct DataArray {
  ElementType type = ElementType::kUint8;
  Shape shape;  // at least one dimension, every one positive
  std::vector<std::byte> data;

  bool operator==(const DataArray&) const = default;
};

// More than this is refused before it is allocated, packed or not.
inline constexpr std::size_t kMaxDataBytes = std::size_t{1} << 30;
inline constexpr std::size_t kMaxDataDimensions = 8;

std::size_t ElementSize(ElementType type);
// "uint8", "int64", ...
std::string_view Name(ElementType type);
// What a sensor's window may hold; nullopt for the types that only labels have.
std::optional<DType> AsDType(ElementType type);
ElementType AsElementType(DType dtype);

// Bytes of an array of `shape`; nullopt if a dimension is not positive, there are none or more than
// kMaxDataDimensions of them, or there are more than kMaxDataBytes.
std::optional<std::size_t> DataBytes(ElementType type, const Shape& shape);

}  // namespace biglittle
