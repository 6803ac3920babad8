#include "cli/inspect/inspect_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

const std::filesystem::path kNet =
    std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "tests/unit/nn/goldens/time_series_net.onnx";

TEST(InspectCommand, TellsWhatIsInAModel) {
  std::ostringstream out;
  std::ostringstream err;
  ASSERT_EQ(RunInspect({kNet}, out, err), 0) << err.str();
  EXPECT_EQ(err.str(), "");
  EXPECT_THAT(out.str(), HasSubstr("producer                pytorch 1.13.0\n"));
  EXPECT_THAT(out.str(), HasSubstr("opset                   13\n"));
  EXPECT_THAT(out.str(), MatchesRegex(".*\nsha256                  [0-9a-f]{64}\n.*"));
  EXPECT_THAT(out.str(), HasSubstr("\nbytes                   " +
                                   std::to_string(std::filesystem::file_size(kNet)) + "\n"));
  EXPECT_THAT(out.str(), HasSubstr("input                   input [N, 9, 64]\n"));
  EXPECT_THAT(out.str(), HasSubstr("output                  logits [N, 6]\n"));
  // Convolutions, their normalisations (4 numbers a channel), and the linear layer.
  EXPECT_THAT(out.str(), HasSubstr("parameters              6150\n"));
  EXPECT_THAT(out.str(), HasSubstr("multiply-adds a sample  147600\n"));
  EXPECT_THAT(out.str(), HasSubstr("\n  Conv                  6\n"));
}

TEST(InspectCommand, TellsSeveralOutputs) {
  const std::filesystem::path net =
      std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "tests/fuzz/corpus/nn_loader/early_exit.onnx";
  std::ostringstream out;
  std::ostringstream err;
  ASSERT_EQ(RunInspect({net}, out, err), 0) << err.str();
  EXPECT_THAT(out.str(), HasSubstr("\noutput 0                exit [N, 3]\n"
                                   "output 1                y [N, 3]\n"
                                   "samples of a batch      computed together\n"
                                   "parameters "));
  // Two channels of 4x5: the trunk's 3x3 convolution, the exit's product, then the rest.
  const int trunk = 2 * 2 * 9 * 20;
  const int exit = trunk + 2 * 3;
  const int all = exit + trunk + 40 * 3;
  EXPECT_THAT(out.str(), HasSubstr("\nmultiply-adds a sample  " + std::to_string(all) +
                                   "\n  to output 0           " + std::to_string(exit) +
                                   "\n  to output 1           " + std::to_string(all) + "\n"));
}

TEST(InspectCommand, RefusesInOneLine) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunInspect({"/nonexistent/net.onnx"}, out, err), 2);
  EXPECT_EQ(out.str(), "");
  EXPECT_EQ(err.str(), "/nonexistent/net.onnx: no such file\n");

  const TemporaryFolder folder;
  const std::filesystem::path text = folder.Write("text.onnx", "this is no net");
  std::ostringstream second;
  EXPECT_EQ(RunInspect({text}, out, second), 2);
  EXPECT_THAT(second.str(), HasSubstr("it is not an ONNX file"));
}

}  // namespace
}  // namespace biglittle
