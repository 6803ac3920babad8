// A task's little or big net, ready to classify: the model file, checked against what task.yaml
// says about it, and the way from logits to predictions.
//
// Not thread-safe: each thread has its own Classifier.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "core/prediction.h"
#include "core/task/task.h"
#include "nn/model.h"

namespace biglittle::nn {

// The net as a model, its digest checked before anything of it is parsed: what nobody vouches for
// costs a look, and no more. FailedPrecondition: the file is not the one whose digest the task
// names. Otherwise as ReadNetFile and Model::Parse.
// A size that the file leaves open is what the task's input says.
absl::StatusOr<Model> LoadNet(const Task& task, const NetDescription& net);

class Classifier {
 public:
  // Loads `net`, which is task.little or task.big, for up to max_batch readings at once.
  // The little net of a task that escalates features has an output `features` beside its heads, of
  // the shape that the task says, and the big one takes those in place of the window.
  // Of a net with more outputs than heads those count that have as many numbers as the task names:
  // a forest answers with a label, too.
  // InvalidArgument: the net's input or output does not fit the task. Otherwise as LoadNet and
  // Model::Prepare.
  static absl::StatusOr<Classifier> Load(const Task& task, const NetDescription& net,
                                         std::int64_t max_batch);
  // One more of the same, for another thread: the weights are shared, only the memory for the
  // computing is its own. May be called while this one computes. Unavailable: no memory.
  absl::StatusOr<Classifier> Another() const;

  std::int64_t max_batch() const { return context_.max_batch(); }
  std::size_t heads() const { return temperatures_.size(); }
  const ModelInfo& info() const { return model_.info(); }
  // Of a sample, up to head `head`; 0 <= head < heads().
  std::int64_t multiply_adds_to(std::size_t head) const;

  // Where what the net takes of sample `index` of the next batch goes: the normalised
  // window, or features; 0 <= index < max_batch.
  std::span<float> features(std::int64_t index);

  // What the last head says about the first `batch` samples; 1 <= batch <= max_batch. The features
  // are used up.
  std::vector<Prediction> Classify(std::int64_t batch);

  // What head `head` says about one sample, computing no more than that needs: head 0 for new
  // features, then one head after the other. 0 <= head < heads().
  Prediction ClassifyUpTo(std::size_t head);

  // What the output `features` says of the sample that ClassifyUpTo was asked about last, valid
  // until the next; computes no more than that needs. Only of the little net of a task that
  // escalates features.
  std::span<const float> EscalatedFeatures();

  // The logits of head `head` for sample `index` of the last Classify.
  std::span<const float> logits(std::size_t head, std::int64_t index) const;

 private:
  // Which of the model's outputs is what.
  struct Ports {
    std::vector<std::int64_t> heads;
    std::optional<std::int64_t> features;
  };
  static absl::StatusOr<Ports> FindPorts(const Task& task, const NetDescription& net,
                                         const Model& model);

  Classifier(Model model, Context context, const NetDescription& net, Ports ports);
  Classifier(const Classifier& other, Context context);
  Prediction PredictionOf(std::size_t head, std::int64_t index) const;

  Model model_;
  Context context_;
  std::vector<int> outputs_;
  Ports ports_;
  Activation activation_;
  std::vector<float> temperatures_;
};

}  // namespace biglittle::nn
