#include "device_agent/sources/replay/idx_file.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "absl/status/status.h"

namespace biglittle {
namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr int kUnsignedByte = 0x08;

std::int64_t BigEndian(std::span<const std::byte> bytes) {
  std::int64_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::int64_t>(byte);
  return value;
}

}  // namespace

bool IsIdx(std::span<const std::byte> bytes) {
  // The element types are 0x08 to 0x0e; the zeros and that range tell the format well enough.
  return bytes.size() >= kMagicBytes && BigEndian(bytes.first(2)) == 0 &&
         bytes[2] >= std::byte{0x08} && bytes[2] <= std::byte{0x0e};
}

absl::StatusOr<DataArray> ParseIdx(std::span<const std::byte> bytes) {
  if (!IsIdx(bytes)) return absl::DataLossError("not an IDX file");
  const int type = std::to_integer<int>(bytes[2]);
  if (type != kUnsignedByte) {
    return absl::UnimplementedError(
        fmt::format("IDX elements of type {:#04x} are not read, unsigned bytes (0x08) are", type));
  }
  const auto dimensions = std::to_integer<std::size_t>(bytes[3]);
  if (dimensions == 0 || dimensions > kMaxDataDimensions) {
    return absl::UnimplementedError(
        fmt::format("{} dimensions are not read, 1 to {} are", dimensions, kMaxDataDimensions));
  }
  std::span<const std::byte> rest = bytes.subspan(kMagicBytes);
  if (rest.size() < 4 * dimensions) {
    return absl::DataLossError("the IDX data is cut short in its header");
  }
  Shape shape;
  for (std::size_t i = 0; i < dimensions; ++i) {
    shape.push_back(BigEndian(rest.first(4)));
    rest = rest.subspan(4);
  }
  const auto expected = DataBytes(ElementType::kUint8, shape);
  if (!expected) {
    return absl::InvalidArgumentError(
        fmt::format("shape {} is empty or larger than {} bytes, which is the limit",
                    ToString(shape), kMaxDataBytes));
  }
  if (rest.size() != *expected) {
    return absl::DataLossError(fmt::format(
        "shape {} needs {} bytes, the file has {}: {}", ToString(shape), *expected, rest.size(),
        rest.size() < *expected ? "it is cut short" : "something follows the data"));
  }
  return DataArray{ElementType::kUint8, std::move(shape), {rest.begin(), rest.end()}};
}

}  // namespace biglittle
