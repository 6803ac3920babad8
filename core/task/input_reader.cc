#include "core/task/input_reader.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tensor.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxDimensions = 8;
// What fits into the largest message that a fleet file allows.
constexpr std::int64_t kMaxReadingBytes = std::int64_t{64} << 20;

std::optional<DType> ReadDType(const YamlNode& node, Problems& problems) {
  const std::vector<std::string_view> names = {Name(DType::kUint8), Name(DType::kInt16),
                                               Name(DType::kFloat32)};
  const auto choice = ReadChoice(node, "dtype", names, problems);
  if (!choice) return std::nullopt;
  return DTypeFromName(names[*choice]);
}

void ReadShape(const YamlNode& node, Task& task, Problems& problems) {
  const auto* items = ReadList(node, "shape", 1, kMaxDimensions, problems);
  if (items == nullptr) return;
  Shape shape;
  for (const YamlNode* item : *items) {
    const auto dimension = ReadWhole(*item, "shape", {1, kMaxReadingBytes}, problems);
    if (!dimension) return;
    shape.push_back(*dimension);
  }
  const auto elements = ElementCount(shape);
  const auto element_size = static_cast<std::int64_t>(ElementSize(task.input_dtype));
  if (!elements || *elements * element_size > kMaxReadingBytes) {
    problems.Add(node, fmt::format("'shape' {} is more than {} bytes a reading", ToString(shape),
                                   kMaxReadingBytes));
    return;
  }
  task.input_shape = std::move(shape);
}

// `dtype`: nullopt where that could not be read.
void ReadWireDType(const YamlNode& node, std::optional<DType> dtype, Task& task,
                   Problems& problems) {
  if (!ReadChoice(node, "wire_dtype", {"float16"}, problems) || !dtype) return;
  if (*dtype != DType::kFloat32) {
    problems.Add(node, fmt::format("'wire_dtype' is only for a 'dtype' of float32; {} crosses the "
                                   "network as it is: leave 'wire_dtype' out",
                                   Name(*dtype)));
    return;
  }
  task.wire_dtype = WireDType::kFloat16;
}

}  // namespace

void ReadInput(const YamlNode& node, Task& task, Problems& problems) {
  MapReader map(node, "input", problems);
  std::optional<DType> dtype;
  if (const YamlNode* name = map.Require("dtype")) dtype = ReadDType(*name, problems);
  if (dtype) task.input_dtype = *dtype;
  if (const YamlNode* shape = map.Require("shape")) ReadShape(*shape, task, problems);
  if (const YamlNode* wire = map.Find("wire_dtype")) ReadWireDType(*wire, dtype, task, problems);
  map.Finish();
}

}  // namespace biglittle
