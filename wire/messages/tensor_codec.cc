#include "wire/messages/tensor_codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "biglittle/v1/escalation.pb.h"
#include "core/half.h"
#include "core/memory_bytes.h"

namespace biglittle::wire {
namespace {

constexpr std::size_t kHalfBytes = 2;

absl::Status Invalid(std::string text) { return absl::InvalidArgumentError(std::move(text)); }

v1::DType ToProto(DType dtype) {
  switch (dtype) {
    case DType::kUint8:
      return v1::DTYPE_UINT8;
    case DType::kInt16:
      return v1::DTYPE_INT16;
    case DType::kFloat32:
      return v1::DTYPE_FLOAT32;
  }
  return v1::DTYPE_UNSPECIFIED;
}

// What the elements of a message are here, and what they are called and how long they are there.
struct Element {
  DType dtype = DType::kFloat32;
  std::string_view name;
  std::size_t bytes = 0;
};

std::optional<Element> FromProto(v1::DType dtype) {
  const auto same = [](DType known) { return Element{known, Name(known), ElementSize(known)}; };
  switch (dtype) {
    case v1::DTYPE_UINT8:
      return same(DType::kUint8);
    case v1::DTYPE_INT16:
      return same(DType::kInt16);
    case v1::DTYPE_FLOAT32:
      return same(DType::kFloat32);
    case v1::DTYPE_FLOAT16:
      return Element{DType::kFloat32, "float16", kHalfBytes};
    default:
      return std::nullopt;
  }
}

std::uint32_t Dimension(std::int64_t value) {
  constexpr std::int64_t kMax = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, kMax));
}

bool AllFinite(std::span<const std::byte> bytes) {
  for (std::size_t at = 0; at + sizeof(float) <= bytes.size(); at += sizeof(float)) {
    float value = 0.0F;
    std::memcpy(&value, bytes.data() + at, sizeof(value));
    if (!std::isfinite(value)) return false;
  }
  return true;
}

// False, with `data` unspecified, where the tensor must travel as it is.
bool EncodeHalves(const Tensor& tensor, std::string& data) {
  if (tensor.dtype != DType::kFloat32) return false;
  data.resize(tensor.data.size() / sizeof(float) * kHalfBytes);
  return FloatsToHalves(tensor.data, std::as_writable_bytes(std::span(data)));
}

}  // namespace

void EncodeTensor(const Tensor& tensor, WireDType wire_dtype, v1::Tensor& out) {
  for (const std::int64_t dimension : tensor.shape) out.add_shape(Dimension(dimension));
  if (wire_dtype == WireDType::kFloat16 && EncodeHalves(tensor, *out.mutable_data())) {
    out.set_dtype(v1::DTYPE_FLOAT16);
    return;
  }
  out.set_dtype(ToProto(tensor.dtype));
  out.set_data(tensor.data.data(), tensor.data.size());
}

absl::StatusOr<Tensor> DecodeTensor(const v1::Tensor& in, const CodecLimits& limits) {
  const std::optional<Element> element = FromProto(in.dtype());
  if (!element) return Invalid(fmt::format("dtype {} is unknown", static_cast<int>(in.dtype())));
  if (static_cast<std::size_t>(in.shape_size()) > limits.max_rank) {
    return Invalid(
        fmt::format("rank {} is over the limit of {}", in.shape_size(), limits.max_rank));
  }
  Tensor tensor;
  tensor.dtype = element->dtype;
  tensor.shape.assign(in.shape().begin(), in.shape().end());
  const std::optional<std::int64_t> elements = ElementCount(tensor.shape);
  if (!elements) {
    return Invalid(fmt::format("shape {} is empty or too large", ToString(tensor.shape)));
  }
  const auto data = std::as_bytes(std::span(in.data()));
  if (data.size() != MemoryBytes(*elements, element->bytes)) {
    return Invalid(fmt::format("{} bytes do not fill shape {} of {}", data.size(),
                               ToString(tensor.shape), element->name));
  }
  bool finite = true;
  if (in.dtype() == v1::DTYPE_FLOAT16) {
    tensor.data.resize(data.size() / kHalfBytes * sizeof(float));
    finite = HalvesToFloats(data, tensor.data);
  } else {
    tensor.data.assign(data.begin(), data.end());
    finite = tensor.dtype != DType::kFloat32 || AllFinite(data);
  }
  if (!finite) return Invalid("a value is not a finite number");
  return tensor;
}

Tensor AsItArrives(Tensor tensor, WireDType wire_dtype) {
  std::string halves;
  if (wire_dtype == WireDType::kFloat16 && EncodeHalves(tensor, halves)) {
    static_cast<void>(HalvesToFloats(std::as_bytes(std::span(halves)), tensor.data));
  }
  return tensor;
}

}  // namespace biglittle::wire
