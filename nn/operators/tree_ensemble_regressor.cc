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
#include "nn/operators/tree_ensemble.h"
#include "nn/operators/tree_scores.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerTreeEnsembleRegressor(const NodeView& node) {
  const absl::StatusOr<Table> table = TableOf(node);
  if (!table.ok()) return table.status();
  Attributes attributes(node);
  Trees trees;
  trees.targets = attributes.Int("n_targets", 1);
  if (trees.targets < 1 || trees.targets > kMaxExactInteger) return node.Invalid("its n_targets");
  const auto aggregate = AggregateOf(node, attributes.Text("aggregate_function", "SUM"));
  if (!aggregate.ok()) return aggregate.status();
  trees.aggregate = *aggregate;
  const auto transform = PostTransformOf(node, attributes.Text("post_transform", "NONE"));
  if (!transform.ok()) return transform.status();
  if (absl::Status s = ReadTrees(node, attributes, "target", trees); !s.ok()) return s;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (absl::Status s = FinishTrees(node, table->columns, trees); !s.ok()) return s;
  return LowerTrees(node, *table, std::move(trees), *transform);
}

}  // namespace biglittle::nn
