// What the classifiers of ai.onnx.ml have in common: labels, and what becomes of their scores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// The labels of a classifier: integers, or texts, of which a label is the place.
struct ClassLabels {
  std::vector<float> values;  // by class
  std::shared_ptr<const std::vector<std::string>> texts;

  std::size_t size() const { return values.size(); }
  ElementType element() const {
    return texts == nullptr ? ElementType::kInt64 : ElementType::kText;
  }
};

// Reads classlabels_int64s or classlabels_ints, and classlabels_strings.
absl::StatusOr<ClassLabels> ReadClassLabels(const NodeView& node, Attributes& attributes);

// The attribute post_transform of ai.onnx.ml.
enum class PostTransform : std::uint8_t { kNone, kLogistic, kSoftmax, kSoftmaxZero, kProbit };
absl::StatusOr<PostTransform> PostTransformOf(const NodeView& node, const std::string& name);
float Logistic(float x);
// Of `count` scores, in place.
void Apply(PostTransform transform, float* scores, std::int64_t count);

// A table of numbers, [rows, columns]: input 0 of a model of tables. A list is one row.
struct Table {
  std::int64_t rows = 1;  // of a sample
  std::int64_t columns = 1;
  Dims front;  // the output's dimensions in front of what each row yields
};
absl::StatusOr<Table> TableOf(const NodeView& node);

}  // namespace biglittle::nn
