#include "nn/classifier.h"

#include <fmt/format.h>

#include <utility>

#include "core/tensor.h"

namespace biglittle::nn {
namespace {

absl::Status CheckFit(const Task& task, const NetDescription& net, const Model& model) {
  if (model.info().sha256 != net.sha256) {
    return absl::FailedPreconditionError(
        fmt::format("{} has sha256 {}, task {} names {}: take the matching pair of files",
                    net.file.string(), model.info().sha256, task.name, net.sha256));
  }
  if (model.input().shape != task.input_shape) {
    return absl::InvalidArgumentError(fmt::format("{} takes input of shape {}, task {} has {}",
                                                  net.file.string(), ToString(model.input().shape),
                                                  task.name, ToString(task.input_shape)));
  }
  if (model.outputs().size() != 1) {
    return absl::InvalidArgumentError(fmt::format("{} answers with {} tensors, one is expected",
                                                  net.file.string(), model.outputs().size()));
  }
  if (model.output().elements != static_cast<std::int64_t>(net.outputs.size())) {
    return absl::InvalidArgumentError(fmt::format("{} has {} outputs, task {} names {}",
                                                  net.file.string(), model.output().elements,
                                                  task.name, net.outputs.size()));
  }
  return absl::OkStatus();
}

}  // namespace

Classifier::Classifier(Model model, Context context, const NetDescription& net)
    : model_(std::move(model)),
      context_(std::move(context)),
      outputs_(net.outputs),
      temperature_(net.temperature) {}

absl::StatusOr<Classifier> Classifier::Load(const Task& task, const NetDescription& net,
                                            std::int64_t max_batch) {
  absl::StatusOr<Model> model = Model::Load(net.file);
  if (!model.ok()) return model.status();
  if (absl::Status status = CheckFit(task, net, *model); !status.ok()) return status;
  absl::StatusOr<Context> context = model->Prepare({.max_batch = max_batch});
  if (!context.ok()) return context.status();
  return Classifier(*std::move(model), *std::move(context), net);
}

std::span<float> Classifier::features(std::int64_t index) {
  const auto elements = static_cast<std::size_t>(model_.input().elements);
  return context_.input(index + 1).subspan(static_cast<std::size_t>(index) * elements, elements);
}

std::vector<Prediction> Classifier::Classify(std::int64_t batch) {
  context_.Invoke(batch);
  const std::span<const float> logits = context_.output(batch);
  std::vector<Prediction> predictions;
  predictions.reserve(static_cast<std::size_t>(batch));
  for (std::int64_t i = 0; i < batch; ++i) {
    predictions.push_back(
        Predict(logits.subspan(static_cast<std::size_t>(i) * outputs_.size(), outputs_.size()),
                outputs_, temperature_));
  }
  return predictions;
}

}  // namespace biglittle::nn
