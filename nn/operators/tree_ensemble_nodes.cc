#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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
namespace {

std::vector<float> Floats(Attributes& attributes, const char* name) {
  const ConstantPtr tensor = attributes.Tensor(name);
  return tensor == nullptr ? std::vector<float>() : tensor->floats;
}

std::vector<std::int64_t> Numbers(Attributes& attributes, const char* name) {
  const ConstantPtr tensor = attributes.Tensor(name);
  return tensor == nullptr ? std::vector<std::int64_t>() : tensor->ints;
}

// Sets, each ended by a NaN, in the order of the branches that ask for one.
std::vector<std::vector<float>> ReadSets(Attributes& attributes) {
  std::vector<std::vector<float>> sets;
  std::vector<float> open;
  for (const float x : Floats(attributes, "membership_values")) {
    if (!std::isnan(x)) {
      open.push_back(x);
    } else {
      sets.push_back(std::exchange(open, {}));
    }
  }
  if (!open.empty()) sets.push_back(std::move(open));
  return sets;
}

absl::Status ReadNodes(const NodeView& node, Attributes& attributes, Trees& trees) {
  const auto splits = Floats(attributes, "nodes_splits");
  const auto features = attributes.Ints("nodes_featureids");
  const auto modes = Numbers(attributes, "nodes_modes");
  const auto yes = attributes.Ints("nodes_truenodeids");
  const auto no = attributes.Ints("nodes_falsenodeids");
  const auto yes_leaf = attributes.Ints("nodes_trueleafs");
  const auto no_leaf = attributes.Ints("nodes_falseleafs");
  const auto missing = attributes.Ints("nodes_missing_value_tracks_true");
  const auto leaf_targets = attributes.Ints("leaf_targetids");
  const auto leaf_weights = Floats(attributes, "leaf_weights");
  const auto roots = attributes.Ints("tree_roots");
  attributes.Ignore("nodes_hitrates");
  trees.sets = ReadSets(attributes);
  std::size_t next_set = 0;
  const std::size_t count = splits.size();
  const std::size_t leaves = leaf_weights.size();
  if (features.size() != count || modes.size() != count || yes.size() != count ||
      no.size() != count || yes_leaf.size() != count || no_leaf.size() != count ||
      leaf_targets.size() != leaves || leaves == 0 ||
      (!missing.empty() && missing.size() != count)) {
    return node.Invalid("its lists of nodes are not equally long");
  }
  const auto next = [&](std::int64_t id, std::int64_t leaf) -> std::int64_t {
    const auto limit = static_cast<std::int64_t>(leaf != 0 ? leaves : count);
    if (id < 0 || id >= limit) return -1;
    return leaf != 0 ? static_cast<std::int64_t>(count) + id : id;
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (modes[i] < 0 || modes[i] > 6) return node.Invalid("a branch of an unknown mode");
    TreeNode one;
    one.mode = static_cast<BranchMode>(modes[i]);
    one.missing_is_true = !missing.empty() && missing[i] != 0;
    one.value = splits[i];
    if (one.mode == BranchMode::kMember) {
      if (next_set == trees.sets.size()) return node.Invalid("it has too few sets");
      one.members = static_cast<std::int32_t>(next_set++);
    }
    const std::int64_t on_yes = next(yes[i], yes_leaf[i]);
    const std::int64_t on_no = next(no[i], no_leaf[i]);
    if (on_yes < 0 || on_no < 0 || features[i] < 0 || features[i] > kMaxExactInteger) {
      return node.Invalid("a branch leads to no node, or asks for no feature");
    }
    one.feature = static_cast<std::int32_t>(features[i]);
    one.yes = static_cast<std::int32_t>(on_yes);
    one.no = static_cast<std::int32_t>(on_no);
    trees.nodes.push_back(one);
  }
  for (std::size_t i = 0; i < leaves; ++i) {
    if (leaf_targets[i] < 0 || leaf_targets[i] >= trees.targets) {
      return node.Invalid("a leaf is of no target");
    }
    TreeNode leaf;
    leaf.yes = static_cast<std::int32_t>(i);
    leaf.no = static_cast<std::int32_t>(i + 1);
    trees.nodes.push_back(leaf);
    trees.weights.push_back({static_cast<std::int32_t>(leaf_targets[i]), leaf_weights[i]});
  }
  for (const std::int64_t root : roots) {
    if (root < 0 || root >= static_cast<std::int64_t>(count)) return node.Invalid("a root");
    // A tree that is nothing but a leaf is a node whose sides are the same leaf.
    TreeNode& one = trees.nodes[static_cast<std::size_t>(root)];
    trees.roots.push_back(one.yes == one.no ? one.yes : static_cast<std::int32_t>(root));
  }
  std::erase_if(trees.roots, [](std::int32_t root) { return root < 0; });
  for (TreeNode& one : trees.nodes) {
    if (one.mode != BranchMode::kLeaf && one.yes == one.no) {
      one = trees.nodes[static_cast<std::size_t>(one.yes)];
      if (one.mode != BranchMode::kLeaf) return node.Invalid("two branches lead to the same node");
    }
  }
  return absl::OkStatus();
}

}  // namespace

// Of ai.onnx.ml 5, which replaces the two older operators.
absl::StatusOr<Lowered> LowerTreeEnsemble(const NodeView& node) {
  const absl::StatusOr<Table> table = TableOf(node);
  if (!table.ok()) return table.status();
  Attributes attributes(node);
  Trees trees;
  trees.targets = attributes.Int("n_targets", 1);
  if (trees.targets < 1 || trees.targets > kMaxExactInteger) return node.Invalid("its n_targets");
  const std::int64_t aggregate = attributes.Int("aggregate_function", 1);
  const std::int64_t transform = attributes.Int("post_transform", 0);
  constexpr Aggregate kAggregates[] = {Aggregate::kAverage, Aggregate::kSum, Aggregate::kMin,
                                       Aggregate::kMax};
  constexpr PostTransform kTransforms[] = {PostTransform::kNone, PostTransform::kSoftmax,
                                           PostTransform::kLogistic, PostTransform::kSoftmaxZero,
                                           PostTransform::kProbit};
  if (aggregate < 0 || aggregate > 3 || transform < 0 || transform > 4) {
    return node.Invalid("its aggregate_function or post_transform is not known");
  }
  trees.aggregate = kAggregates[aggregate];
  if (absl::Status s = ReadNodes(node, attributes, trees); !s.ok()) return s;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (absl::Status s = FinishTrees(node, table->columns, trees); !s.ok()) return s;
  return LowerTrees(node, *table, std::move(trees), kTransforms[transform]);
}

}  // namespace biglittle::nn
