// A task's little or big net, ready to classify: the model file, checked against what task.yaml
// says about it, and the way from logits to predictions.
//
// Not thread-safe: each thread has its own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "core/prediction.h"
#include "core/task.h"
#include "nn/model.h"

namespace biglittle::nn {

class Classifier {
 public:
  // Loads `net`, which is task.little or task.big, for up to max_batch readings at once.
  // FailedPrecondition: the file is not the one whose digest the task names. InvalidArgument: the
  // net's input or output does not fit the task. Otherwise as Model::Load and Model::Prepare.
  static absl::StatusOr<Classifier> Load(const Task& task, const NetDescription& net,
                                         std::int64_t max_batch);

  std::int64_t max_batch() const { return context_.max_batch(); }
  const ModelInfo& info() const { return model_.info(); }

  // Where the normalised features of sample `index` of the next batch go; 0 <= index < max_batch.
  std::span<float> features(std::int64_t index);

  // Classifies the first `batch` samples; 1 <= batch <= max_batch. The features are used up.
  std::vector<Prediction> Classify(std::int64_t batch);

 private:
  Classifier(Model model, Context context, const NetDescription& net);

  Model model_;
  Context context_;
  std::vector<int> outputs_;
  float temperature_;
};

}  // namespace biglittle::nn
