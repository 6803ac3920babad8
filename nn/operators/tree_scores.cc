#include "nn/operators/tree_scores.h"

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
#include "nn/operators/tree_ensemble.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerTrees(const NodeView& node, const Table& table, Trees trees,
                                   PostTransform transform) {
  Dims dims = table.front;
  dims.push_back(trees.targets);
  absl::StatusOr<TensorType> output = node.Output(std::move(dims));
  if (!output.ok()) return output.status();
  const SampleWork work{0, table.rows * trees.depth, trees.targets};
  return LowerSamples(
      node, {0}, *std::move(output), work, fmt::format("{} trees", trees.roots.size()),
      [=, trees = std::make_shared<const Trees>(std::move(trees))](const Sample& sample) {
        for (std::int64_t row = 0; row < table.rows; ++row) {
          float* const scores = sample.output + row * trees->targets;
          trees->Evaluate(sample.inputs[0] + row * table.columns, scores, sample.scratch);
          for (std::size_t t = 0; t < trees->base_values.size(); ++t) {
            scores[t] += trees->base_values[t];
          }
          Apply(transform, scores, trees->targets);
        }
      });
}

}  // namespace biglittle::nn
