// One case for each problem that a task file can have, with the exact words and place.
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/unit/core/task_text.h"

namespace biglittle {
namespace {

struct Case {
  const char* name;
  const char* line;         // of GoodText, is replaced
  const char* replacement;  // may be empty
  std::vector<std::string> problems;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class TaskProblem : public ::testing::TestWithParam<Case> {};

TEST_P(TaskProblem, IsReportedAtItsPlace) {
  std::string text = GoodText();
  const std::string line = GetParam().line;
  const std::size_t at = text.find(line + "\n");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, line.size(), GetParam().replacement);
  std::string expected;
  for (const std::string& problem : GetParam().problems) {
    if (!expected.empty()) expected += "\n";
    expected += "models/har/task.yaml:" + problem;
  }
  EXPECT_EQ(ToString(Parse(text).problems), expected);
}

std::string NameOf(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Head, TaskProblem,
    ::testing::Values(
        Case{"Version", "version: 1", "version: 3", {"1:10: 'version' must be 1, not '3'"}},
        Case{"UnknownKey",
             "version: 1",
             "version: 1\nlable: x",
             {"2:1: unknown key 'lable'; did you mean 'labels'?"}},
        Case{"NameIsNotTheFolders",
             "task: har",
             "task: mnist",
             {"2:7: 'task' is 'mnist', but its folder is 'har'; give both one name"}},
        Case{"NameIsNoName",
             "task: har",
             "task: Har",
             {"2:7: 'task' must be 1 to 64 characters of a-z 0-9 -, not 'Har'"}},
        Case{"DescriptionOfTwoLines",
             "description: What a person is doing",
             "description: \"a\\nb\"",
             {"3:14: 'description' must be one line of 1 to 500 bytes, not 'a\\x0ab'"}},
        Case{"HeldOutIsNoMap",
             "held_out: {accuracy: 0.9, confusion: [[1, 2], [3, 4]]}",
             "held_out: 5",
             {"21:11: 'held_out' must be a map of keys, not '5'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Labels, TaskProblem,
    ::testing::Values(
        Case{"OneAlone",
             "labels: [walk, sit, lie]",
             "labels: [walk]",
             {"4:9: 'labels' must have 2 to 1000 elements, not 1"}},
        Case{"Twice",
             "labels: [walk, sit, lie]",
             "labels: [walk, sit, lie, sit]",
             {"4:26: label 'sit' is given twice"}},
        Case{"Reserved",
             "labels: [walk, sit, lie]",
             "labels: [walk, other, lie]",
             {"4:16: the label 'other' is reserved for what the little net does not know"}},
        Case{"Empty",
             "labels: [walk, sit, lie]",
             "labels: [walk, '', lie]",
             {"4:16: 'labels' must be one line of 1 to 200 bytes, not ''"}},
        Case{"PriorityIsNoLabel",
             "priority_classes: [lie, walk]",
             "priority_classes: [lie, wlak]",
             {"5:25: 'priority_classes' names 'wlak', which is not a label; did you mean "
              "'walk'?"}},
        Case{"PriorityTwice",
             "priority_classes: [lie, walk]",
             "priority_classes: [lie, walk, lie]",
             {"5:31: priority class 'lie' is given twice"}},
        Case{"NoPriority",
             "priority_classes: [lie, walk]",
             "priority_classes: []",
             {"5:19: 'priority_classes' must have 1 to 1000 elements, not 0"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Input, TaskProblem,
    ::testing::Values(
        Case{"DType",
             "  dtype: float32",
             "  dtype: float64",
             {"7:10: 'dtype' must be one of uint8, int16, float32, not 'float64'"}},
        Case{"NoDimension",
             "  shape: [2, 8]",
             "  shape: []",
             {"8:10: 'shape' must have 1 to 8 elements, not 0"}},
        Case{"DimensionZero",
             "  shape: [2, 8]",
             "  shape: [2, 0]",
             {"8:14: 'shape' must be 1 to 67108864, not '0'"}},
        Case{"TooLarge",
             "  shape: [2, 8]",
             "  shape: [2, 10000000]",
             {"8:10: 'shape' 2x10000000 is more than 67108864 bytes a reading"}},
        Case{"SizesThatOverflow",
             "  shape: [2, 8]",
             "  shape: [2, 67108864, 67108864, 67108864]",
             {"8:10: 'shape' 2x67108864x67108864x67108864 is more than 67108864 bytes a "
              "reading"}},
        Case{"MeanSize",
             "  mean: [0.5, -1]",
             "  mean: [0.5, -1, 2]",
             {"10:9: 'mean' must have 1 element or 2, one a channel, not 3"}},
        Case{"UnequalSizes",
             "  mean: [0.5, -1]",
             "  mean: [0.5]",
             {"10:3: 'mean' has 1 and 'standard_deviation' 2 elements; they must have the same "
              "number"}},
        Case{"DeviationZero",
             "  standard_deviation: [1, 2.5]",
             "  standard_deviation: [1, 0]",
             {"11:27: 'standard_deviation' must be above 0, "
              "not '0'"}},
        Case{"MeanIsNoNumber",
             "  mean: [0.5, -1]",
             "  mean: [0.5, nan]",
             {"10:15: 'mean' must be a finite number, not "
              "'nan'"}},
        Case{"MeanIsNoList",
             "  mean: [0.5, -1]",
             "  mean: 0.5",
             {"10:9: 'mean' must be a list, not '0.5'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Nets, TaskProblem,
    ::testing::Values(
        Case{
            "NoFile",
            "  file: little.onnx",
            "  files: little.onnx",
            {"13:3: the key 'file' is missing", "13:3: unknown key 'files'; did you mean 'file'?"}},
        Case{"LittleLacksOther",
             "  outputs: [lie, other, walk]",
             "  outputs: [lie, walk]",
             {"15:12: 'outputs' lacks 'other'"}},
        Case{"LittleLacksAPriority",
             "  outputs: [lie, other, walk]",
             "  outputs: [lie, other]",
             {"15:12: 'outputs' lacks 'walk'"}},
        Case{"LittleKnowsTooMuch",
             "  outputs: [lie, other, walk]",
             "  outputs: [lie, other, walk, sit]",
             {"15:31: output 'sit' of the little net is not a priority class"}},
        Case{"LittleTwice",
             "  outputs: [lie, other, walk]",
             "  outputs: [lie, other, walk, other]",
             {"15:31: output 'other' is given twice"}},
        Case{"LittleUnknown",
             "  outputs: [lie, other, walk]",
             "  outputs: [lie, other, run]",
             {"15:25: 'outputs' names 'run', which is not a label"}},
        Case{"NoOutputs",
             "  outputs: [lie, other, walk]",
             "",
             {"13:3: the key 'outputs' is missing"}},
        Case{"BigLacksALabel",
             "  file: nets/big.onnx",
             "  file: nets/big.onnx\n  outputs: [walk, sit]",
             {"19:12: 'outputs' lacks 'lie'"}},
        Case{"BigKnowsNoOther",
             "  file: nets/big.onnx",
             "  file: nets/big.onnx\n  outputs: [walk, sit, lie, other]",
             {"19:29: 'outputs' names 'other', which is not a label"}},
        Case{"Temperature",
             "  temperature: 1.5",
             "  temperature: 0",
             {"16:16: 'temperature' must be above 0 and at most 1000, not '0'"}},
        Case{"Digest",
             "  file: nets/big.onnx",
             "  file: nets/big.onnx\n  sha256: ABC",
             {"19:11: 'sha256' must be 64 hex digits in lower case, as sha256sum prints",
              "20:3: key 'sha256' is given twice, first at line 19; remove one"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Thresholds, TaskProblem,
    ::testing::Values(Case{"Missing",
                           "thresholds: {lie: 0.25, walk: 1}",
                           "thresholds: {lie: 0.25}",
                           {"20:13: the key 'walk' is missing"}},
                      Case{"NotPrioritised",
                           "thresholds: {lie: 0.25, walk: 1}",
                           "thresholds: {lie: 0.25, walk: 1, sit: 1}",
                           {"20:34: unknown key 'sit'; this map takes walk, lie"}},
                      Case{"Zero",
                           "thresholds: {lie: 0.25, walk: 1}",
                           "thresholds: {lie: 0, walk: 1}",
                           {"20:19: 'lie' must be above 0 and at most 1, not '0'"}},
                      Case{"AboveOne",
                           "thresholds: {lie: 0.25, walk: 1}",
                           "thresholds: {lie: 0.25, walk: 1.01}",
                           {"20:31: 'walk' must be above 0 and at most 1, not '1.01'"}}),
    NameOf);

}  // namespace
}  // namespace biglittle
