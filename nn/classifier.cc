#include "nn/classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/digest.h"
#include "core/task/net_file.h"
#include "core/tensor.h"
#include "nn/graph/load_limits.h"
#include "nn/weight_folder.h"

namespace biglittle::nn {
namespace {

constexpr std::string_view kFeaturesOutput = "features";

bool SendsFeatures(const Task& task, const NetDescription& net) {
  return &net == &task.little && task.EscalatesFeatures();
}

// Of a reading: the window, or the features that are escalated in its place.
const Shape& InputShapeOf(const Task& task, const NetDescription& net) {
  return &net == &task.big && task.EscalatesFeatures() ? task.features_shape : task.input_shape;
}

absl::Status CheckFit(const Task& task, const NetDescription& net, const Model& model) {
  const Shape& wanted = InputShapeOf(task, net);
  const char* what = &wanted == &task.input_shape ? "" : " features of";
  if (model.input().shape != wanted) {
    return absl::InvalidArgumentError(fmt::format("{} takes input of shape {}, task {} has{} {}",
                                                  net.file.string(), ToString(model.input().shape),
                                                  task.name, what, ToString(wanted)));
  }
  if (model.inputs().size() > 1) {
    return absl::InvalidArgumentError(
        fmt::format("{} has {} inputs, task {} gives it the window alone", net.file.string(),
                    model.inputs().size(), task.name));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> FindFeatures(const Task& task, const NetDescription& net,
                                          const Model& model) {
  const auto found = std::ranges::find(model.outputs(), kFeaturesOutput, &Port::name);
  if (found == model.outputs().end()) {
    return absl::InvalidArgumentError(fmt::format(
        "{} has no output '{}', which task {} escalates: export it with one, or leave 'escalate' "
        "out of task.yaml",
        net.file.string(), kFeaturesOutput, task.name));
  }
  if (found->shape != task.features_shape || found->type != "float32") {
    return absl::InvalidArgumentError(
        fmt::format("{} has '{}' of shape {} and {}, task {} has {} of float32", net.file.string(),
                    kFeaturesOutput, ToString(found->shape), found->type, task.name,
                    ToString(task.features_shape)));
  }
  return found - model.outputs().begin();
}

// Which of the outputs are the heads; `features` is none.
absl::StatusOr<std::vector<std::int64_t>> FindHeads(const Task& task, const NetDescription& net,
                                                    const Model& model,
                                                    std::optional<std::int64_t> features) {
  const auto wanted = static_cast<std::int64_t>(net.outputs.size());
  std::vector<std::int64_t> others;
  std::vector<std::int64_t> fitting;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(model.outputs().size()); ++i) {
    if (features == i) continue;
    others.push_back(i);
    const Port& output = model.outputs()[static_cast<std::size_t>(i)];
    if (output.elements == wanted && output.type == "float32") fitting.push_back(i);
  }
  if (fitting.size() == net.heads()) return fitting;
  if (others.size() == net.heads()) {
    for (const std::int64_t i : others) {
      const Port& output = model.outputs()[static_cast<std::size_t>(i)];
      if (output.elements == wanted) continue;
      return absl::InvalidArgumentError(fmt::format("{} has {} outputs, task {} names {}",
                                                    net.file.string(), output.elements, task.name,
                                                    net.outputs.size()));
    }
  }
  return absl::InvalidArgumentError(
      fmt::format("{} has {} output tensors, task {} takes {}: {}", net.file.string(),
                  others.size(), task.name, net.heads(),
                  net.heads() == 1 ? "only a little net whose design is early_exit has two"
                                   : "the early exit's logits and the final ones"));
}

// The shapes that the task says, or else that of its window where the file leaves sizes open.
absl::StatusOr<Model> ParseNet(const Task& task, const NetDescription& net,
                               std::span<const std::byte> bytes, WeightFiles& files) {
  const std::string name = net.file.string();
  InputShapes shapes(net.input_shapes.begin(), net.input_shapes.end());
  absl::StatusOr<Model> model = Model::Parse(bytes, name, {}, Shapes::kBatched, shapes, &files);
  if (model.ok() || !shapes.empty()) return model;
  const auto declared = Model::DeclaredOf(bytes, {}, &files);
  if (!declared.ok() || declared->size() != 1) return model;
  Shape whole = InputShapeOf(task, net);
  whole.insert(whole.begin(), 1);
  shapes[declared->front().name] = std::move(whole);
  absl::StatusOr<Model> fixed = Model::Parse(bytes, name, {}, Shapes::kBatched, shapes, &files);
  return fixed.ok() ? std::move(fixed) : std::move(model);
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
    auto weights = ReadWeightFiles(net);
    if (!weights.ok()) return weights.status();
    // A net whose shapes the task says is read more than once.
    constexpr std::size_t kReadings = 4;
    WeightMemory files(*std::move(weights), kReadings * kMaxNetBytes);
    return ParseNet(task, net, *bytes, files);
  } catch (const std::bad_alloc&) {
    return absl::UnavailableError("there is not enough memory to read the model");
  }
}

Classifier::Classifier(Model model, Context context, const NetDescription& net, Ports ports)
    : model_(std::move(model)),
      context_(std::move(context)),
      outputs_(net.outputs),
      ports_(std::move(ports)),
      activation_(net.activation),
      temperatures_(net.temperatures) {}

Classifier::Classifier(const Classifier& other, Context context)
    : model_(other.model_),
      context_(std::move(context)),
      outputs_(other.outputs_),
      ports_(other.ports_),
      activation_(other.activation_),
      temperatures_(other.temperatures_) {}

absl::StatusOr<Classifier::Ports> Classifier::FindPorts(const Task& task, const NetDescription& net,
                                                        const Model& model) {
  Ports ports;
  if (SendsFeatures(task, net)) {
    const auto features = FindFeatures(task, net, model);
    if (!features.ok()) return features.status();
    ports.features = *features;
  }
  auto heads = FindHeads(task, net, model, ports.features);
  if (!heads.ok()) return heads.status();
  ports.heads = *std::move(heads);
  return ports;
}

absl::StatusOr<Classifier> Classifier::Load(const Task& task, const NetDescription& net,
                                            std::int64_t max_batch) {
  absl::StatusOr<Model> model = LoadNet(task, net);
  if (!model.ok()) return model.status();
  if (absl::Status status = CheckFit(task, net, *model); !status.ok()) return status;
  auto ports = FindPorts(task, net, *model);
  if (!ports.ok()) return ports.status();
  absl::StatusOr<Context> context = model->Prepare({.max_batch = max_batch});
  if (!context.ok()) return context.status();
  return Classifier(*std::move(model), *std::move(context), net, *std::move(ports));
}

absl::StatusOr<Classifier> Classifier::Another() const {
  absl::StatusOr<Context> context = model_.Prepare({.max_batch = max_batch()});
  if (!context.ok()) return context.status();
  return Classifier(*this, *std::move(context));
}

std::int64_t Classifier::multiply_adds_to(std::size_t head) const {
  return info().multiply_adds_to[static_cast<std::size_t>(ports_.heads[head])];
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
  // Output 0 begins a sample, whether it is a head or not.
  if (head == 0 && ports_.heads[0] > 0) context_.InvokeUpTo(0);
  context_.InvokeUpTo(ports_.heads[head]);
  return PredictionOf(head, 0);
}

std::span<const float> Classifier::EscalatedFeatures() {
  // Output 0 has been computed with whichever head was asked for, and to ask for it again would
  // begin a new sample.
  if (*ports_.features > 0) context_.InvokeUpTo(*ports_.features);
  return context_.output(1, *ports_.features);
}

std::span<const float> Classifier::logits(std::size_t head, std::int64_t index) const {
  return context_.output(index + 1, ports_.heads[head])
      .subspan(static_cast<std::size_t>(index) * outputs_.size(), outputs_.size());
}

Prediction Classifier::PredictionOf(std::size_t head, std::int64_t index) const {
  return Predict(logits(head, index), outputs_, temperatures_[head], activation_);
}

}  // namespace biglittle::nn
