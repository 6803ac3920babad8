#include "cli/classify/classify_task.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "cli/command_end.h"
#include "cli/installation.h"
#include "cli/new/recording.h"
#include "cli/new/recording_windows.h"
#include "cli/text_file.h"
#include "cli/tuning/cascade_counts.h"
#include "cli/tuning/cascade_table.h"
#include "cli/tuning/labelled_data.h"
#include "core/shown_text.h"
#include "core/task/task_file.h"
#include "core/task/window_layout.h"
#include "device_agent/little/escalation_policy.h"
#include "device_agent/sources/replay/data_file.h"

namespace biglittle {
namespace {

// An array is of windows already.
bool IsRecordingFile(const std::filesystem::path& path) {
  return IsRecording(path) && path.extension() != ".npy";
}

// Whole numbers of a recording as the task's element type; what does not fit is its nearest.
template <typename Element>
std::vector<std::byte> Rounded(const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(Element));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float held =
        std::clamp(std::round(values[i]), static_cast<float>(std::numeric_limits<Element>::min()),
                   static_cast<float>(std::numeric_limits<Element>::max()));
    const auto element = static_cast<Element>(held);
    std::memcpy(bytes.data() + i * sizeof(Element), &element, sizeof(Element));
  }
  return bytes;
}

std::vector<float> AsFloats(const DataArray& array) {
  std::vector<float> values;
  const std::size_t size = ElementSize(array.type);
  for (std::size_t at = 0; at < array.data.size(); at += size) {
    if (array.type == ElementType::kInt16) {
      std::int16_t element = 0;
      std::memcpy(&element, array.data.data() + at, sizeof(element));
      values.push_back(element);
    } else {
      float element = 0.0F;
      std::memcpy(&element, array.data.data() + at, sizeof(element));
      values.push_back(element);
    }
  }
  return values;
}

absl::StatusOr<DataArray> FromRecording(const ClassifyTaskOptions& options, const Task& task) {
  const auto recording = ReadRecording(options.input, {.columns = {}});
  if (!recording.ok()) return recording.status();
  const std::string file = Shown(options.input.string());
  // A vector of features is a row of the recording.
  const bool is_vector = task.input_shape.size() == 1;
  if ((task.input_shape.size() != 2 && !is_vector) ||
      task.input_shape[0] != static_cast<std::int64_t>(recording->channels)) {
    return absl::InvalidArgumentError(fmt::format("{} has {} channels, task {} takes windows of {}",
                                                  file, recording->channels, task.name,
                                                  ToString(task.input_shape)));
  }
  CutOptions cut;
  cut.samples = is_vector ? 1 : static_cast<std::size_t>(task.input_shape[1]);
  cut.rate_hz = task.input_rate_hz;
  cut.resample = options.resample;
  cut.filter = task.input_filter;
  RecordingWindows windows(cut);
  const absl::StatusOr<std::size_t> count = windows.Add(*recording);
  if (!count.ok()) {
    return absl::Status(count.status().code(),
                        fmt::format("{}: {}", file, std::string(count.status().message())));
  }
  if (*count == 0) {
    return absl::InvalidArgumentError(fmt::format(
        "{} is shorter than a window of task {}: {} samples", file, task.name, *cut.samples));
  }
  absl::StatusOr<DataArray> array = windows.Take();
  if (!array.ok() || AsDType(array->type) == task.input_dtype) return array;
  const std::vector<float> values = AsFloats(*array);
  array->type = AsElementType(task.input_dtype);
  switch (task.input_dtype) {
    case DType::kInt16:
      array->data = Rounded<std::int16_t>(values);
      break;
    case DType::kUint8:
      array->data = Rounded<std::uint8_t>(values);
      break;
    case DType::kFloat32:
      array->data.resize(values.size() * sizeof(float));
      std::memcpy(array->data.data(), values.data(), array->data.size());
      break;
  }
  return array;
}

// [N, ...] of what the task takes; one window alone is one reading.
absl::StatusOr<DataArray> FromArray(const ClassifyTaskOptions& options, const Task& task) {
  absl::StatusOr<DataArray> array = LoadDataFile(options.input);
  if (!array.ok()) return array;
  if (AsDType(array->type) != task.input_dtype) {
    return absl::InvalidArgumentError(fmt::format(
        "{} holds {}, task {} takes {}: save it with NumPy's astype", Shown(options.input.string()),
        Name(array->type), task.name, Name(task.input_dtype)));
  }
  const Shape rest(array->shape.begin() + 1, array->shape.end());
  if (!SameLayout(rest, task.input_shape)) {
    if (SameLayout(array->shape, task.input_shape)) {
      array->shape.insert(array->shape.begin(), 1);
    } else {
      return absl::InvalidArgumentError(
          fmt::format("{} has shape {}, task {} takes Nx{}{}", Shown(options.input.string()),
                      ToString(array->shape), task.name, ToString(task.input_shape),
                      LayoutMend(rest, task.input_shape, 1)));
    }
  }
  return array;
}

LabelledData AsReadings(const std::filesystem::path& file, const DataArray& array,
                        const Task& task) {
  LabelledData data;
  data.name = file.string();
  const auto count = static_cast<std::size_t>(array.shape[0]);
  const std::size_t bytes = array.data.size() / count;
  for (std::size_t i = 0; i < count; ++i) {
    const auto from = array.data.begin() + static_cast<std::ptrdiff_t>(i * bytes);
    data.windows.push_back(
        {task.input_dtype, task.input_shape, {from, from + static_cast<std::ptrdiff_t>(bytes)}});
  }
  data.truth.assign(count, 0);  // nobody knows, and nobody asks
  return data;
}

struct Answer {
  Prediction final;
  std::string_view decider;
  Prediction little;  // of the head that was asked last
  Prediction big;
};

std::vector<Answer> Answers(const Task& task, const CascadeTable& table,
                            const EscalationRule& rule) {
  const CascadePredictions predictions = CascadePredictions::Of(task, table);
  std::vector<Answer> answers;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const LocalDecision local = DecideRow(predictions, rule, row).local;
    const Prediction& little = predictions.heads[local.head][row];
    const bool is_exit = local.head + 1 < predictions.heads.size();
    answers.push_back({local.answered ? little : predictions.big[row],
                       !local.answered ? "cloud"
                       : is_exit       ? "device, early exit"
                                       : "device",
                       little, predictions.big[row]});
  }
  return answers;
}

nlohmann::ordered_json ToJson(const Task& task, const Prediction& prediction) {
  return {{"label", task.LabelOf(prediction.class_index)}, {"confidence", prediction.confidence}};
}

std::string ToJson(const Task& task, const std::vector<Answer>& answers) {
  auto readings = nlohmann::ordered_json::array();
  for (const Answer& answer : answers) {
    nlohmann::ordered_json one = ToJson(task, answer.final);
    one["decided_by"] = answer.decider;
    one["little"] = ToJson(task, answer.little);
    one["big"] = ToJson(task, answer.big);
    readings.push_back(std::move(one));
  }
  return nlohmann::ordered_json{{"task", task.name}, {"readings", readings}}.dump(1) + "\n";
}

// Where a window of a recording begins, in seconds; else the row.
std::string PlaceOf(const ClassifyTaskOptions& options, const Task& task, std::size_t row) {
  if (!IsRecordingFile(options.input) || !task.input_rate_hz) return fmt::format("{}", row);
  return fmt::format("{:.2f} s", static_cast<double>(row) *
                                     static_cast<double>(task.input_shape.back()) /
                                     static_cast<double>(*task.input_rate_hz));
}

void Print(const ClassifyTaskOptions& options, const Task& task, const std::vector<Answer>& answers,
           std::ostream& out) {
  const auto cell = [&task](const Prediction& prediction) {
    return fmt::format("{} {:.1f} %", Shown(std::string(task.LabelOf(prediction.class_index))),
                       static_cast<double>(prediction.confidence) * 100.0);
  };
  fmt::print(out, "{:>10}  {:<28} {:<20} {:<28} {}\n", "reading", "answer", "decided by",
             "the little net says", "the big net says");
  for (std::size_t row = 0; row < answers.size(); ++row) {
    const Answer& answer = answers[row];
    fmt::print(out, "{:>10}  {:<28} {:<20} {:<28} {}\n", PlaceOf(options, task, row),
               cell(answer.final), answer.decider, cell(answer.little), cell(answer.big));
  }
}

absl::Status Run(const ClassifyTaskOptions& options, std::ostream& out) {
  const auto models =
      options.models.empty() ? Installation::Find().home / "models" : options.models;
  const Parsed<Task> task = LoadTask(models / options.task / "task.yaml");
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  const absl::StatusOr<EscalationRule> rule = MakeRule(*task.value, {});
  if (!rule.ok()) return rule.status();
  const absl::StatusOr<DataArray> array = IsRecordingFile(options.input)
                                              ? FromRecording(options, *task.value)
                                              : FromArray(options, *task.value);
  if (!array.ok()) return array.status();
  const LabelledData data = AsReadings(options.input, *array, *task.value);
  const absl::StatusOr<CascadeTable> table = RunNets(*task.value, data, [](std::size_t) {});
  if (!table.ok()) return table.status();
  const std::vector<Answer> answers = Answers(*task.value, *table, *rule);
  if (!options.json.empty()) return WriteTextFile(options.json, ToJson(*task.value, answers));
  Print(options, *task.value, answers, out);
  return absl::OkStatus();
}

}  // namespace

int RunClassifyTask(const ClassifyTaskOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("classify", Run(options, out), err);
}

}  // namespace biglittle
