#include "cli/classify_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/demo_summary.h"
#include <nlohmann/json.hpp>

#include "core/exit_code.h"
#include "device_agent/sources/data_file.h"
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

// [N, ...] where ... has the model's number of elements.
absl::Status CheckShape(const ClassifyOptions& options, const DataArray& array,
                        const nn::Model& model) {
  const Shape rest(array.shape.begin() + 1, array.shape.end());
  if (ElementCount(rest) == model.input().elements) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} has shape {}, {} takes Nx{}", options.input.string(), ToString(array.shape),
                  options.model.string(), ToString(model.input().shape)));
}

nlohmann::json Classify(const nn::Model& model, nn::Context& context,
                        std::span<const float> values) {
  const auto in = static_cast<std::size_t>(model.input().elements);
  const auto classes = static_cast<std::size_t>(model.output().elements);
  nlohmann::json outputs = nlohmann::json::array();
  nlohmann::json best = nlohmann::json::array();
  while (!values.empty()) {
    const std::size_t batch = std::min<std::size_t>(values.size() / in, kMaxBatch);
    std::ranges::copy(values.first(batch * in), context.input(batch).begin());
    context.Invoke(static_cast<std::int64_t>(batch));
    std::span<const float> logits = context.output(batch);
    for (; !logits.empty(); logits = logits.subspan(classes)) {
      const std::span<const float> row = logits.first(classes);
      outputs.push_back(std::vector<float>(row.begin(), row.end()));
      best.push_back(std::ranges::max_element(row) - row.begin());
    }
    values = values.subspan(batch * in);
  }
  return {{"outputs", std::move(outputs)}, {"classes", std::move(best)}};
}

absl::Status Run(const ClassifyOptions& options, std::ostream& out) {
  const absl::StatusOr<nn::Model> model = nn::Model::Load(options.model);
  if (!model.ok()) return model.status();
  const absl::StatusOr<DataArray> array = LoadDataFile(options.input);
  if (!array.ok()) return array.status();
  if (absl::Status status = CheckShape(options, *array, *model); !status.ok()) return status;
  const absl::StatusOr<std::vector<float>> values = ToFloats(options, *array);
  if (!values.ok()) return values.status();
  absl::StatusOr<nn::Context> context = model->Prepare({.max_batch = kMaxBatch});
  if (!context.ok()) return context.status();

  const std::string json = Classify(*model, *context, *values).dump() + "\n";
  if (!options.json.empty()) return WriteTextFile(options.json, json);
  out << json;
  return absl::OkStatus();
}

}  // namespace

int RunClassify(const ClassifyOptions& options, std::ostream& out, std::ostream& err) {
  const absl::Status status = Run(options, out);
  if (status.ok()) return kExitDone;
  fmt::print(err, "biglittle classify: {}\n", std::string(status.message()));
  return status.code() == absl::StatusCode::kInternal ? kExitFailed : kExitBadInput;
}

}  // namespace biglittle
