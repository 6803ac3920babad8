// A dense tensor as it comes from a sensor or crosses the network: element type, shape, raw bytes.
//
// Shapes are those of ONE reading: no batch dimension. Elements are row-major and in the byte order
// of the host, which is little endian on every platform we build for.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace biglittle {

static_assert(std::endian::native == std::endian::little,
              "files and messages are read as little endian without swapping");

enum class DType : std::uint8_t { kUint8, kInt16, kFloat32 };

// How a window's elements cross the network: as they are, or, float32 ones, as IEEE halves
// (half.h). A choice of the sender; nobody behind the decoding knows of it.
enum class WireDType : std::uint8_t { kAsIs, kFloat16 };

using Shape = std::vector<std::int64_t>;

// Bytes of one element.
std::size_t ElementSize(DType dtype);

// "uint8", "int16", "float32": the names used in task.yaml and in messages to people.
std::string_view Name(DType dtype);
std::optional<DType> DTypeFromName(std::string_view name);

// Elements of a tensor of `shape`; nullopt if a dimension is not positive, or the product is beyond
// 2^40 or, of bytes, what memory holds (memory_bytes.h). An empty shape is a scalar: 1.
std::optional<std::int64_t> ElementCount(const Shape& shape);

// "9x128"; a scalar is "scalar".
std::string ToString(const Shape& shape);

// Invariant, which every producer upholds and the trust boundaries check:
// data.size() == ElementCount(shape) * ElementSize(dtype).
struct Tensor {
  DType dtype = DType::kFloat32;
  Shape shape;
  std::vector<std::byte> data;

  bool operator==(const Tensor&) const = default;
};

}  // namespace biglittle
