#include "cli/tuning/cascade_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "core/task/escalated_tensor.h"
#include "core/task/normalisation.h"
#include "device_agent/little/local_classifier.h"
#include "nn/classifier.h"
#include "wire/messages/tensor_codec.h"

namespace biglittle {
namespace {

constexpr std::size_t kBatch = 16;

// False where the net answered with something that is not a finite number.
bool Append(std::span<const float> row, NetLogits& logits) {
  if (!std::ranges::all_of(row, [](float z) { return std::isfinite(z); })) return false;
  logits.outputs = row.size();
  logits.values.insert(logits.values.end(), row.begin(), row.end());
  return true;
}

// Asks every head, as a device that goes through to the last one.
bool RunLittle(const Task& task, const Tensor& window, nn::Classifier& little,
               CascadeTable& table) {
  Normalise(task, window, little.features(0));
  for (std::size_t head = 0; head < little.heads(); ++head) {
    static_cast<void>(little.ClassifyUpTo(head));
    if (!Append(little.logits(head, 0), table.heads[head])) return false;
  }
  return true;
}

absl::Status NotFinite(const LabelledData& data, std::size_t row, std::string_view net) {
  return absl::InvalidArgumentError(
      fmt::format("{}: row {}: the {} net answers with numbers that are not finite; leave the row "
                  "out, or look at 'normalisation' in task.yaml",
                  data.name, row, net));
}

}  // namespace

absl::StatusOr<CascadeTable> RunNets(const Task& task, const LabelledData& data,
                                     const std::function<void(std::size_t)>& progress) {
  auto little = nn::Classifier::Load(task, task.little, 1);
  if (!little.ok()) return little.status();
  auto big = nn::Classifier::Load(task, task.big, kBatch);
  if (!big.ok()) return big.status();

  const EscalatedForm form = EscalatedFormOf(task);
  CascadeTable table;
  table.truth = data.truth;
  table.groups = data.groups;
  table.heads.resize(little->heads());
  for (std::size_t first = 0; first < data.size(); first += kBatch) {
    const std::size_t count = std::min(kBatch, data.size() - first);
    for (std::size_t i = 0; i < count; ++i) {
      const Tensor& window = data.windows[first + i];
      if (const absl::Status fit = CheckWindow(task, window); !fit.ok()) {
        return absl::InvalidArgumentError(
            fmt::format("{}: row {}: {}", data.name, first + i, std::string(fit.message())));
      }
      if (!RunLittle(task, window, *little, table)) return NotFinite(data, first + i, "little");
      FillBigInput(task, wire::AsItArrives(EscalatedTensor(task, window, *little), form.wire_dtype),
                   big->features(static_cast<std::int64_t>(i)));
    }
    static_cast<void>(big->Classify(static_cast<std::int64_t>(count)));
    for (std::size_t i = 0; i < count; ++i) {
      if (!Append(big->logits(big->heads() - 1, static_cast<std::int64_t>(i)), table.big)) {
        return NotFinite(data, first + i, "big");
      }
    }
    progress(first + count);
  }
  return table;
}

std::vector<Prediction> Predictions(const NetLogits& logits, const NetDescription& net,
                                    float temperature) {
  std::vector<Prediction> predictions;
  const std::size_t rows = logits.values.size() / logits.outputs;
  predictions.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    predictions.push_back(Predict(logits.row(i), net.outputs, temperature, net.activation));
  }
  return predictions;
}

CascadePredictions CascadePredictions::Of(const Task& task, const CascadeTable& table) {
  CascadePredictions all;
  for (std::size_t head = 0; head < table.heads.size(); ++head) {
    all.heads.push_back(
        Predictions(table.heads[head], task.little, task.little.temperatures[head]));
  }
  all.big = Predictions(table.big, task.big, task.big.temperatures.back());
  return all;
}

}  // namespace biglittle
