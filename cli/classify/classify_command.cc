#include "cli/classify/classify_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "cli/command_end.h"
#include "cli/text_file.h"
#include "core/task/window_layout.h"
#include "core/text.h"
#include "device_agent/sources/replay/data_file.h"
#include "nn/model.h"

namespace biglittle {
namespace {

constexpr std::int64_t kMaxBatch = 32;

template <typename Element>
void AppendAs(const DataArray& array, std::vector<float>& values) {
  for (std::size_t at = 0; at < array.data.size(); at += sizeof(Element)) {
    Element element;
    std::memcpy(&element, array.data.data() + at, sizeof(element));
    values.push_back(static_cast<float>(element));
  }
}

absl::StatusOr<std::vector<float>> ToFloats(const ClassifyOptions& options,
                                            const DataArray& array) {
  std::vector<float> values;
  switch (array.type) {
    case ElementType::kUint8:
      AppendAs<std::uint8_t>(array, values);
      break;
    case ElementType::kInt16:
      AppendAs<std::int16_t>(array, values);
      break;
    case ElementType::kFloat32:
      AppendAs<float>(array, values);
      break;
    default:
      return absl::InvalidArgumentError(
          fmt::format("{} holds {}, inputs may be uint8, int16 or float32", options.input.string(),
                      Name(array.type)));
  }
  const auto bad = std::ranges::find_if(values, [](float v) { return !std::isfinite(v); });
  if (bad != values.end()) {
    return absl::InvalidArgumentError(fmt::format("{}: element {} is not a finite number",
                                                  options.input.string(), bad - values.begin()));
  }
  return values;
}

// [N, ...] where ... has the layout that the model takes.
absl::Status CheckShape(const ClassifyOptions& options, const DataArray& array,
                        const nn::Model& model) {
  const Shape rest(array.shape.begin() + 1, array.shape.end());
  if (SameLayout(rest, model.input().shape)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} has shape {}, {} takes Nx{}{}", options.input.string(), ToString(array.shape),
                  options.model.string(), ToString(model.input().shape),
                  LayoutMend(rest, model.input().shape, 1)));
}

// The indices of the outputs to print: the one that was named, else all.
absl::StatusOr<std::vector<std::size_t>> ChosenOutputs(const ClassifyOptions& options,
                                                       const nn::Model& model) {
  std::vector<std::size_t> chosen;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < model.outputs().size(); ++i) {
    names.push_back(Quoted(model.outputs()[i].name));
    if (!options.output || *options.output == model.outputs()[i].name) chosen.push_back(i);
  }
  if (!chosen.empty()) return chosen;
  return absl::InvalidArgumentError(fmt::format("{} has no output {}; --output may be {}",
                                                options.model.string(), Quoted(*options.output),
                                                fmt::join(names, ", ")));
}

// What the reader of the numbers must know of them.
void TellWhatIsPrinted(const nn::Model& model, const std::vector<std::size_t>& chosen,
                       std::ostream& err) {
  std::vector<std::string> names;
  for (const std::size_t i : chosen) names.push_back(Quoted(model.outputs()[i].name));
  fmt::print(err,
             "biglittle classify: the input goes into the net as it is, no task normalises it; "
             "printed: {}{}\n",
             fmt::join(names, ", "),
             names.size() > 1
                 ? fmt::format("; 'outputs' and 'classes' are those of {}", names.back())
                 : "");
}

using Rows = std::vector<std::vector<float>>;

void AppendRows(std::span<const float> values, std::size_t elements, Rows& rows) {
  for (; !values.empty(); values = values.subspan(elements)) {
    const std::span<const float> row = values.first(elements);
    rows.emplace_back(row.begin(), row.end());
  }
}

// The rows of each chosen output.
std::vector<Rows> Classify(const nn::Model& model, nn::Context& context,
                           std::span<const float> values, const std::vector<std::size_t>& chosen) {
  const auto in = static_cast<std::size_t>(model.input().elements);
  std::vector<Rows> rows(chosen.size());
  while (!values.empty()) {
    const std::size_t batch = std::min<std::size_t>(values.size() / in, kMaxBatch);
    std::ranges::copy(values.first(batch * in), context.input(batch).begin());
    context.Invoke(static_cast<std::int64_t>(batch));
    for (std::size_t k = 0; k < chosen.size(); ++k) {
      AppendRows(
          context.output(static_cast<std::int64_t>(batch), static_cast<std::int64_t>(chosen[k])),
          static_cast<std::size_t>(model.outputs()[chosen[k]].elements), rows[k]);
    }
    values = values.subspan(batch * in);
  }
  return rows;
}

std::string ToJson(const nn::Model& model, const std::vector<std::size_t>& chosen,
                   std::vector<Rows> rows) {
  nlohmann::json classes = nlohmann::json::array();
  for (const std::vector<float>& row : rows.back()) {
    classes.push_back(std::ranges::max_element(row) - row.begin());
  }
  nlohmann::json json{{"outputs", rows.back()}, {"classes", std::move(classes)}};
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    json["named_outputs"][model.outputs()[chosen[k]].name] = std::move(rows[k]);
  }
  // A model's names may be no UTF-8.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

absl::Status Run(const ClassifyOptions& options, std::ostream& out, std::ostream& err) {
  const absl::StatusOr<nn::Model> model = nn::Model::Load(options.model);
  if (!model.ok()) return model.status();
  const auto chosen = ChosenOutputs(options, *model);
  if (!chosen.ok()) return chosen.status();
  const absl::StatusOr<DataArray> array = LoadDataFile(options.input);
  if (!array.ok()) return array.status();
  if (absl::Status status = CheckShape(options, *array, *model); !status.ok()) return status;
  const absl::StatusOr<std::vector<float>> values = ToFloats(options, *array);
  if (!values.ok()) return values.status();
  absl::StatusOr<nn::Context> context = model->Prepare({.max_batch = kMaxBatch});
  if (!context.ok()) return context.status();

  TellWhatIsPrinted(*model, *chosen, err);
  const std::string json = ToJson(*model, *chosen, Classify(*model, *context, *values, *chosen));
  if (!options.json.empty()) return WriteTextFile(options.json, json);
  out << json;
  return absl::OkStatus();
}

}  // namespace

int RunClassify(const ClassifyOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("classify", Run(options, out, err), err);
}

}  // namespace biglittle
