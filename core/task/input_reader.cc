#include "core/task/input_reader.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/tensor.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxDimensions = 8;
// What fits into the largest message that a fleet file allows.
constexpr std::int64_t kMaxReadingBytes = std::int64_t{64} << 20;

constexpr WholeRange kDimension{1, kMaxReadingBytes};
constexpr std::array<Choice<WireDType>, 1> kWireDTypes{{
    {WireDType::kFloat16, "float16", "halves, of half as many bytes"},
}};

const std::array<Choice<DType>, 3>& DTypes() {
  static const std::array<Choice<DType>, 3> types{{
      {DType::kUint8, Name(DType::kUint8)},
      {DType::kInt16, Name(DType::kInt16)},
      {DType::kFloat32, Name(DType::kFloat32)},
  }};
  return types;
}

// What each may be depends on the ones before it.
const KeyTable<Task>& InputKeys() {
  static const KeyTable<Task> keys(
      "input", "one reading as the sensor gives it",
      {OwnKey<Task>("dtype", {ShapeOf<DType>(DTypes())}, {.help = "type of the elements"},
                    Need::kRequired),
       OwnKey<Task>(
           "shape",
           {ListShape{
               .least = 1, .most = kMaxDimensions, .element = Each({WholeShape{kDimension}})}},
           {.help = "channels first, without the batch",
            .range = fmt::format("1 to {} dimensions, {} MiB a reading", kMaxDimensions,
                                 kMaxReadingBytes >> 20)},
           Need::kRequired),
       OwnKey<Task>("wire_dtype", {ShapeOf<WireDType>(kWireDTypes)},
                    {.help = "type of the elements [on the "
                             "network](wire.md#what-a-window-travels-as), only with a `dtype` of "
                             "`float32`",
                     .absent = "as `dtype`"})});
  return keys;
}

void ReadShape(const YamlNode& node, Task& task, Problems& problems) {
  const auto* items = ReadList(node, "shape", 1, kMaxDimensions, problems);
  if (items == nullptr) return;
  Shape shape;
  for (const YamlNode* item : *items) {
    const auto dimension = ReadWhole(*item, "shape", kDimension, problems);
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
  const auto choice = ReadChoiceOf<WireDType>(node, "wire_dtype", kWireDTypes, problems);
  if (!choice || !dtype) return;
  if (*dtype != DType::kFloat32) {
    problems.Add(node, fmt::format("'wire_dtype' is only for a 'dtype' of float32; {} crosses the "
                                   "network as it is: leave 'wire_dtype' out",
                                   Name(*dtype)));
    return;
  }
  task.wire_dtype = *choice;
}

}  // namespace

void ReadInput(const YamlNode& node, Task& task, Problems& problems) {
  MapReader map(node, "input", problems);
  InputKeys().Read(map, task);
  std::optional<DType> dtype;
  if (const YamlNode* name = map.Find("dtype")) {
    dtype = ReadChoiceOf<DType>(*name, "dtype", DTypes(), problems);
  }
  if (dtype) task.input_dtype = *dtype;
  if (const YamlNode* shape = map.Find("shape")) ReadShape(*shape, task, problems);
  if (const YamlNode* wire = map.Find("wire_dtype")) ReadWireDType(*wire, dtype, task, problems);
  map.Finish();
}

std::shared_ptr<const SectionFacts> InputFacts() { return InputKeys().facts(); }

}  // namespace biglittle
