// Trees and other models of tables (ai.onnx.ml).
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "absl/status/status.h"

#include "nn/model.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

NodeBuilder MlNode(OnnxBuilder& net, const std::string& op, const std::vector<std::string>& inputs,
                   const std::string& output = "y") {
  NodeBuilder node = net.Node(op, inputs, output);
  node.proto().set_domain("ai.onnx.ml");
  return node;
}

// x0 <= 1 ? (x1 <= 2 ? a : b) : c, in the words of the two older operators; `leaf` as they call it.
NodeBuilder& AddTree(NodeBuilder& node, const std::string& leaf, const Ints& ids,
                     const Floats& weights) {
  return node.IntList("nodes_treeids", {0, 0, 0, 0, 0})
      .IntList("nodes_nodeids", {0, 1, 2, 3, 4})
      .IntList("nodes_featureids", {0, 1, 0, 0, 0})
      .FloatList("nodes_values", {1, 2, 0, 0, 0})
      .TextList("nodes_modes", {"BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"})
      .IntList("nodes_truenodeids", {1, 2, 0, 0, 0})
      .IntList("nodes_falsenodeids", {4, 3, 0, 0, 0})
      .IntList(leaf + "_treeids", {0, 0, 0})
      .IntList(leaf + "_nodeids", {2, 3, 4})
      .IntList(leaf + "_ids", ids)
      .FloatList(leaf + "_weights", weights);
}

const Floats kRows = {1, 2, 0, 3, 5, 0};

TEST(TreeEnsembleRegressor, FollowsItsBranches) {
  OnnxBuilder net({2});
  NodeBuilder node = MlNode(net, "TreeEnsembleRegressor", {"x"});
  AddTree(node, "target", {0, 0, 0}, {10, 20, 30})
      .Int("n_targets", 1)
      .FloatList("base_values", {1});
  ExpectOutput(net, kRows, {1}, {11, 21, 31});
}

TEST(TreeEnsembleRegressor, RefusesWhatIsNoTree) {
  const auto refused = [](const Ints& yes, const std::string& reason) {
    OnnxBuilder net({2});
    NodeBuilder node = MlNode(net, "TreeEnsembleRegressor", {"x"});
    AddTree(node, "target", {0, 0, 0}, {1, 2, 3});
    for (auto& attribute : *node.proto().mutable_attribute()) {
      if (attribute.name() != "nodes_truenodeids") continue;
      attribute.clear_ints();
      for (const std::int64_t id : yes) attribute.add_ints(id);
    }
    ExpectRefused(net, absl::StatusCode::kInvalidArgument, reason);
  };
  refused({1, 0, 0, 0, 0}, "its branches lead in a circle");
  refused({4, 2, 0, 0, 0}, "two branches lead to the same node");
  refused({9, 2, 0, 0, 0}, "a branch leads to no node");
  refused({1, 2, 0, 0}, "lists of nodes are not equally long");
}

TEST(TreeEnsembleRegressor, RefusesAFeatureBeyondItsInput) {
  OnnxBuilder net({1});
  NodeBuilder node = MlNode(net, "TreeEnsembleRegressor", {"x"});
  AddTree(node, "target", {0, 0, 0}, {1, 2, 3});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "a branch asks for feature 1 of 1");
}

TEST(TreeEnsembleClassifier, OfThreeClasses) {
  OnnxBuilder net({2});
  NodeBuilder node = MlNode(net, "TreeEnsembleClassifier", {"x"}, "label");
  AddTree(node, "class", {0, 1, 2}, {0.5F, 0.6F, 0.7F})
      .IntList("classlabels_int64s", {7, 8, 9})
      .Also("y");
  ExpectOutput(net, kRows, {3}, {0.5F, 0, 0, 0, 0.6F, 0, 0, 0, 0.7F});
  net.graph().mutable_output(0)->set_name("label");
  ExpectOutput(net, kRows, {}, {7, 8, 9});
}

// All weights of one class: a probability, and the rest of it.
TEST(TreeEnsembleClassifier, OfTwoClassesByOneScore) {
  OnnxBuilder net({2});
  NodeBuilder node = MlNode(net, "TreeEnsembleClassifier", {"x"}, "label");
  AddTree(node, "class", {0, 0, 0}, {0.25F, 0.75F, 1.0F})
      .TextList("classlabels_strings", {"calm", "storm"})
      .Also("y");
  ExpectOutput(net, kRows, {2}, {0.75F, 0.25F, 0.25F, 0.75F, 0, 1});
  net.graph().mutable_output(0)->set_name("label");
  ExpectOutput(net, kRows, {}, {0, 1, 1});
  EXPECT_EQ(Parse(net)->output().texts, (std::vector<std::string>{"calm", "storm"}));
}

// Weights of both signs are the logarithm of the odds.
TEST(TreeEnsembleClassifier, OfTwoClassesByOdds) {
  OnnxBuilder net({2});
  NodeBuilder node = MlNode(net, "TreeEnsembleClassifier", {"x"}, "label");
  AddTree(node, "class", {0, 0, 0}, {-1, 1, 2})
      .IntList("classlabels_int64s", {0, 1})
      .Text("post_transform", "LOGISTIC")
      .Also("y");
  const auto p = [](float x) { return 1.0F / (1.0F + std::exp(-x)); };
  ExpectOutput(net, kRows, {2}, {p(1), p(-1), p(-1), p(1), p(-2), p(2)});
}

TEST(LinearClassifier, ThenNormalizerAndZipMap) {
  OnnxBuilder net({2});
  MlNode(net, "LinearClassifier", {"x"}, "label")
      .FloatList("coefficients", {1, 0, 0, 1, 1, 1})
      .FloatList("intercepts", {0, 0, 2})
      .IntList("classlabels_ints", {0, 1, 2})
      .Also("s");
  MlNode(net, "Normalizer", {"s"}, "n").Text("norm", "L1");
  MlNode(net, "ZipMap", {"n"}).IntList("classlabels_int64s", {0, 1, 2});
  ExpectOutput(net, {1, 2}, {3}, {0.125F, 0.25F, 0.625F});
}

TEST(Scaler, OfEachColumn) {
  OnnxBuilder net({3});
  MlNode(net, "Scaler", {"x"}).FloatList("offset", {1, 2, 3}).FloatList("scale", {1, 2, 0.5F});
  ExpectOutput(net, {2, 3, 5}, {3}, {1, 2, 1});
}

TEST(SVMRegressor, OfRadialKernels) {
  OnnxBuilder net({1});
  MlNode(net, "SVMRegressor", {"x"})
      .Text("kernel_type", "RBF")
      .FloatList("kernel_params", {1, 0, 3})
      .FloatList("support_vectors", {0, 2})
      .FloatList("coefficients", {1, -1})
      .FloatList("rho", {0.5F})
      .Int("n_supports", 2);
  ExpectOutput(net, {0}, {1}, {0.5F + 1.0F - std::exp(-4.0F)});
}

// Two classes, linear kernel, one support vector each: the sign of the pair's sum decides.
TEST(SVMClassifier, VotesByPairs) {
  OnnxBuilder net({1});
  MlNode(net, "SVMClassifier", {"x"}, "y")
      .Text("kernel_type", "LINEAR")
      .FloatList("kernel_params", {1, 0, 3})
      .FloatList("support_vectors", {1, -1})
      .FloatList("coefficients", {1, -1})
      .FloatList("rho", {0})
      .IntList("vectors_per_class", {1, 1})
      .IntList("classlabels_ints", {4, 5});
  ExpectOutput(net, {3, -2}, {}, {4, 5});
}

TEST(LabelEncoder, FromNumbersToTexts) {
  OnnxBuilder net({});
  MlNode(net, "LabelEncoder", {"x"})
      .FloatList("keys_floats", {1, 2})
      .TextList("values_strings", {"one", "two"});
  ExpectOutput(net, {2, 1, 5}, {}, {1, 0, 2});
  EXPECT_EQ(Parse(net)->output().texts, (std::vector<std::string>{"one", "two", "_Unused"}));
}

TEST(OneHotEncoder, OfUnknownOnesIsZero) {
  OnnxBuilder net({1});
  MlNode(net, "OneHotEncoder", {"x"}).IntList("cats_int64s", {3, 4});
  ExpectOutput(net, {4, 7}, {1, 2}, {0, 1, 0, 0});
}

TEST(Imputer, ReplacesWhatIsMissing) {
  OnnxBuilder net({2});
  MlNode(net, "Imputer", {"x"})
      .FloatList("imputed_value_floats", {10, 20})
      .Float("replaced_value_float", std::numeric_limits<float>::quiet_NaN());
  const float missing = std::numeric_limits<float>::quiet_NaN();
  ExpectOutput(net, {1, missing, missing, 4}, {2}, {1, 20, 10, 4});
}

TEST(ArrayFeatureExtractor, PicksColumns) {
  OnnxBuilder net({3});
  MlNode(net, "ArrayFeatureExtractor", {"x", net.List("columns", {2, 0})});
  ExpectOutput(net, {1, 2, 3}, {2}, {3, 1});
}

}  // namespace
}  // namespace biglittle::nn::testing
