#include "core/task/input_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/task/reading_shape.h"
#include "core/tensor.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

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

constexpr std::array<Choice<FilterType>, 3> kFilters{{
    {FilterType::kLowPass, "low_pass"},
    {FilterType::kHighPass, "high_pass"},
    {FilterType::kBandPass, "band_pass"},
}};

constexpr FractionRange kCutOff{0, 1e7, true};

// A low or high pass has one cut-off, a band pass two, below half of the rate.
void CheckFilter(MapReader& map, InputFilter& filter) {
  const bool band = filter.type == FilterType::kBandPass;
  const bool one = filter.hz && !filter.low_hz && !filter.high_hz;
  const bool two = !filter.hz && filter.low_hz && filter.high_hz;
  if (map.is_map() && !(band ? two : one)) {
    map.problems().Add(map.node(), band ? "a band pass needs 'low_hz' and 'high_hz', and no 'hz'"
                                        : "a low or high pass needs 'hz' and nothing else");
  } else if (band && *filter.low_hz >= *filter.high_hz) {
    map.problems().Add(map.node(), "'low_hz' must be less than 'high_hz'");
  }
}

const KeyTable<InputFilter>& FilterKeys() {
  static const KeyTable<InputFilter> keys(
      "filter",
      "a Butterworth filter that a stream goes through before it is cut into windows; windows that "
      "are replayed are taken as they are",
      {ChoiceKey("type", &InputFilter::type, kFilters, {.help = "what passes"}),
       WholeKey("order", &InputFilter::order, {1, 8}, {.help = "how steep it is"}),
       FractionKey("hz", &InputFilter::hz, kCutOff,
                   {.help = "cut-off of a low or high pass", .unit = "Hz", .absent = "none"}),
       FractionKey("low_hz", &InputFilter::low_hz, kCutOff,
                   {.help = "lower cut-off of a band pass", .unit = "Hz", .absent = "none"}),
       FractionKey("high_hz", &InputFilter::high_hz, kCutOff,
                   {.help = "upper cut-off of a band pass", .unit = "Hz", .absent = "none"})},
      CheckFilter);
  return keys;
}

// What each may be depends on the ones before it.
const KeyTable<Task>& InputKeys() {
  static const KeyTable<Task> keys(
      "input", "one reading as the sensor gives it",
      {OwnKey<Task>("dtype", {ShapeOf<DType>(DTypes())}, {.help = "type of the elements"},
                    Need::kRequired),
       ReadingShapeKey("channels first, without the batch"),
       OwnKey<Task>("wire_dtype", {ShapeOf<WireDType>(kWireDTypes)},
                    {.help = "type of the elements [on the "
                             "network](wire.md#what-a-window-travels-as), only with a `dtype` of "
                             "`float32`",
                     .absent = "as `dtype`"}),
       FractionKey("rate_hz", &Task::input_rate_hz, {0, 1e7, true},
                   {.help = "at which the samples of a window follow each other; a source with "
                            "another rate has to say `resample`",
                    .unit = "Hz",
                    .absent = "not known: it is not looked at"}),
       SectionKey("filter", &Task::input_filter, FilterKeys(), {.absent = "none"})});
  return keys;
}

void CheckRate(const YamlNode& filter, const Task& task, Problems& problems) {
  if (!task.input_filter) return;
  if (!task.input_rate_hz) {
    problems.Add(filter, "a 'filter' needs the input's 'rate_hz'");
    return;
  }
  const float highest =
      std::max(task.input_filter->hz.value_or(0.0F), task.input_filter->high_hz.value_or(0.0F));
  if (highest * 2 < *task.input_rate_hz) return;
  problems.Add(filter, fmt::format("a cut-off of {} Hz must be below half of 'rate_hz' ({})",
                                   highest, *task.input_rate_hz));
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
  if (const YamlNode* shape = map.Find("shape")) {
    if (auto read = ReadReadingShape(*shape, ElementSize(task.input_dtype), problems)) {
      task.input_shape = *std::move(read);
    }
  }
  if (const YamlNode* wire = map.Find("wire_dtype")) ReadWireDType(*wire, dtype, task, problems);
  if (const YamlNode* filter = map.Find("filter"); filter != nullptr)
    CheckRate(*filter, task, problems);
  map.Finish();
}

std::shared_ptr<const SectionFacts> InputFacts() { return InputKeys().facts(); }

}  // namespace biglittle
