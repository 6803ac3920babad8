#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
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

namespace biglittle::nn {
namespace {

struct Linear {
  std::vector<float> coefficients;  // [scores, columns]
  std::vector<float> intercepts;    // one a score, or none
  std::int64_t scores = 1;
  ClassLabels labels;
  PostTransform transform = PostTransform::kNone;

  // How many numbers a row yields.
  std::int64_t answers() const { return scores == 1 && labels.size() == 2 ? 2 : scores; }
  std::size_t Decide(const float* row, std::int64_t columns, float* answer) const;
};

std::size_t Linear::Decide(const float* row, std::int64_t columns, float* answer) const {
  for (std::int64_t k = 0; k < scores; ++k) {
    double sum =
        intercepts.empty() ? 0.0 : static_cast<double>(intercepts[static_cast<std::size_t>(k)]);
    for (std::int64_t i = 0; i < columns; ++i) {
      sum += static_cast<double>(row[i]) *
             static_cast<double>(coefficients[static_cast<std::size_t>(k * columns + i)]);
    }
    answer[k] = static_cast<float>(sum);
  }
  if (scores > 1) {
    const auto best = static_cast<std::size_t>(std::max_element(answer, answer + scores) - answer);
    Apply(transform, answer, scores);
    return best;
  }
  const bool positive = answer[0] > 0.0F;
  Apply(transform == PostTransform::kSoftmax ? PostTransform::kNone : transform, answer, 1);
  if (labels.size() == 2) {
    answer[1] = answer[0];
    answer[0] = 1.0F - answer[1];
  }
  return positive && labels.size() == 2 ? 1 : 0;
}

}  // namespace

// Labels, and scores.
absl::StatusOr<Lowered> LowerLinearClassifier(const NodeView& node) {
  const absl::StatusOr<Table> table = TableOf(node);
  if (!table.ok()) return table.status();
  Attributes attributes(node);
  auto l = std::make_shared<Linear>();
  absl::StatusOr<ClassLabels> labels = ReadClassLabels(node, attributes);
  if (!labels.ok()) return labels.status();
  l->labels = *std::move(labels);
  l->coefficients = attributes.Floats("coefficients");
  l->intercepts = attributes.Floats("intercepts");
  attributes.Ignore("multi_class");
  const auto transform = PostTransformOf(node, attributes.Text("post_transform", "NONE"));
  if (!transform.ok()) return transform.status();
  l->transform = *transform;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  l->scores = static_cast<std::int64_t>(l->coefficients.size()) / table->columns;
  const bool fits =
      l->scores >= 1 &&
      l->scores * table->columns == static_cast<std::int64_t>(l->coefficients.size()) &&
      (l->intercepts.empty() || std::ssize(l->intercepts) == l->scores) &&
      (l->scores == 1 || l->scores <= static_cast<std::int64_t>(l->labels.size()));
  if (!fits) {
    return node.Invalid(fmt::format("{} coefficients and {} labels for {} columns",
                                    l->coefficients.size(), l->labels.size(), table->columns));
  }
  const bool scores = node.output_index() == 1;
  Dims dims = table->front;
  if (scores) dims.push_back(l->answers());
  absl::StatusOr<TensorType> output =
      node.Output(std::move(dims), scores ? ElementType::kFloat32 : l->labels.element());
  if (!output.ok()) return output.status();
  const SampleWork work{table->rows * static_cast<std::int64_t>(l->coefficients.size()), 0,
                        l->answers() + 1};
  auto lowered = LowerSamples(
      node, {0}, *std::move(output), work, scores ? "linear scores" : "linear labels",
      [l = std::shared_ptr<const Linear>(l), scores, table = *table](const Sample& sample) {
        for (std::int64_t row = 0; row < table.rows; ++row) {
          const std::size_t best =
              l->Decide(sample.inputs[0] + row * table.columns, table.columns, sample.scratch);
          if (scores) {
            std::copy_n(sample.scratch, l->answers(), sample.output + row * l->answers());
          } else {
            sample.output[row] = l->labels.values[best];
          }
        }
      });
  if (lowered.ok() && !scores) lowered->texts = l->labels.texts;
  return lowered;
}

}  // namespace biglittle::nn
