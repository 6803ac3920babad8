// Nets that do not fit their task: refused in one line that names the file.
#include "nn/classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Classifier, WantsAnOutputForEachHead) {
  EXPECT_THAT(std::string(Load(SoundNet(), 2).message()),
              ::testing::EndsWith("has 1 output tensors, task test takes 2: the early exit's "
                                  "logits and the final ones"));
}

}  // namespace
}  // namespace biglittle::nn::testing
