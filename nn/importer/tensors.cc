#include "nn/importer/tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"

namespace biglittle::nn {
namespace {

static_assert(std::endian::native == std::endian::little, "raw data is read without swapping");

absl::Status Invalid(const std::string& what, const std::string& reason) {
  return absl::InvalidArgumentError(fmt::format("{} {}", what, reason));
}

absl::Status Unsupported(const std::string& what, const std::string& reason) {
  return absl::UnimplementedError(fmt::format("{} {}", what, reason));
}

// Where a tensor's elements are: in a list of the message, or as bytes.
struct Raw {
  std::string_view bytes;
  bool given = false;  // as bytes, though there may be none
};

float FromHalf(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16U;
  const std::uint32_t exponent = (half >> 10U) & 0x1FU;
  const std::uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0x1F) {
    return std::bit_cast<float>(sign | 0x7F800000U | mantissa << 13U);
  }
  if (exponent == 0) {  // zero or subnormal
    const float magnitude = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | (exponent + 112U) << 23U | mantissa << 13U);
}

float FromBfloat(std::uint16_t upper) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16U);
}

// Fills `elements` with `count` elements, which are either raw bytes or a list; false if the tensor
// has more or fewer. What is allocated is what the file holds. A bool is a byte in raw data.
template <typename Element, typename Stored, typename List, typename Convert>
bool Read(const Raw& raw, const List& list, std::size_t count, Convert convert,
          std::vector<Stored>& elements) {
  if (!raw.given) {
    if (static_cast<std::size_t>(list.size()) != count) return false;
    elements.reserve(count);
    for (const auto element : list) elements.push_back(convert(static_cast<Element>(element)));
    return true;
  }
  const std::string_view bytes = raw.bytes;
  if (!list.empty() || bytes.size() % sizeof(Element) != 0 ||
      bytes.size() / sizeof(Element) != count) {
    return false;
  }
  elements.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    Element element;
    std::memcpy(&element, bytes.data() + i * sizeof(Element), sizeof(Element));
    elements[i] = convert(element);
  }
  return true;
}

template <typename Element, typename List>
bool ReadInts(const Raw& raw, const List& list, std::size_t count,
              std::vector<std::int64_t>& elements) {
  return Read<Element>(
      raw, list, count, [](Element x) { return static_cast<std::int64_t>(x); }, elements);
}

bool ReadFloats(const onnx::TensorProto& tensor, const Raw& raw, std::size_t count,
                std::vector<float>& floats) {
  switch (tensor.data_type()) {
    case onnx::TensorProto::DOUBLE:
      return Read<double>(
          raw, tensor.double_data(), count, [](double x) { return static_cast<float>(x); }, floats);
    case onnx::TensorProto::FLOAT16:
      return Read<std::uint16_t>(raw, tensor.int32_data(), count, FromHalf, floats);
    case onnx::TensorProto::BFLOAT16:
      return Read<std::uint16_t>(raw, tensor.int32_data(), count, FromBfloat, floats);
    default:
      return Read<float>(
          raw, tensor.float_data(), count, [](float x) { return x; }, floats);
  }
}

bool ReadElements(const onnx::TensorProto& tensor, const Raw& raw, std::size_t count,
                  Constant& constant) {
  std::vector<std::int64_t>& ints = constant.ints;
  switch (constant.type.element) {
    case ElementType::kFloat32:
      return ReadFloats(tensor, raw, count, constant.floats);
    case ElementType::kInt64:
      return ReadInts<std::int64_t>(raw, tensor.int64_data(), count, ints);
    case ElementType::kInt32:
      return ReadInts<std::int32_t>(raw, tensor.int32_data(), count, ints);
    case ElementType::kInt16:
      return ReadInts<std::int16_t>(raw, tensor.int32_data(), count, ints);
    case ElementType::kInt8:
      return ReadInts<std::int8_t>(raw, tensor.int32_data(), count, ints);
    case ElementType::kUint64:
      return ReadInts<std::uint64_t>(raw, tensor.uint64_data(), count, ints);
    case ElementType::kUint32:
      return ReadInts<std::uint32_t>(raw, tensor.uint64_data(), count, ints);
    case ElementType::kUint16:
      return ReadInts<std::uint16_t>(raw, tensor.int32_data(), count, ints);
    case ElementType::kUint8:
    case ElementType::kBool:
      return ReadInts<std::uint8_t>(raw, tensor.int32_data(), count, ints);
    case ElementType::kText:
      constant.texts.assign(tensor.string_data().begin(), tensor.string_data().end());
      return !raw.given && constant.texts.size() == count;
  }
  return false;
}

absl::StatusOr<ElementType> ElementOf(const onnx::TensorProto& tensor, const std::string& what) {
  if (const auto element = nn::ElementTypeOf(tensor.data_type())) return *element;
  return Unsupported(what, fmt::format("is {}; supported are float32, float64, float16, integers "
                                       "of 8 to 64 bits and bool",
                                       TypeName(tensor.data_type())));
}

// A number of the description of external data; nullopt if it is none.
std::optional<std::uint64_t> ToNumber(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && last == end ? std::optional(number) : std::nullopt;
}

// The bytes of a tensor that are in a file beside the model.
absl::StatusOr<std::string_view> ExternalBytes(const onnx::TensorProto& tensor,
                                               const std::string& what, WeightFiles* files) {
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
  for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
    const bool number = entry.key() == "offset" || entry.key() == "length";
    const auto value = number ? ToNumber(entry.value()) : std::nullopt;
    if (number && !value) {
      return Invalid(what, fmt::format("has the {} {} in another file", Quote(entry.key()),
                                       Quote(entry.value())));
    }
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = *value;
    if (entry.key() == "length") length = *value;
  }
  if (files == nullptr) {
    return Unsupported(what, fmt::format("keeps its data in another file, {}; save the model as "
                                         "one file (onnx.save with save_as_external_data=False)",
                                         Quote(location)));
  }
  if (!IsPlainFileName(location)) {
    return Invalid(what, fmt::format("keeps its data in {}: it must be a file beside the model, "
                                     "named without a folder",
                                     Quote(location)));
  }
  const auto file = files->Read(location);
  if (!file.ok()) {
    return absl::Status(file.status().code(),
                        fmt::format("{} keeps its data in {}: {}", what, Quote(location),
                                    std::string(file.status().message())));
  }
  const std::string_view bytes(reinterpret_cast<const char*>(file->data()), file->size());
  if (offset > bytes.size() || length.value_or(0) > bytes.size() - offset) {
    return Invalid(what, fmt::format("keeps its data in {}, which is too short for it; take the "
                                     "matching pair of files",
                                     Quote(location)));
  }
  const std::string_view own = bytes.substr(offset, length.value_or(bytes.size() - offset));
  if (files->Take(own.size())) return own;
  return absl::ResourceExhaustedError(
      fmt::format("{} and those before it take more from other files than is allowed", what));
}

absl::Status CheckNumbers(const Constant& constant, const std::string& what) {
  const auto bad = std::ranges::find_if(constant.floats, [](float x) { return std::isnan(x); });
  if (bad != constant.floats.end()) {
    return Invalid(what, fmt::format("holds {} at element {}; weights must be numbers", *bad,
                                     bad - constant.floats.begin()));
  }
  // kBatch is a symbol inside the engine, and no sane number; it is out of every range.
  const IntegerRange range = RangeOf(constant.type.element);
  for (const std::int64_t number : constant.ints) {
    if (number < range.least || number > range.greatest) {
      return Invalid(what, "holds an absurd number");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string TypeName(int data_type) {
  if (!onnx::TensorProto_DataType_IsValid(data_type)) {
    return fmt::format("of unknown type {}", data_type);
  }
  std::string name =
      onnx::TensorProto_DataType_Name(static_cast<onnx::TensorProto_DataType>(data_type));
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name == "float" ? "float32" : name;
}

absl::StatusOr<ConstantPtr> ImportTensor(const onnx::TensorProto& tensor, const std::string& what,
                                         WeightFiles* files, bool nan) {
  if (tensor.has_segment()) return Unsupported(what, "is cut into segments");
  const absl::StatusOr<ElementType> element = ElementOf(tensor, what);
  if (!element.ok()) return element.status();
  if (tensor.dims_size() > static_cast<int>(kMaxRank)) {
    return Unsupported(what, fmt::format("has more than {} dimensions", kMaxRank));
  }
  auto constant = std::make_shared<Constant>();
  constant->type = {*element, {tensor.dims().begin(), tensor.dims().end()}};
  const Dims& dims = constant->type.dims;
  const auto count = constant->type.has_batch() ? std::nullopt : CountElements(dims);
  if (!count.has_value() && !constant->type.IsEmptyList()) {
    return Invalid(what, fmt::format("has the impossible shape {}", ToString(dims)));
  }
  Raw raw{tensor.raw_data(), !tensor.raw_data().empty()};
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    const auto bytes = ExternalBytes(tensor, what, files);
    if (!bytes.ok()) return bytes.status();
    raw = Raw{*bytes, true};
  }
  if (!ReadElements(tensor, raw, static_cast<std::size_t>(count.value_or(0)), *constant)) {
    return Invalid(what, fmt::format("does not hold the {} elements that its shape {} asks for",
                                     count.value_or(0), ToString(dims)));
  }
  if (absl::Status s = nan ? absl::OkStatus() : CheckNumbers(*constant, what); !s.ok()) return s;
  return ConstantPtr(std::move(constant));
}

namespace {

// Of TreeEnsemble: NaN ends a set, and stands where a set is asked for.
bool MayHoldNaN(const std::string& attribute) {
  return attribute == "membership_values" || attribute == "nodes_splits";
}

}  // namespace

absl::StatusOr<Attribute> ImportAttribute(const onnx::AttributeProto& attribute,
                                          const std::string& what, WeightFiles* files) {
  Attribute imported{attribute.name(), Attribute::Unsupported{}};
  switch (attribute.type()) {
    case onnx::AttributeProto::INT:
      imported.value = static_cast<std::int64_t>(attribute.i());
      break;
    case onnx::AttributeProto::FLOAT:
      imported.value = attribute.f();
      break;
    case onnx::AttributeProto::STRING:
      imported.value = attribute.s();
      break;
    case onnx::AttributeProto::INTS:
      imported.value = std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end());
      break;
    case onnx::AttributeProto::FLOATS:
      imported.value = std::vector<float>(attribute.floats().begin(), attribute.floats().end());
      break;
    case onnx::AttributeProto::STRINGS:
      imported.value =
          std::vector<std::string>(attribute.strings().begin(), attribute.strings().end());
      break;
    case onnx::AttributeProto::TENSOR: {
      absl::StatusOr<ConstantPtr> tensor =
          ImportTensor(attribute.t(), what, files, MayHoldNaN(attribute.name()));
      if (!tensor.ok()) return tensor.status();
      imported.value = *std::move(tensor);
      break;
    }
    default:
      break;
  }
  const auto* ints = std::get_if<std::vector<std::int64_t>>(&imported.value);
  const auto* single = std::get_if<std::int64_t>(&imported.value);
  if ((ints != nullptr && std::ranges::count(*ints, kBatch) > 0) ||
      (single != nullptr && *single == kBatch)) {
    return Invalid(what, "holds an absurd number");
  }
  return imported;
}

}  // namespace biglittle::nn
