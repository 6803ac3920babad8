#include "nn/classifier.h"

#include <fmt/format.h>

#include <new>
#include <string>
#include <utility>

#include "core/digest.h"
#include "core/task/net_file.h"
#include "core/tensor.h"

namespace biglittle::nn {
namespace {

absl::Status CheckFit(const Task& task, const NetDescription& net, const Model& model) {
  if (model.input().shape != task.input_shape) {
    return absl::InvalidArgumentError(fmt::format("{} takes input of shape {}, task {} has {}",
                                                  net.file.string(), ToString(model.input().shape),
                                                  task.name, ToString(task.input_shape)));
  }
  if (model.outputs().size() != net.heads()) {
    return absl::InvalidArgumentError(
        fmt::format("{} has {} output tensors, task {} takes {}: {}", net.file.string(),
                    model.outputs().size(), task.name, net.heads(),
                    net.heads() == 1 ? "only a little net whose design is early_exit has two"
                                     : "the early exit's logits and the final ones"));
  }
  for (const Port& output : model.outputs()) {
    if (output.elements == static_cast<std::int64_t>(net.outputs.size())) continue;
    return absl::InvalidArgumentError(fmt::format("{} has {} outputs, task {} names {}",
                                                  net.file.string(), output.elements, task.name,
                                                  net.outputs.size()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Model> LoadNet(const Task& task, const NetDescription& net) {
  try {
    const absl::StatusOr<std::vector<std::byte>> bytes = ReadNetFile(net);
    if (!bytes.ok()) return bytes.status();
    if (const std::string digest = Sha256(*bytes); digest != net.sha256) {
      return absl::FailedPreconditionError(
          fmt::format("{} has sha256 {}, task {} names {}: take the matching pair of files",
                      net.file.string(), digest, task.name, net.sha256));
    }
    return Model::Parse(*bytes, net.file.string());
  } catch (const std::bad_alloc&) {
    return absl::UnavailableError("there is not enough memory to read the model");
  }
}

Classifier::Classifier(Model model, Context context, const NetDescription& net)
    : model_(std::move(model)),
      context_(std::move(context)),
      outputs_(net.outputs),
      activation_(net.activation),
      temperatures_(net.temperatures) {}

Classifier::Classifier(const Classifier& other, Context context)
    : model_(other.model_),
      context_(std::move(context)),
      outputs_(other.outputs_),
      activation_(other.activation_),
      temperatures_(other.temperatures_) {}

absl::StatusOr<Classifier> Classifier::Load(const Task& task, const NetDescription& net,
                                            std::int64_t max_batch) {
  absl::StatusOr<Model> model = LoadNet(task, net);
  if (!model.ok()) return model.status();
  if (absl::Status status = CheckFit(task, net, *model); !status.ok()) return status;
  absl::StatusOr<Context> context = model->Prepare({.max_batch = max_batch});
  if (!context.ok()) return context.status();
  return Classifier(*std::move(model), *std::move(context), net);
}

absl::StatusOr<Classifier> Classifier::Another() const {
  absl::StatusOr<Context> context = model_.Prepare({.max_batch = max_batch()});
  if (!context.ok()) return context.status();
  return Classifier(*this, *std::move(context));
}

std::span<float> Classifier::features(std::int64_t index) {
  const auto elements = static_cast<std::size_t>(model_.input().elements);
  return context_.input(index + 1).subspan(static_cast<std::size_t>(index) * elements, elements);
}

std::vector<Prediction> Classifier::Classify(std::int64_t batch) {
  context_.Invoke(batch);
  std::vector<Prediction> predictions;
  predictions.reserve(static_cast<std::size_t>(batch));
  for (std::int64_t i = 0; i < batch; ++i) predictions.push_back(PredictionOf(heads() - 1, i));
  return predictions;
}

Prediction Classifier::ClassifyUpTo(std::size_t head) {
  context_.InvokeUpTo(static_cast<std::int64_t>(head));
  return PredictionOf(head, 0);
}

std::span<const float> Classifier::logits(std::size_t head, std::int64_t index) const {
  return context_.output(index + 1, static_cast<std::int64_t>(head))
      .subspan(static_cast<std::size_t>(index) * outputs_.size(), outputs_.size());
}

Prediction Classifier::PredictionOf(std::size_t head, std::int64_t index) const {
  return Predict(logits(head, index), outputs_, temperatures_[head], activation_);
}

}  // namespace biglittle::nn
