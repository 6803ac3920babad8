#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/class_labels.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"
#include "nn/operators/tree_ensemble.h"

namespace biglittle::nn {
namespace {

// The rules by which ONNX Runtime turns the sums of weights into labels and scores; of two classes
// often only one has weights.
struct Classifier {
  Trees trees;
  ClassLabels labels;
  PostTransform transform = PostTransform::kNone;
  bool one_score = false;  // two classes, all weights of one of them
  bool all_positive = false;

  // `scores` has as many as there are classes, two at least. Returns the class.
  std::size_t Decide(const float* row, float* scores, float* scored) const;

 private:
  std::size_t DecideByOne(float score, float* scores) const;
};

std::size_t Classifier::Decide(const float* row, float* scores, float* scored) const {
  trees.Evaluate(row, scores, scored);
  if (one_score) {
    float sum = scored[1] != 0.0F ? scores[1] : scores[0];
    if (!trees.base_values.empty()) sum += trees.base_values.back();
    return DecideByOne(sum, scores);
  }
  for (std::size_t t = 0; t < trees.base_values.size(); ++t) scores[t] += trees.base_values[t];
  const auto best =
      static_cast<std::size_t>(std::max_element(scores, scores + trees.targets) - scores);
  Apply(transform, scores, trees.targets);
  return best;
}

std::size_t Classifier::DecideByOne(float score, float* scores) const {
  const bool positive = score > (all_positive ? 0.5F : 0.0F);
  if (transform == PostTransform::kProbit) {
    scores[0] = score;
    Apply(transform, scores, 1);
    scores[1] = scores[0];
  } else if (all_positive) {
    scores[0] = 1.0F - score;
    scores[1] = score;
  } else if (transform == PostTransform::kLogistic) {
    scores[0] = Logistic(-score);
    scores[1] = Logistic(score);
  } else {
    scores[0] = -score;
    scores[1] = score;
  }
  return positive ? 1 : 0;
}

absl::StatusOr<Classifier> Read(const NodeView& node, std::int64_t columns) {
  Attributes attributes(node);
  Classifier c;
  absl::StatusOr<ClassLabels> labels = ReadClassLabels(node, attributes);
  if (!labels.ok()) return labels.status();
  c.labels = *std::move(labels);
  c.trees.targets = static_cast<std::int64_t>(c.labels.size());
  const auto transform = PostTransformOf(node, attributes.Text("post_transform", "NONE"));
  if (!transform.ok()) return transform.status();
  c.transform = *transform;
  if (absl::Status s = ReadTrees(node, attributes, "class", c.trees); !s.ok()) return s;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (absl::Status s = FinishTrees(node, columns, c.trees); !s.ok()) return s;
  std::set<std::int32_t> classes;
  c.all_positive = true;
  for (const LeafWeight& leaf : c.trees.weights) {
    classes.insert(leaf.target);
    c.all_positive = c.all_positive && leaf.weight >= 0.0F;
  }
  c.one_score = c.labels.size() == 2 && classes.size() == 1;
  if (c.labels.size() == 2 && c.trees.base_values.size() == 1 && !c.one_score) {
    c.trees.base_values.push_back(0.0F);
  }
  return c;
}

}  // namespace

// Labels, and a score for each class.
absl::StatusOr<Lowered> LowerTreeEnsembleClassifier(const NodeView& node) {
  const absl::StatusOr<Table> table = TableOf(node);
  if (!table.ok()) return table.status();
  absl::StatusOr<Classifier> read = Read(node, table->columns);
  if (!read.ok()) return read.status();
  const auto c = std::make_shared<const Classifier>(*std::move(read));
  const auto classes = static_cast<std::int64_t>(c->labels.size());
  const bool scores = node.output_index() == 1;
  Dims dims = table->front;
  if (scores) dims.push_back(classes);
  absl::StatusOr<TensorType> output =
      node.Output(std::move(dims), scores ? ElementType::kFloat32 : c->labels.element());
  if (!output.ok()) return output.status();
  const SampleWork work{0, table->rows * (c->trees.depth + 2 * classes), 2 * classes + 2};
  auto lowered =
      LowerSamples(node, {0}, *std::move(output), work,
                   fmt::format("{} trees, {}", c->trees.roots.size(), scores ? "scores" : "labels"),
                   [c, classes, scores, table = *table](const Sample& sample) {
                     for (std::int64_t row = 0; row < table.rows; ++row) {
                       float* const found = sample.scratch;
                       const std::size_t best = c->Decide(sample.inputs[0] + row * table.columns,
                                                          found, sample.scratch + classes + 1);
                       if (scores) {
                         std::copy_n(found, classes, sample.output + row * classes);
                       } else {
                         sample.output[row] = c->labels.values[best];
                       }
                     }
                   });
  if (lowered.ok() && !scores) lowered->texts = c->labels.texts;
  return lowered;
}

}  // namespace biglittle::nn
