// Ensembles of decision trees, as TreeEnsembleClassifier, TreeEnsembleRegressor and TreeEnsemble
// describe them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// What a node asks of its feature x and its value v.
enum class BranchMode : std::uint8_t {
  kLessOrEqual,
  kLess,
  kGreaterOrEqual,
  kGreater,
  kEqual,
  kNotEqual,
  kMember,  // of a set
  kLeaf,
};

struct TreeNode {
  BranchMode mode = BranchMode::kLeaf;
  bool missing_is_true = false;
  std::int32_t feature = 0;
  float value = 0.0F;
  // The next nodes; of a leaf its weights, [yes, no) of the list; of kMember `members` in place of
  // the value.
  std::int32_t yes = 0;
  std::int32_t no = 0;
  std::int32_t members = 0;
};

struct LeafWeight {
  std::int32_t target = 0;
  float weight = 0.0F;
};

enum class Aggregate : std::uint8_t { kSum, kAverage, kMin, kMax };

// Every path from a root ends in a leaf: proved by FinishTrees. Immutable then.
struct Trees {
  std::vector<TreeNode> nodes;
  std::vector<std::int32_t> roots;
  std::vector<LeafWeight> weights;  // of the leaves
  std::vector<std::vector<float>> sets;
  std::int64_t targets = 1;
  Aggregate aggregate = Aggregate::kSum;
  std::vector<float> base_values;  // none, or one a target
  std::int64_t depth = 0;          // of all trees together

  // Scores of one row, without the base values; `scored[t]` is 1 where a leaf had a weight for
  // target t, 0 else. Both have `targets` numbers.
  void Evaluate(const float* row, float* scores, float* scored) const;
};

// Reads the attributes that both older operators have, those of leaves under the names that begin
// with `leaf` ("class", "target"). `targets` is set already.
absl::Status ReadTrees(const NodeView& node, Attributes& attributes, const char* leaf,
                       Trees& trees);
// Finds the roots, unless there are some, and the depth; proves that there are no circles and that
// features are below `columns`.
absl::Status FinishTrees(const NodeView& node, std::int64_t columns, Trees& trees);

absl::StatusOr<Aggregate> AggregateOf(const NodeView& node, const std::string& name);

}  // namespace biglittle::nn
