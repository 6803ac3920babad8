#include "cli/classify/net_array.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

#include "core/half.h"
#include "core/read_file.h"
#include "core/text.h"
#include "device_agent/sources/arrays/data_array.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "device_agent/sources/arrays/npy_order.h"
#include "device_agent/sources/replay/data_file.h"

namespace biglittle {
namespace {

template <typename Element, typename Convert>
std::vector<float> Converted(std::string_view bytes, Convert convert) {
  std::vector<float> values;
  values.reserve(bytes.size() / sizeof(Element));
  for (std::size_t at = 0; at + sizeof(Element) <= bytes.size(); at += sizeof(Element)) {
    Element element;
    std::memcpy(&element, bytes.data() + at, sizeof(element));
    values.push_back(convert(element));
  }
  return values;
}

template <typename Element>
std::vector<float> As(std::string_view bytes) {
  return Converted<Element>(bytes, [](Element x) { return static_cast<float>(x); });
}

// An element type in NumPy's words, without the order of its bytes.
struct NumPyType {
  std::string_view code;
  std::size_t size;
  std::vector<float> (*convert)(std::string_view bytes);
};

std::vector<float> AsHalves(std::string_view bytes) {
  return Converted<std::uint16_t>(bytes, FloatOf);
}

constexpr NumPyType kTypes[] = {
    {"f4", 4, As<float>},         {"f8", 8, As<double>},        {"f2", 2, AsHalves},
    {"u1", 1, As<std::uint8_t>},  {"b1", 1, As<std::uint8_t>},  {"i1", 1, As<std::int8_t>},
    {"u2", 2, As<std::uint16_t>}, {"i2", 2, As<std::int16_t>},  {"u4", 4, As<std::uint32_t>},
    {"i4", 4, As<std::int32_t>},  {"u8", 8, As<std::uint64_t>}, {"i8", 8, As<std::int64_t>},
};

const NumPyType* FindType(std::string_view description) {
  if (description.empty()) return nullptr;
  const auto* const found = std::ranges::find(kTypes, description.substr(1), &NumPyType::code);
  return found == std::end(kTypes) ? nullptr : found;
}

absl::StatusOr<NetArray> ParseNumPy(const std::filesystem::path& path,
                                    std::span<const std::byte> bytes) {
  const absl::StatusOr<std::optional<NpyBeginning>> text = FindNpyBeginning(bytes);
  if (!text.ok()) return text.status();
  if (!*text) return absl::DataLossError("the .npy data is cut short in its header");
  absl::StatusOr<NpyLayout> layout = ParseNpyLayout((*text)->header);
  if (!layout.ok()) return layout.status();
  const NumPyType* const type = FindType(layout->description);
  if (type == nullptr) {
    return absl::UnimplementedError(
        fmt::format("elements of type {} are not read; save integers, bool, float16, float32 or "
                    "float64",
                    Quoted(layout->description)));
  }
  const auto count =
      layout->shape.empty() ? std::optional<std::int64_t>(1) : ElementCount(layout->shape);
  const std::span<const std::byte> data = bytes.subspan((*text)->bytes);
  if (!count || *count < 1 || *count > static_cast<std::int64_t>(kMaxDataBytes / type->size)) {
    return absl::InvalidArgumentError(
        fmt::format("shape {} is empty or larger than {} bytes, which is the limit",
                    ToString(layout->shape), kMaxDataBytes));
  }
  const std::size_t need = static_cast<std::size_t>(*count) * type->size;
  const absl::Status complete = CheckNpyData(layout->description, layout->shape, need, data.size());
  if (!complete.ok()) return complete;
  std::vector<std::byte> ordered = layout->fortran_order && !layout->shape.empty()
                                       ? FromFortranOrder(data, layout->shape, type->size)
                                       : std::vector<std::byte>(data.begin(), data.end());
  if (layout->description.starts_with('>')) SwapBytes(ordered, type->size);
  const std::string_view elements(reinterpret_cast<const char*>(ordered.data()), ordered.size());
  return NetArray{path, std::move(layout->shape), type->convert(elements)};
}

std::string_view DescriptionOf(ElementType type) {
  switch (type) {
    case ElementType::kUint8:
      return "|u1";
    case ElementType::kInt8:
      return "|i1";
    case ElementType::kUint16:
      return "<u2";
    case ElementType::kInt16:
      return "<i2";
    case ElementType::kUint32:
      return "<u4";
    case ElementType::kInt32:
      return "<i4";
    case ElementType::kInt64:
      return "<i8";
    case ElementType::kFloat32:
      break;
  }
  return "<f4";
}

}  // namespace

absl::StatusOr<NetArray> LoadNetArray(const std::filesystem::path& path) {
  const auto content = ReadWholeFile(path, kMaxDataBytes);
  if (content.ok() && IsNpy(std::as_bytes(std::span(*content)))) {
    absl::StatusOr<NetArray> array = ParseNumPy(path, std::as_bytes(std::span(*content)));
    if (array.ok()) return array;
    return absl::Status(array.status().code(), fmt::format("{}: {}", path.string(),
                                                           std::string(array.status().message())));
  }
  const absl::StatusOr<DataArray> array = LoadDataFile(path);
  if (!array.ok()) return array.status();
  const std::string_view bytes(reinterpret_cast<const char*>(array->data.data()),
                               array->data.size());
  return NetArray{path, array->shape, FindType(DescriptionOf(array->type))->convert(bytes)};
}

}  // namespace biglittle
