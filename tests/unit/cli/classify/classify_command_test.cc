#include "cli/classify/classify_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <sstream>

#include <nlohmann/json.hpp>

#include "core/program/exit_code.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle {
namespace {

class ClassifyTest : public testing::Test {
 protected:
  void WriteInput(const std::vector<float>& values, Shape shape) {
    ASSERT_TRUE(
        WriteNpy(input_, ElementType::kFloat32, shape, std::as_bytes(std::span(values))).ok());
  }
  int Run() { return RunClassify(options_, out_, err_); }

  const TemporaryFolder folder_;
  const std::filesystem::path input_ = folder_.path() / "X.npy";
  ClassifyOptions options_{.model = TestDataFolder() / "tiny" / "big.onnx",
                           .inputs = {input_.string()}};
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ClassifyTest, PrintsTheOutputsUnchangedAndTheClasses) {
  WriteInput({0, 0.5F, 0, 0, 0, 0, 0, -3}, {2, 4});
  EXPECT_EQ(Run(), kExitDone) << err_.str();
  const auto json = nlohmann::json::parse(out_.str());
  EXPECT_EQ(json["outputs"], nlohmann::json::parse("[[0,5,0,0],[0,0,0,-30]]"));
  EXPECT_EQ(json["classes"], nlohmann::json::parse("[1,0]"));
  ASSERT_EQ(json["named_outputs"].size(), 1U);
  EXPECT_EQ(json["named_outputs"].front(), json["outputs"]);
}

TEST_F(ClassifyTest, SaysThatNothingIsNormalisedAndWhatIsPrinted) {
  WriteInput({0, 0.5F, 0, 0}, {1, 4});
  EXPECT_EQ(Run(), kExitDone);
  EXPECT_EQ(err_.str(),
            "biglittle classify: the input goes into the net as it is, no task normalises it; "
            "printed: 'logits'\n");
}

TEST_F(ClassifyTest, PrintsEveryOutputByItsName) {
  options_.model = TestDataFolder() / "tiny-exit" / "little.onnx";
  WriteInput({0, 0.5F, 0, 0, 0, 0, 0, -3}, {2, 4});
  EXPECT_EQ(Run(), kExitDone) << err_.str();
  const auto all = nlohmann::json::parse(out_.str());
  ASSERT_EQ(all["named_outputs"].size(), 2U) << all;
  EXPECT_EQ(all["named_outputs"]["logits"], all["outputs"]);
  const auto exit = all["named_outputs"]["exit_logits"];
  ASSERT_EQ(exit.size(), 2U);
  EXPECT_NE(exit, all["outputs"]);
  EXPECT_THAT(err_.str(), testing::EndsWith("printed: 'exit_logits', 'logits'; 'outputs' and "
                                            "'classes' are those of 'logits'\n"));
  out_.str("");
  options_.output = "exit_logits";
  EXPECT_EQ(Run(), kExitDone) << err_.str();
  const auto one = nlohmann::json::parse(out_.str());
  EXPECT_EQ(one["outputs"], exit);
  EXPECT_EQ(one["named_outputs"].size(), 1U);
  EXPECT_EQ(one["named_outputs"]["exit_logits"], exit);
}

TEST_F(ClassifyTest, WritesAFileForMoreThanOneBatch) {
  std::vector<float> values(100 * 4, 0.0F);
  for (std::size_t i = 0; i < 100; ++i) values[i * 4 + i % 4] = 1.0F;
  WriteInput(values, {100, 4});
  options_.json = folder_.path() / "out.json";
  EXPECT_EQ(Run(), kExitDone);
  std::ifstream file(options_.json);
  const auto json = nlohmann::json::parse(file);
  ASSERT_EQ(json["classes"].size(), 100U);
  EXPECT_EQ(json["classes"][98], 2);
}

// y = the sums of x's rows, plus z.
class ClassifyInputsTest : public ClassifyTest {
 protected:
  ClassifyInputsTest() {
    nn::testing::OnnxBuilder net({3, 2});
    net.input_type().mutable_shape()->mutable_dim(1)->set_dim_param("length");
    nn::testing::OnnxBuilder::AddPort(*net.graph().add_input(), "z", {2});
    net.Node("ReduceSum", {"x", net.List("axes", {1})}, "s").Int("keepdims", 0);
    net.Node("Add", {"s", "z"});
    options_.model = folder_.Write("net.onnx", net.Bytes());
    options_.inputs = {"x=" + Array("x.npy", {1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2}),
                       "z=" + Array("z.npy", {10, 20, 30, 40}, {2, 2})};
  }
  std::string Array(const std::string& name, const std::vector<float>& values, Shape shape) {
    const auto path = folder_.path() / name;
    EXPECT_TRUE(
        WriteNpy(path, ElementType::kFloat32, shape, std::as_bytes(std::span(values))).ok());
    return path.string();
  }
};

TEST_F(ClassifyInputsTest, EachByItsName) {
  EXPECT_EQ(Run(), kExitDone) << err_.str();
  const auto expected = nlohmann::json::parse("[[14,26],[42,54]]");
  EXPECT_EQ(nlohmann::json::parse(out_.str())["outputs"], expected);
  std::ranges::reverse(options_.inputs);
  options_.shapes = {"x=1,2,2"};
  out_.str("");
  EXPECT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(nlohmann::json::parse(out_.str())["outputs"], expected);
}

TEST_F(ClassifyInputsTest, WrongOnesGetOneLine) {
  const auto refused = [&](const char* expected) {
    err_.str("");
    EXPECT_EQ(Run(), kExitBadInput);
    EXPECT_THAT(err_.str(), testing::HasSubstr(expected));
    EXPECT_EQ(std::ranges::count(err_.str(), '\n'), 1);
  };
  const auto inputs = options_.inputs;
  options_.inputs = {inputs[0]};
  refused("has the inputs 'x', 'z': give each with --input NAME=FILE, 'z' is missing");
  options_.inputs = {inputs[0], inputs[0]};
  refused("--input 'x' is given twice");
  options_.inputs = {inputs[0], "w=" + inputs[1]};
  refused("does not name its input");
  options_.inputs = {inputs[0], "z=" + Array("odd.npy", {1, 2, 3, 4, 5, 6}, {3, 2})};
  refused("has 2 samples");
  options_.inputs = inputs;
  options_.shapes = {"x=1,2"};
  refused("the file says 3 dimensions");
  options_.shapes = {"x=big"};
  refused("--shape 'x=big' must be NAME=1,40,101");
}

TEST_F(ClassifyTest, BadInputGetsOneLine) {
  const auto refused = [&](const char* expected) {
    err_.str("");
    EXPECT_EQ(Run(), kExitBadInput);
    EXPECT_THAT(err_.str(), testing::HasSubstr(expected));
    EXPECT_EQ(std::ranges::count(err_.str(), '\n'), 1);
  };
  refused("X.npy");
  WriteInput({1, 2, 3}, {1, 3});
  refused("takes Nx4");
  options_.output = "logit";
  refused("has no output 'logit'; --output may be 'logits'");
  options_.output.reset();
  WriteInput({1, 2, std::numeric_limits<float>::infinity(), 3}, {1, 4});
  refused("element 2 is not a finite number");
  options_.model = folder_.path() / "none.onnx";
  refused("none.onnx");
}

}  // namespace
}  // namespace biglittle
