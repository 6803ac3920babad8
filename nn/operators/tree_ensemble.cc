#include "nn/operators/tree_ensemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {
namespace {

// A list of numbers that some tools write as a tensor, to keep their digits.
std::vector<float> FloatsOrTensor(Attributes& attributes, const std::string& name) {
  const ConstantPtr tensor = attributes.Tensor(name + "_as_tensor");
  const std::vector<float> list = attributes.Floats(name);
  return tensor != nullptr && list.empty() ? tensor->floats : list;
}

absl::StatusOr<BranchMode> ModeOf(const NodeView& node, const std::string& name) {
  constexpr std::pair<const char*, BranchMode> kNames[] = {
      {"BRANCH_LEQ", BranchMode::kLessOrEqual},
      {"BRANCH_LT", BranchMode::kLess},
      {"BRANCH_GTE", BranchMode::kGreaterOrEqual},
      {"BRANCH_GT", BranchMode::kGreater},
      {"BRANCH_EQ", BranchMode::kEqual},
      {"BRANCH_NEQ", BranchMode::kNotEqual},
      {"LEAF", BranchMode::kLeaf}};
  for (const auto& [known, mode] : kNames) {
    if (name == known) return mode;
  }
  return node.Invalid(fmt::format("the mode {} is not known", Quote(name)));
}

bool Holds(const TreeNode& node, float x, const std::vector<std::vector<float>>& sets) {
  if (std::isnan(x)) return node.missing_is_true;
  switch (node.mode) {
    case BranchMode::kLessOrEqual:
      return x <= node.value;
    case BranchMode::kLess:
      return x < node.value;
    case BranchMode::kGreaterOrEqual:
      return x >= node.value;
    case BranchMode::kGreater:
      return x > node.value;
    case BranchMode::kEqual:
      return x == node.value;
    case BranchMode::kNotEqual:
      return x != node.value;
    case BranchMode::kMember: {
      const std::vector<float>& set = sets[static_cast<std::size_t>(node.members)];
      return std::ranges::find(set, x) != set.end();
    }
    case BranchMode::kLeaf:
      break;
  }
  return false;
}

using Key = std::pair<std::int64_t, std::int64_t>;  // tree, node

// The lists that describe the nodes, all of one length.
struct NodeLists {
  std::vector<std::int64_t> trees, ids, features, yes, no, missing;
  std::vector<float> values;
  std::vector<std::string> modes;
};

absl::StatusOr<NodeLists> ReadNodeLists(const NodeView& node, Attributes& attributes) {
  NodeLists lists;
  lists.trees = attributes.Ints("nodes_treeids");
  lists.ids = attributes.Ints("nodes_nodeids");
  lists.features = attributes.Ints("nodes_featureids");
  lists.yes = attributes.Ints("nodes_truenodeids");
  lists.no = attributes.Ints("nodes_falsenodeids");
  lists.missing = attributes.Ints("nodes_missing_value_tracks_true");
  lists.values = FloatsOrTensor(attributes, "nodes_values");
  lists.modes = attributes.Texts("nodes_modes");
  attributes.Ignore("nodes_hitrates");
  attributes.Ignore("nodes_hitrates_as_tensor");
  const std::size_t count = lists.ids.size();
  if (count == 0 || lists.trees.size() != count || lists.features.size() != count ||
      lists.yes.size() != count || lists.no.size() != count || lists.values.size() != count ||
      lists.modes.size() != count || (!lists.missing.empty() && lists.missing.size() != count)) {
    return node.Invalid("its lists of nodes are not equally long");
  }
  return lists;
}

// Which leaves have which weights, in the order of the nodes.
absl::Status AddWeights(const NodeView& node, Attributes& attributes, const std::string& leaf,
                        const std::map<Key, std::size_t>& places, Trees& trees) {
  const auto tree_ids = attributes.Ints(leaf + "_treeids");
  const auto node_ids = attributes.Ints(leaf + "_nodeids");
  const auto targets = attributes.Ints(leaf + "_ids");
  const auto weights = FloatsOrTensor(attributes, leaf + "_weights");
  if (tree_ids.size() != node_ids.size() || targets.size() != node_ids.size() ||
      weights.size() != node_ids.size()) {
    return node.Invalid("its lists of leaves are not equally long");
  }
  std::vector<std::pair<std::size_t, LeafWeight>> all;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto place = places.find({tree_ids[i], node_ids[i]});
    if (place == places.end()) return node.Invalid("a weight is of no node");
    if (targets[i] < 0 || targets[i] >= trees.targets) {
      return node.Invalid(fmt::format("a weight is of target {} of {}", targets[i], trees.targets));
    }
    all.push_back({place->second, {static_cast<std::int32_t>(targets[i]), weights[i]}});
  }
  std::ranges::stable_sort(all, {}, [](const auto& one) { return one.first; });
  for (std::size_t i = 0; i < all.size();) {
    TreeNode& at = trees.nodes[all[i].first];
    const std::size_t of = all[i].first;
    const auto first = static_cast<std::int32_t>(trees.weights.size());
    for (; i < all.size() && all[i].first == of; ++i) trees.weights.push_back(all[i].second);
    if (at.mode != BranchMode::kLeaf) continue;  // a weight of a branch counts for nothing
    at.yes = first;
    at.no = static_cast<std::int32_t>(trees.weights.size());
  }
  return absl::OkStatus();
}

}  // namespace

void Trees::Evaluate(const float* row, float* scores, float* scored) const {
  std::fill_n(scores, targets, 0.0F);
  std::fill_n(scored, targets, 0.0F);
  for (const std::int32_t root : roots) {
    const TreeNode* node = &nodes[static_cast<std::size_t>(root)];
    while (node->mode != BranchMode::kLeaf) {
      const bool yes = Holds(*node, row[node->feature], sets);
      node = &nodes[static_cast<std::size_t>(yes ? node->yes : node->no)];
    }
    for (std::int32_t i = node->yes; i < node->no; ++i) {
      const LeafWeight& leaf = weights[static_cast<std::size_t>(i)];
      float& score = scores[leaf.target];
      const bool first = scored[leaf.target] == 0.0F;
      if (aggregate == Aggregate::kMin) {
        score = first ? leaf.weight : std::min(score, leaf.weight);
      } else if (aggregate == Aggregate::kMax) {
        score = first ? leaf.weight : std::max(score, leaf.weight);
      } else {
        score += leaf.weight;
      }
      scored[leaf.target] = 1.0F;
    }
  }
  if (aggregate != Aggregate::kAverage) return;
  for (std::int64_t t = 0; t < targets; ++t) scores[t] /= static_cast<float>(roots.size());
}

absl::Status ReadTrees(const NodeView& node, Attributes& attributes, const char* leaf,
                       Trees& trees) {
  const absl::StatusOr<NodeLists> lists = ReadNodeLists(node, attributes);
  if (!lists.ok()) return lists.status();
  std::map<Key, std::size_t> places;
  for (std::size_t i = 0; i < lists->ids.size(); ++i) {
    if (!places.emplace(Key{lists->trees[i], lists->ids[i]}, i).second) {
      return node.Invalid(
          fmt::format("node {} of tree {} is given twice", lists->ids[i], lists->trees[i]));
    }
  }
  for (std::size_t i = 0; i < lists->ids.size(); ++i) {
    const absl::StatusOr<BranchMode> mode = ModeOf(node, lists->modes[i]);
    if (!mode.ok()) return mode.status();
    TreeNode one;
    one.mode = *mode;
    one.missing_is_true = !lists->missing.empty() && lists->missing[i] != 0;
    one.value = lists->values[i];
    if (one.mode != BranchMode::kLeaf) {
      const auto yes = places.find({lists->trees[i], lists->yes[i]});
      const auto no = places.find({lists->trees[i], lists->no[i]});
      if (yes == places.end() || no == places.end()) {
        return node.Invalid("a branch leads to no node");
      }
      if (lists->features[i] < 0 || lists->features[i] > kMaxExactInteger) {
        return node.Invalid(fmt::format("a branch asks for feature {}", lists->features[i]));
      }
      one.feature = static_cast<std::int32_t>(lists->features[i]);
      one.yes = static_cast<std::int32_t>(yes->second);
      one.no = static_cast<std::int32_t>(no->second);
    }
    trees.nodes.push_back(one);
  }
  trees.base_values = FloatsOrTensor(attributes, "base_values");
  return AddWeights(node, attributes, leaf, places, trees);
}

absl::Status FinishTrees(const NodeView& node, std::int64_t columns, Trees& trees) {
  const std::size_t count = trees.nodes.size();
  std::vector<int> parents(count, 0);
  for (const TreeNode& one : trees.nodes) {
    if (one.mode == BranchMode::kLeaf) continue;
    if (one.feature >= columns) {
      return node.Invalid(fmt::format("a branch asks for feature {} of {}", one.feature, columns));
    }
    ++parents[static_cast<std::size_t>(one.yes)];
    ++parents[static_cast<std::size_t>(one.no)];
  }
  if (std::ranges::any_of(parents, [](int number) { return number > 1; })) {
    return node.Invalid("two branches lead to the same node");
  }
  if (trees.roots.empty()) {
    for (std::size_t i = 0; i < count; ++i) {
      if (parents[i] == 0) trees.roots.push_back(static_cast<std::int32_t>(i));
    }
  }
  // With one parent at most, what is reached from a root that has none is no circle.
  std::vector<std::pair<std::int32_t, std::int64_t>> open;
  std::size_t branches = 0;  // that are reached
  for (const std::int32_t root : trees.roots) {
    if (parents[static_cast<std::size_t>(root)] != 0) {
      return node.Invalid("a root is below a branch");
    }
    std::int64_t depth = 0;
    open.push_back({root, 1});
    while (!open.empty()) {
      const auto [at, level] = open.back();
      open.pop_back();
      depth = std::max(depth, level);
      const TreeNode& one = trees.nodes[static_cast<std::size_t>(at)];
      if (one.mode == BranchMode::kLeaf) continue;
      ++branches;
      open.push_back({one.yes, level + 1});
      open.push_back({one.no, level + 1});
    }
    trees.depth += depth;
  }
  const auto all = std::ranges::count_if(
      trees.nodes, [](const TreeNode& one) { return one.mode != BranchMode::kLeaf; });
  if (trees.roots.empty() || static_cast<std::ptrdiff_t>(branches) != all) {
    return node.Invalid("its branches lead in a circle, or belong to no tree");
  }
  const auto targets = static_cast<std::size_t>(trees.targets);
  if (!trees.base_values.empty() && trees.base_values.size() != targets &&
      !(targets == 2 && trees.base_values.size() == 1)) {
    return node.Invalid(
        fmt::format("it has {} base values for {} targets", trees.base_values.size(), targets));
  }
  return absl::OkStatus();
}

absl::StatusOr<Aggregate> AggregateOf(const NodeView& node, const std::string& name) {
  if (name == "SUM") return Aggregate::kSum;
  if (name == "AVERAGE") return Aggregate::kAverage;
  if (name == "MIN") return Aggregate::kMin;
  if (name == "MAX") return Aggregate::kMax;
  return node.Invalid(fmt::format("aggregate_function {} is not known", Quote(name)));
}

}  // namespace biglittle::nn
