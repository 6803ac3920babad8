// Nets that do not fit their task: refused in one line that names the file.
#include "nn/classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>

#include "absl/status/status.h"

#include "core/digest.h"
#include "core/task/task.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

absl::Status Load(const OnnxBuilder& net, std::size_t heads = 1) {
  const TemporaryFolder folder;
  const std::string bytes = net.Bytes();
  const std::filesystem::path file = folder.Write("classifier_test.onnx", bytes);
  Task task;
  task.name = "test";
  task.input_shape = {4};
  task.little = {file, Sha256(std::as_bytes(std::span(bytes))), {0, 1, 2}};
  task.little.temperatures.assign(heads, 1.0F);
  return Classifier::Load(task, task.little, 1).status();
}

TEST(Classifier, WantsOneOutput) {
  OnnxBuilder net = SoundNet();
  EXPECT_TRUE(Load(net).ok());
  net.graph().add_output()->set_name("h");
  const absl::Status status = Load(net);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(
      std::string(status.message()),
      ::testing::EndsWith("classifier_test.onnx has 2 output tensors, task test takes 1: only a "
                          "little net whose design is early_exit has two"));
}

// Nobody vouches for such a file: it is not even parsed.
TEST(Classifier, LooksAtTheDigestFirst) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.Write("classifier_test.onnx", "no net at all");
  Task task;
  task.name = "test";
  task.little = {file, std::string(64, '0'), {0, 1, 2}};
  const absl::Status status = Classifier::Load(task, task.little, 1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              ::testing::HasSubstr("classifier_test.onnx has sha256 "));
}

// A forest answers with a label, too.
TEST(Classifier, TakesTheOutputThatFits) {
  OnnxBuilder net = SoundNet();
  net.Node("ArgMax", {"y"}, "label").Int("axis", 1).Int("keepdims", 0);
  net.graph().add_output()->set_name("label");
  net.graph().mutable_output()->SwapElements(0, 1);
  const TemporaryFolder folder;
  const std::string bytes = net.Bytes();
  Task task;
  task.name = "test";
  task.input_shape = {4};
  task.little = {
      folder.Write("net.onnx", bytes), Sha256(std::as_bytes(std::span(bytes))), {0, 1, 2}};
  auto classifier = Classifier::Load(task, task.little, 2);
  ASSERT_TRUE(classifier.ok()) << classifier.status();
  const Floats input = Noise(4);
  std::ranges::copy(input, classifier->features(0).begin());
  classifier->Classify(1);
  const auto logits = classifier->logits(0, 0);
  const Floats expected = Answers(SoundNet(), input, 1);
  EXPECT_TRUE(std::ranges::equal(logits, expected));
  std::ranges::copy(input, classifier->features(0).begin());
  classifier->ClassifyUpTo(0);
  EXPECT_TRUE(std::ranges::equal(classifier->logits(0, 0), expected));
}

TEST(Classifier, FixesSizesByTheTasksInput) {
  OnnxBuilder net({4});
  net.input_type().mutable_shape()->mutable_dim(1)->set_dim_param("length");
  net.Node("Concat", {"x", "x"}, "c").Int("axis", 1);
  net.Node("Slice", {"c", net.List("s", {0}), net.List("e", {3}), net.List("a", {1})});
  EXPECT_EQ(Load(net), absl::OkStatus());
}

// Weights beside the net count as the net does.
TEST(Classifier, ChecksTheDigestOfWeightFiles) {
  OnnxBuilder net = SoundNet();
  onnx::TensorProto& weights = *net.graph().mutable_initializer(0);
  const Floats values = Noise(12);
  const std::string data(reinterpret_cast<const char*>(values.data()), 48);
  weights.clear_float_data();
  weights.set_data_location(onnx::TensorProto::EXTERNAL);
  onnx::StringStringEntryProto& entry = *weights.add_external_data();
  entry.set_key("location");
  entry.set_value("net.onnx.data");
  const TemporaryFolder folder;
  const std::string bytes = net.Bytes();
  Task task;
  task.name = "test";
  task.input_shape = {4};
  task.little = {
      folder.Write("net.onnx", bytes), Sha256(std::as_bytes(std::span(bytes))), {0, 1, 2}};
  folder.Write("net.onnx.data", data);
  const auto message = [&] {
    return std::string(Classifier::Load(task, task.little, 1).status().message());
  };
  EXPECT_THAT(message(), ::testing::HasSubstr("the task names no digest for it"));
  task.little.weight_files = {{"net.onnx.data", Sha256(std::as_bytes(std::span(data)))}};
  EXPECT_EQ(message(), "");
  folder.Write("net.onnx.data", std::string(48, 'x'));
  EXPECT_THAT(message(), ::testing::HasSubstr("net.onnx.data has sha256 "));
}

TEST(Classifier, WantsAnOutputForEachHead) {
  EXPECT_THAT(std::string(Load(SoundNet(), 2).message()),
              ::testing::EndsWith("has 1 output tensors, task test takes 2: the early exit's "
                                  "logits and the final ones"));
}

// The first node's output has as many numbers as a head; `last`: the file names it behind the
// logits.
struct FeaturesNet {
  explicit FeaturesNet(bool last, const std::string& name = "features") {
    OnnxBuilder net({4});
    net.Weight("f", {4, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0});
    net.Node("MatMul", {"x", "f"}, name);
    // Behind it enough for the window's memory to be used again.
    net.Weight("w", {3, 3}, {10, 0, 0, 0, 10, 0, 0, 0, 10});
    net.Weight("twice", {3, 3}, {2, 0, 0, 0, 2, 0, 0, 0, 2});
    net.Weight("half", {3, 3}, {0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5});
    net.Node("MatMul", {name, "twice"}, "t1");
    net.Node("MatMul", {"t1", "twice"}, "t2");
    net.Node("MatMul", {"t2", "half"}, "t3");
    net.Node("MatMul", {"t3", "half"}, "t4");
    net.Node("MatMul", {"t4", "w"}, "y");
    net.graph().add_output()->set_name(name);
    if (!last) net.graph().mutable_output()->SwapElements(0, 1);
    const std::string bytes = net.Bytes();
    task.name = "test";
    task.input_shape = {4};
    task.escalate = EscalatedInput::kFeatures;
    task.features_shape = {3};
    task.little = {
        folder.Write("net.onnx", bytes), Sha256(std::as_bytes(std::span(bytes))), {0, 1, 2}};
  }
  std::string Problem() const {
    return std::string(Classifier::Load(task, task.little, 1).status().message());
  }

  const TemporaryFolder folder;
  Task task;
};

TEST(Classifier, GivesTheFeaturesThatItsTaskEscalatesWhereverTheyStand) {
  for (const bool last : {false, true}) {
    const FeaturesNet net(last);
    auto classifier = Classifier::Load(net.task, net.task.little, 1);
    ASSERT_TRUE(classifier.ok()) << classifier.status();
    EXPECT_EQ(classifier->heads(), 1U);
    EXPECT_EQ(classifier->multiply_adds_to(0), 57);
    for (const Floats& input : {Floats{1, 2, 3, 4}, Floats{-5, 6, 7, 8}}) {
      std::ranges::copy(input, classifier->features(0).begin());
      EXPECT_EQ(classifier->ClassifyUpTo(0).probabilities.size(), 3U);
      EXPECT_TRUE(std::ranges::equal(classifier->EscalatedFeatures(), std::span(input).first(3)));
      EXPECT_EQ(classifier->logits(0, 0)[1], 10 * input[1]);
    }
  }
}

TEST(Classifier, TheNetsOfATaskThatEscalatesFeaturesFitThem) {
  FeaturesNet net(false);
  EXPECT_EQ(net.Problem(), "");
  net.task.big = net.task.little;
  EXPECT_THAT(std::string(Classifier::Load(net.task, net.task.big, 1).status().message()),
              ::testing::EndsWith("takes input of shape 4, task test has features of 3"));
  net.task.features_shape = {1, 3};
  EXPECT_THAT(net.Problem(),
              ::testing::EndsWith("has 'features' of shape 3 and float32, task test has 1x3 of "
                                  "float32"));
  EXPECT_THAT(FeaturesNet(false, "embedding").Problem(),
              ::testing::EndsWith("has no output 'features', which task test escalates: export it "
                                  "with one, or leave 'escalate' out of task.yaml"));
}

}  // namespace
}  // namespace biglittle::nn::testing
