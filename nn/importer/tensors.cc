#include "nn/importer/tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
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

// Fills `elements` with `count` elements, which are either raw bytes or a list; false if the tensor
// has more or fewer. What is allocated is what the file holds. A bool is a byte in raw data.
template <typename Raw, typename Element, typename List>
bool Read(const onnx::TensorProto& tensor, const List& list, std::size_t count,
          std::vector<Element>& elements) {
  const std::string& raw = tensor.raw_data();
  if (raw.empty()) {
    if (static_cast<std::size_t>(list.size()) != count) return false;
    elements.assign(list.begin(), list.end());
    return true;
  }
  if (!list.empty() || raw.size() % sizeof(Raw) != 0 || raw.size() / sizeof(Raw) != count) {
    return false;
  }
  elements.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    Raw element;
    std::memcpy(&element, raw.data() + i * sizeof(Raw), sizeof(Raw));
    elements[i] = static_cast<Element>(element);
  }
  return true;
}

bool ReadElements(const onnx::TensorProto& tensor, std::size_t count, Constant& constant) {
  switch (constant.type.element) {
    case ElementType::kFloat32:
      return Read<float>(tensor, tensor.float_data(), count, constant.floats);
    case ElementType::kInt64:
      return Read<std::int64_t>(tensor, tensor.int64_data(), count, constant.ints);
    case ElementType::kInt32:
      return Read<std::int32_t>(tensor, tensor.int32_data(), count, constant.ints);
    case ElementType::kInt8:
      return Read<std::int8_t>(tensor, tensor.int32_data(), count, constant.ints);
    case ElementType::kUint8:
    case ElementType::kBool:
      return Read<std::uint8_t>(tensor, tensor.int32_data(), count, constant.ints);
  }
  return false;
}

absl::StatusOr<ElementType> ElementOf(const onnx::TensorProto& tensor, const std::string& what) {
  switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
      return ElementType::kFloat32;
    case onnx::TensorProto::INT64:
      return ElementType::kInt64;
    case onnx::TensorProto::INT32:
      return ElementType::kInt32;
    case onnx::TensorProto::INT8:
      return ElementType::kInt8;
    case onnx::TensorProto::UINT8:
      return ElementType::kUint8;
    case onnx::TensorProto::BOOL:
      return ElementType::kBool;
    default:
      return Unsupported(
          what, fmt::format("is {}; supported are float32, int64, int32, int8, uint8 and bool",
                            TypeName(tensor.data_type())));
  }
}

absl::Status CheckNumbers(const Constant& constant, const std::string& what) {
  const auto bad = std::ranges::find_if(constant.floats, [](float x) { return !std::isfinite(x); });
  if (bad != constant.floats.end()) {
    return Invalid(what, fmt::format("holds {} at element {}; weights must be finite", *bad,
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

absl::StatusOr<ConstantPtr> ImportTensor(const onnx::TensorProto& tensor, const std::string& what) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    return Unsupported(what, "keeps its data in another file; save the model as one file");
  }
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
  if (!ReadElements(tensor, static_cast<std::size_t>(count.value_or(0)), *constant)) {
    return Invalid(what, fmt::format("does not hold the {} elements that its shape {} asks for",
                                     count.value_or(0), ToString(dims)));
  }
  if (absl::Status s = CheckNumbers(*constant, what); !s.ok()) return s;
  return ConstantPtr(std::move(constant));
}

absl::StatusOr<Attribute> ImportAttribute(const onnx::AttributeProto& attribute,
                                          const std::string& what) {
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
      absl::StatusOr<ConstantPtr> tensor = ImportTensor(attribute.t(), what);
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
