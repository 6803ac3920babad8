#include "core/task/task.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/prediction.h"
#include "core/task/task_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/core/task_text.h"

namespace biglittle {
namespace {

TEST(Task, EveryKeyIsRead) {
  const Parsed<Task> parsed = Parse(GoodText());
  ASSERT_TRUE(parsed.ok()) << ToString(parsed.problems);
  const Task& task = *parsed.value;
  EXPECT_EQ(task.name, "har");
  EXPECT_EQ(task.description, "What a person is doing");
  EXPECT_EQ(task.labels, (std::vector<std::string>{"walk", "sit", "lie"}));
  EXPECT_EQ(task.priority_classes, (std::vector<int>{0, 2}));  // ascending
  EXPECT_EQ(task.input_dtype, DType::kFloat32);
  EXPECT_EQ(task.input_shape, (Shape{2, 8}));
  EXPECT_EQ(task.wire_dtype, WireDType::kAsIs);
  EXPECT_EQ(task.normalisation.mean, (std::vector<float>{0.5F, -1.0F}));
  EXPECT_EQ(task.normalisation.standard_deviation, (std::vector<float>{1.0F, 2.5F}));
  EXPECT_EQ(task.little.file, "models/har/little.onnx");
  EXPECT_EQ(task.little.sha256, kDigestA);
  EXPECT_EQ(task.little.outputs, (std::vector<int>{2, kOtherClass, 0}));
  EXPECT_EQ(task.little.temperatures, std::vector<float>{1.5F});
  EXPECT_EQ(task.big.file, "models/har/nets/big.onnx");
  EXPECT_EQ(task.big.outputs, (std::vector<int>{0, 1, 2}));  // the labels' order by default
  EXPECT_EQ(task.big.temperatures, std::vector<float>{1.0F});
  EXPECT_EQ(task.design, LittleDesign::kSubset);
  EXPECT_EQ(task.score, Score::kConfidence);
  const HeadRule expected{{1.0F, std::nullopt, 0.25F}, std::nullopt, std::nullopt};
  EXPECT_EQ(task.heads, std::vector<HeadRule>{expected});
  EXPECT_EQ(task.validation, std::nullopt);
}

TEST(Task, ItsReleaseIsReadAndExpires) {
  const Parsed<Task> parsed = Parse("release: 7\nexpires: 2027-01-31\n" + GoodText());
  ASSERT_TRUE(parsed.ok()) << ToString(parsed.problems);
  EXPECT_EQ(parsed.value->release, 7U);
  const WallTime end = std::chrono::sys_days(std::chrono::year(2027) / 2 / 1);
  EXPECT_EQ(parsed.value->expires, end);
  EXPECT_FALSE(parsed.value->IsExpired(end - std::chrono::seconds(1)));
  EXPECT_TRUE(parsed.value->IsExpired(end));
  EXPECT_EQ(ExpirySentence(*parsed.value),
            "task har has expired at 2027-02-01T00:00:00Z and serves all the same: nobody has "
            "brought a newer release, or somebody keeps it back");
  EXPECT_FALSE(Parse(GoodText()).value->IsExpired(end));
}

TEST(Task, ItsInputMayHaveARateAndAFilter) {
  std::string text = GoodText();
  text.replace(text.find("shape: [2, 8]"), 13,
               "shape: [2, 8]\n  rate_hz: 50\n"
               "  filter: {type: band_pass, order: 4, low_hz: 0.5, high_hz: 20}");
  const auto task = Parse(text);
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(task.value->input_rate_hz, 50.0F);
  EXPECT_EQ(task.value->input_filter,
            (InputFilter{FilterType::kBandPass, 4, std::nullopt, 0.5F, 20.0F}));
}

TEST(Task, FloatsMayTravelAsHalves) {
  std::string text = GoodText();
  text.replace(text.find("float32"), 7, "float32\n  wire_dtype: float16");
  const Parsed<Task> parsed = Parse(text);
  ASSERT_TRUE(parsed.ok()) << ToString(parsed.problems);
  EXPECT_EQ(parsed.value->input_dtype, DType::kFloat32);
  EXPECT_EQ(parsed.value->wire_dtype, WireDType::kFloat16);
}

TEST(Task, LabelsAndPrioritiesAreLookedUp) {
  const Parsed<Task> parsed = Parse(GoodText());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value->LabelOf(2), "lie");
  EXPECT_EQ(parsed.value->LabelOf(kOtherClass), "other");
  EXPECT_EQ(parsed.value->LabelOf(3), "other");
  EXPECT_TRUE(parsed.value->IsPriority(0));
  EXPECT_FALSE(parsed.value->IsPriority(1));
  EXPECT_FALSE(parsed.value->IsPriority(kOtherClass));
}

TEST(Task, IsLoadedByFileOrFolder) {
  const TemporaryFolder folder;
  const auto file = folder.Write("har/task.yaml", GoodText());
  EXPECT_TRUE(LoadTask(file).ok());
  EXPECT_TRUE(LoadTask(file.parent_path()).ok());
  EXPECT_EQ(ToString(LoadTask(folder.path()).problems),
            (folder.path() / "task.yaml: no such file").string());
}

TEST(Task, ItsFilesAreVerified) {
  const TemporaryFolder folder;
  const auto little = folder.Write("har/little.onnx", "little");
  Task task;
  task.little.file = little;
  task.little.sha256 = *Sha256OfFile(little);
  task.big.file = folder.path() / "har/big.onnx";
  EXPECT_EQ(std::string(VerifyFiles(task).message()), task.big.file.string() + ": no such file");
  folder.Write("har/big.onnx", "big");
  task.big.sha256 = kDigestB;
  EXPECT_EQ(std::string(VerifyFiles(task).message()),
            task.big.file.string() + ": has SHA-256 " + *Sha256OfFile(task.big.file) +
                ", but task.yaml names " + kDigestB +
                "; fetch the right file or train the task again");
  task.big.sha256 = *Sha256OfFile(task.big.file);
  EXPECT_TRUE(VerifyFiles(task).ok());
  const auto weights = folder.Write("har/big.onnx.data", "weights");
  task.big.weight_files = {{"big.onnx.data", *Sha256OfFile(weights)}};
  EXPECT_TRUE(VerifyFiles(task).ok());
  folder.Write("har/big.onnx.data", "others");
  EXPECT_FALSE(VerifyFiles(task).ok());
  task.big.weight_files.clear();
  task.little.sha256 = kDigestA;
  EXPECT_FALSE(VerifyFiles(task).ok());
}

TEST(Task, LacksEverythingAtOnce) {
  EXPECT_EQ(ToString(Parse("{}\n").problems),
            "models/har/task.yaml:1:1: the key 'big' is missing\n"
            "models/har/task.yaml:1:1: the key 'input' is missing\n"
            "models/har/task.yaml:1:1: the key 'labels' is missing\n"
            "models/har/task.yaml:1:1: the key 'little' is missing\n"
            "models/har/task.yaml:1:1: the key 'normalisation' is missing\n"
            "models/har/task.yaml:1:1: the key 'priority_classes' is missing\n"
            "models/har/task.yaml:1:1: the key 'task' is missing\n"
            "models/har/task.yaml:1:1: the key 'version' is missing");
}

}  // namespace
}  // namespace biglittle
