#include "cli/classify/net_array.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

#include "core/half.h"
#include "core/read_file.h"
#include "device_agent/sources/arrays/data_array.h"
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

// nullopt for a type that is not known here.
std::optional<std::vector<float>> ValuesOf(std::string_view description, std::string_view bytes) {
  if (description == "<f4") return As<float>(bytes);
  if (description == "<f8") return As<double>(bytes);
  if (description == "<f2") return Converted<std::uint16_t>(bytes, FloatOf);
  if (description == "|u1" || description == "|b1") return As<std::uint8_t>(bytes);
  if (description == "|i1") return As<std::int8_t>(bytes);
  if (description == "<u2") return As<std::uint16_t>(bytes);
  if (description == "<i2") return As<std::int16_t>(bytes);
  if (description == "<u4") return As<std::uint32_t>(bytes);
  if (description == "<i4") return As<std::int32_t>(bytes);
  if (description == "<u8") return As<std::uint64_t>(bytes);
  if (description == "<i8") return As<std::int64_t>(bytes);
  return std::nullopt;
}

// The text between `before` and `after`; "" if it is not there.
std::string_view Between(std::string_view text, std::string_view before, char after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + before.size());
  return text.substr(0, text.find(after));
}

std::optional<Shape> ParseShape(std::string_view text) {
  Shape shape;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
    if (text.empty()) return shape;
    std::int64_t extent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (error != std::errc() || extent < 1 || shape.size() >= kMaxDataDimensions) {
      return std::nullopt;
    }
    shape.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
}

// What NumPy writes, in row-major order; nullopt for anything else.
std::optional<NetArray> ParseNumPy(const std::filesystem::path& path, std::string_view content) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  constexpr std::size_t kFront = 10;  // magic, version 1, length of the header
  if (!content.starts_with(kMagic) || content.size() < kFront || content[6] != 1) {
    return std::nullopt;
  }
  std::uint16_t length = 0;
  std::memcpy(&length, content.data() + 8, sizeof(length));
  const std::string_view header = content.substr(kFront, length);
  if (header.find("'fortran_order': False") == std::string_view::npos) return std::nullopt;
  const std::size_t from = header.find("'shape': (");
  const auto shape = ParseShape(Between(header, "'shape': (", ')'));
  if (from == std::string_view::npos || !shape || content.size() < kFront + length) {
    return std::nullopt;
  }
  auto values = ValuesOf(Between(header, "'descr': '", '\''), content.substr(kFront + length));
  const auto count = ElementCount(*shape);
  if (!values || (!shape->empty() && !count) ||
      values->size() != static_cast<std::size_t>(shape->empty() ? 1 : *count)) {
    return std::nullopt;
  }
  return NetArray{path, *shape, *std::move(values)};
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
  if (const auto content = ReadWholeFile(path, kMaxDataBytes); content.ok()) {
    if (auto array = ParseNumPy(path, *content)) return *std::move(array);
  }
  const absl::StatusOr<DataArray> array = LoadDataFile(path);
  if (!array.ok()) return array.status();
  const std::string_view bytes(reinterpret_cast<const char*>(array->data.data()),
                               array->data.size());
  return NetArray{path, array->shape, *ValuesOf(DescriptionOf(array->type), bytes)};
}

}  // namespace biglittle
