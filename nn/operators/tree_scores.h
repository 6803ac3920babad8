// What an ensemble of trees answers for each target.
#pragma once

#include <utility>

#include "absl/status/statusor.h"

#include "nn/operators/class_labels.h"
#include "nn/operators/node_view.h"
#include "nn/operators/tree_ensemble.h"

namespace biglittle::nn {

// Lowers a regression: [rows, targets]. `trees` are finished.
absl::StatusOr<Lowered> LowerTrees(const NodeView& node, const Table& table, Trees trees,
                                   PostTransform transform);

}  // namespace biglittle::nn
