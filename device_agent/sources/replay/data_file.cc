#include "device_agent/sources/replay/data_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/status.h"

#include "core/program/exception_status.h"
#include "core/read_file.h"
#include "device_agent/sources/arrays/gzip.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "device_agent/sources/replay/cifar_file.h"
#include "device_agent/sources/replay/idx_file.h"

namespace biglittle {
namespace {

absl::Status At(const std::filesystem::path& path, const absl::Status& status) {
  return {status.code(), fmt::format("{}: {}", path.string(), std::string(status.message()))};
}

template <typename Element>
std::int64_t IntegerAt(const DataArray& array, std::size_t index) {
  Element element;
  std::memcpy(&element, array.data.data() + index * sizeof(Element), sizeof(Element));
  return static_cast<std::int64_t>(element);
}

std::int64_t IntegerAt(const DataArray& array, std::size_t index) {
  switch (array.type) {
    case ElementType::kUint8:
      return IntegerAt<std::uint8_t>(array, index);
    case ElementType::kInt8:
      return IntegerAt<std::int8_t>(array, index);
    case ElementType::kUint16:
      return IntegerAt<std::uint16_t>(array, index);
    case ElementType::kInt16:
      return IntegerAt<std::int16_t>(array, index);
    case ElementType::kUint32:
      return IntegerAt<std::uint32_t>(array, index);
    case ElementType::kInt32:
      return IntegerAt<std::int32_t>(array, index);
    case ElementType::kInt64:
      return IntegerAt<std::int64_t>(array, index);
    case ElementType::kFloat32:
      break;
  }
  return -1;  // AsIntegers has refused these
}

}  // namespace

absl::StatusOr<DataArray> ParseData(std::span<const std::byte> bytes, std::size_t limit,
                                    DataRole role) {
  std::vector<std::byte> unpacked;
  if (IsGzip(bytes)) {
    absl::StatusOr<std::vector<std::byte>> result = Gunzip(bytes, limit);
    if (!result.ok()) return result.status();
    unpacked = *std::move(result);
    bytes = unpacked;
  }
  if (IsNpy(bytes)) return ParseNpy(bytes);
  if (IsIdx(bytes)) return ParseIdx(bytes);
  if (IsCifar(bytes)) {
    return role == DataRole::kWindows ? ParseCifarWindows(bytes) : ParseCifarLabels(bytes);
  }
  if (bytes.empty()) return absl::DataLossError("the file is empty");
  if (IsNpz(bytes)) {
    return absl::InvalidArgumentError(
        "an archive of arrays (.npz), or another zip archive; save the one array with numpy.save");
  }
  return absl::InvalidArgumentError(
      "neither a NumPy array (.npy), IDX nor records of CIFAR-10, nor one of them packed with "
      "gzip");
}

namespace {

absl::StatusOr<DataArray> Load(const std::filesystem::path& path, DataRole role) {
  const absl::StatusOr<std::string> content = ReadWholeFile(path, kMaxDataBytes);
  if (!content.ok()) return At(path, content.status());
  const auto bytes = std::as_bytes(std::span(*content));
  absl::StatusOr<DataArray> array = ParseData(bytes, kMaxDataBytes, role);
  if (!array.ok()) return At(path, array.status());
  return array;
}

}  // namespace

// What fits into the limit may not fit into this process.
absl::StatusOr<DataArray> LoadDataFile(const std::filesystem::path& path, DataRole role) {
  try {
    return Load(path, role);
  } catch (...) {
    return At(path, CurrentExceptionStatus());
  }
}

absl::StatusOr<std::vector<std::int64_t>> AsIntegers(const DataArray& array) {
  if (array.type == ElementType::kFloat32) {
    return absl::InvalidArgumentError("must be integers, not float32; save with astype");
  }
  const Shape& shape = array.shape;
  if (shape.size() != 1 && !(shape.size() == 2 && shape[1] == 1)) {
    return absl::InvalidArgumentError(
        fmt::format("one integer a window is needed, not the shape {}", ToString(shape)));
  }
  std::vector<std::int64_t> integers;
  integers.reserve(static_cast<std::size_t>(shape[0]));
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape[0]); ++i) {
    integers.push_back(IntegerAt(array, i));
  }
  return integers;
}

absl::StatusOr<std::vector<int>> AsLabels(const DataArray& labels, std::int64_t count,
                                          std::size_t classes) {
  const absl::StatusOr<std::vector<std::int64_t>> integers = AsIntegers(labels);
  if (!integers.ok() && labels.type == ElementType::kFloat32) {
    return absl::InvalidArgumentError(
        fmt::format("labels {}", std::string(integers.status().message())));
  }
  if (!integers.ok() || labels.shape[0] != count) {
    return absl::InvalidArgumentError(
        fmt::format("labels of shape {} do not fit {} windows; one integer a window is needed",
                    ToString(labels.shape), count));
  }
  std::vector<int> result;
  result.reserve(integers->size());
  for (const std::int64_t label : *integers) {
    if (label < 0 || label >= static_cast<std::int64_t>(classes)) {
      return absl::InvalidArgumentError(
          fmt::format("label {} of window {} is not a class of the task, which has 0 to {}", label,
                      result.size(), classes - 1));
    }
    result.push_back(static_cast<int>(label));
  }
  return result;
}

absl::StatusOr<std::shared_ptr<const DataArray>> DataFiles::Load(const std::filesystem::path& path,
                                                                 DataRole role) {
  const std::lock_guard lock(mutex_);
  const auto known = loaded_.find({path, role});
  if (known != loaded_.end()) return known->second;
  absl::StatusOr<DataArray> array = LoadDataFile(path, role);
  if (!array.ok()) return array.status();
  auto shared = std::make_shared<const DataArray>(*std::move(array));
  loaded_.emplace(std::pair{path, role}, shared);
  return shared;
}

}  // namespace biglittle
