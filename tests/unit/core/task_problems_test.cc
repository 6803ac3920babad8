// One case for each problem that a task file can have, with the exact words and place.
#include <gtest/gtest.h>

#include "tests/unit/core/task_problem.h"

namespace biglittle {
namespace {

class TaskProblem : public ::testing::TestWithParam<TaskCase> {};

TEST_P(TaskProblem, IsReportedAtItsPlace) { ExpectItsProblems(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Head, TaskProblem,
    ::testing::Values(
        TaskCase{"Version", "version: 1", "version: 3", {"1:10: 'version' must be 1, not '3'"}},
        TaskCase{"UnknownKey",
                 "version: 1",
                 "version: 1\nlable: x",
                 {"2:1: unknown key 'lable'; did you mean 'labels'?"}},
        TaskCase{"NameIsNotTheFolders",
                 "task: har",
                 "task: mnist",
                 {"2:7: 'task' is 'mnist', but its folder is 'har'; give both one name"}},
        TaskCase{"NameIsNoName",
                 "task: har",
                 "task: Har",
                 {"2:7: 'task' must be 1 to 64 characters of a-z 0-9 -, not 'Har'"}},
        TaskCase{"DescriptionOfTwoLines",
                 "description: What a person is doing",
                 "description: \"a\\nb\"",
                 {"3:14: 'description' must be one line of 1 to 500 bytes, not 'a\\x0ab'"}},
        TaskCase{"Release",
                 "task: har",
                 "task: har\nrelease: 0",
                 {"3:10: 'release' must be 1 to 9007199254740991, not '0'"}},
        TaskCase{"Expires",
                 "task: har",
                 "task: har\nexpires: 31.1.2027",
                 {"3:10: 'expires' must be a day like 2027-01-31, or a time like "
                  "2027-01-31T12:00:00Z, not '31.1.2027'"}},
        TaskCase{
            "DeviceClassOfNoPriorityClass",
            "priority_classes: [lie, walk]",
            "priority_classes: [lie, walk]\ndevice_classes: {sit: motion, wlak: motion}",
            {"6:18: 'device_classes' names 'sit', which is no priority class",
             "6:31: 'device_classes' names 'wlak', which is not a label; did you mean 'walk'?"}},
        TaskCase{
            "DeviceClassThatThereIsNot",
            "priority_classes: [lie, walk]",
            "priority_classes: [lie, walk]\ndevice_classes: {walk: move}",
            {"6:24: 'device_classes' must be one of battery, battery_charging, carbon_monoxide, "
             "cold, connectivity, door, garage_door, gas, heat, light, lock, moisture, "
             "motion, moving, occupancy, opening, plug, power, presence, problem, running, "
             "safety, smoke, sound, tamper, update, vibration, window, not 'move'"}},
        TaskCase{"DeviceClassesAreAMap",
                 "priority_classes: [lie, walk]",
                 "priority_classes: [lie, walk]\ndevice_classes: motion",
                 {"6:17: 'device_classes' must be a map of keys, not 'motion'"}},
        TaskCase{"HeldOutIsNoMap",
                 "held_out: {accuracy: 0.9, confusion: [[1, 2], [3, 4]]}",
                 "held_out: 5",
                 {"21:11: 'held_out' must be a map of keys, not '5'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Filters, TaskProblem,
    ::testing::Values(
        TaskCase{"WithoutARate",
                 "shape: [2, 8]",
                 "shape: [2, 8]\n  filter: {hz: 5}",
                 {"9:11: a 'filter' needs the input's 'rate_hz'"}},
        TaskCase{"AboveHalfOfTheRate",
                 "shape: [2, 8]",
                 "shape: [2, 8]\n  rate_hz: 50\n  filter: {hz: 25}",
                 {"10:11: a cut-off of 25 Hz must be below half of 'rate_hz' (50)"}},
        TaskCase{"OfALowPassNeedsOneCutOff",
                 "shape: [2, 8]",
                 "shape: [2, 8]\n  rate_hz: 50\n  filter: {low_hz: 5}",
                 {"10:11: a low or high pass needs 'hz' and nothing else"}},
        TaskCase{"OfABandPassNeedsTwo",
                 "shape: [2, 8]",
                 "shape: [2, 8]\n  rate_hz: 50\n  filter: {type: band_pass, hz: 5}",
                 {"10:11: a band pass needs 'low_hz' and 'high_hz', and no 'hz'"}},
        TaskCase{"TheLowerComesFirst",
                 "shape: [2, 8]",
                 "shape: [2, 8]\n  rate_hz: 50\n  filter: {type: band_pass, low_hz: 9, high_hz: 5}",
                 {"10:11: 'low_hz' must be less than 'high_hz'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Files, TaskProblem,
    ::testing::Values(
        TaskCase{"Absolute",
                 "file: little.onnx",
                 "file: /srv/little.onnx",
                 {"13:9: 'file' must lie in the task's folder, like 'big.onnx', not be "
                  "'/srv/little.onnx'"}},
        TaskCase{"LeadsOut",
                 "file: nets/big.onnx",
                 "file: nets/../../big.onnx",
                 {"18:9: 'file' must lie in the task's folder, like 'big.onnx', not be "
                  "'nets/../../big.onnx'"}},
        TaskCase{"IsAFolder",
                 "file: nets/big.onnx",
                 "file: nets/",
                 {"18:9: 'file' must lie in the task's folder, like 'big.onnx', not be 'nets/'"}},
        TaskCase{"WeightFileElsewhere",
                 "file: little.onnx",
                 "file: little.onnx\n  weight_files: {../w: x, w.data: y}",
                 {"14:18: 'weight_files' names '../w', which is no file beside the net's",
                  "14:35: 'sha256' must be 64 hex digits in lower case, as sha256sum prints"}},
        TaskCase{"InputShapeOfNoSize",
                 "file: little.onnx",
                 "file: little.onnx\n  input_shapes: {x: [1, 0]}",
                 {"14:25: 'input_shapes' must be 1 to 2147483648, not '0'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Labels, TaskProblem,
    ::testing::Values(
        TaskCase{"OneAlone",
                 "labels: [walk, sit, lie]",
                 "labels: [walk]",
                 {"4:9: 'labels' must have 2 to 1000 elements, not 1"}},
        TaskCase{"Twice",
                 "labels: [walk, sit, lie]",
                 "labels: [walk, sit, lie, sit]",
                 {"4:26: label 'sit' is given twice"}},
        TaskCase{"TwiceForTheEye",
                 "labels: [walk, sit, lie]",
                 "labels: [walk, sit, lie, sit\xe2\x80\x8b]",
                 {"4:26: label 'sit\\u200b' is given twice"}},
        TaskCase{"Reserved",
                 "labels: [walk, sit, lie]",
                 "labels: [walk, other, lie]",
                 {"4:16: the label 'other' is reserved for what the little net does not know"}},
        TaskCase{"Empty",
                 "labels: [walk, sit, lie]",
                 "labels: [walk, '', lie]",
                 {"4:16: 'labels' must be one line of 1 to 200 bytes, not ''"}},
        TaskCase{"PriorityIsNoLabel",
                 "priority_classes: [lie, walk]",
                 "priority_classes: [lie, wlak]",
                 {"5:25: 'priority_classes' names 'wlak', which is not a label; did you mean "
                  "'walk'?"}},
        TaskCase{"PriorityTwice",
                 "priority_classes: [lie, walk]",
                 "priority_classes: [lie, walk, lie]",
                 {"5:31: priority class 'lie' is given twice"}},
        TaskCase{"NoPriority",
                 "priority_classes: [lie, walk]",
                 "priority_classes: []",
                 {"5:19: 'priority_classes' must have 1 to 1000 elements, not 0"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Input, TaskProblem,
    ::testing::Values(
        TaskCase{"DType",
                 "  dtype: float32",
                 "  dtype: float64",
                 {"7:10: 'dtype' must be one of uint8, int16, float32, not 'float64'"}},
        TaskCase{"NoDimension",
                 "  shape: [2, 8]",
                 "  shape: []",
                 {"8:10: 'shape' must have 1 to 8 elements, not 0"}},
        TaskCase{"DimensionZero",
                 "  shape: [2, 8]",
                 "  shape: [2, 0]",
                 {"8:14: 'shape' must be 1 to 67108864, not '0'"}},
        TaskCase{"TooLarge",
                 "  shape: [2, 8]",
                 "  shape: [2, 10000000]",
                 {"8:10: 'shape' 2x10000000 is more than 67108864 bytes a reading"}},
        TaskCase{"SizesThatOverflow",
                 "  shape: [2, 8]",
                 "  shape: [2, 67108864, 67108864, 67108864]",
                 {"8:10: 'shape' 2x67108864x67108864x67108864 is more than 67108864 bytes a "
                  "reading"}},
        TaskCase{"WireDType",
                 "  shape: [2, 8]",
                 "  shape: [2, 8]\n  wire_dtype: bfloat16",
                 {"9:15: 'wire_dtype' must be one of float16, not 'bfloat16'"}},
        TaskCase{"WireDTypeOfBytes",
                 "  dtype: float32",
                 "  dtype: uint8\n  wire_dtype: float16",
                 {"8:15: 'wire_dtype' is only for a 'dtype' of float32; uint8 crosses the network "
                  "as it is: leave 'wire_dtype' out"}},
        TaskCase{"MeanSize",
                 "  mean: [0.5, -1]",
                 "  mean: [0.5, -1, 2]",
                 {"10:9: 'mean' must have 1 element or 2, one a channel, not 3"}},
        TaskCase{"UnequalSizes",
                 "  mean: [0.5, -1]",
                 "  mean: [0.5]",
                 {"10:3: 'mean' has 1 and 'standard_deviation' 2 elements; they must have the same "
                  "number"}},
        TaskCase{"DeviationZero",
                 "  standard_deviation: [1, 2.5]",
                 "  standard_deviation: [1, 0]",
                 {"11:27: 'standard_deviation' must be above 0, "
                  "not '0'"}},
        TaskCase{"MeanIsNoNumber",
                 "  mean: [0.5, -1]",
                 "  mean: [0.5, nan]",
                 {"10:15: 'mean' must be a finite number, not "
                  "'nan'"}},
        TaskCase{"MeanIsNoList",
                 "  mean: [0.5, -1]",
                 "  mean: 0.5",
                 {"10:9: 'mean' must be a list, not '0.5'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Nets, TaskProblem,
    ::testing::Values(
        TaskCase{
            "NoFile",
            "  file: little.onnx",
            "  files: little.onnx",
            {"13:3: the key 'file' is missing", "13:3: unknown key 'files'; did you mean 'file'?"}},
        TaskCase{"LittleLacksOther",
                 "  outputs: [lie, other, walk]",
                 "  outputs: [lie, walk]",
                 {"15:12: 'outputs' lacks 'other'"}},
        TaskCase{"LittleLacksAPriority",
                 "  outputs: [lie, other, walk]",
                 "  outputs: [lie, other]",
                 {"15:12: 'outputs' lacks 'walk'"}},
        TaskCase{"LittleKnowsTooMuch",
                 "  outputs: [lie, other, walk]",
                 "  outputs: [lie, other, walk, sit]",
                 {"15:31: output 'sit' of the little net is not a priority class"}},
        TaskCase{"LittleTwice",
                 "  outputs: [lie, other, walk]",
                 "  outputs: [lie, other, walk, other]",
                 {"15:31: output 'other' is given twice"}},
        TaskCase{"LittleUnknown",
                 "  outputs: [lie, other, walk]",
                 "  outputs: [lie, other, run]",
                 {"15:25: 'outputs' names 'run', which is not a label"}},
        TaskCase{"NoOutputs",
                 "  outputs: [lie, other, walk]",
                 "",
                 {"13:3: the key 'outputs' is missing"}},
        TaskCase{"BigLacksALabel",
                 "  file: nets/big.onnx",
                 "  file: nets/big.onnx\n  outputs: [walk, sit]",
                 {"19:12: 'outputs' lacks 'lie'"}},
        TaskCase{"BigKnowsNoOther",
                 "  file: nets/big.onnx",
                 "  file: nets/big.onnx\n  outputs: [walk, sit, lie, other]",
                 {"19:29: 'outputs' names 'other', which is not a label"}},
        TaskCase{"Temperature",
                 "  temperature: 1.5",
                 "  temperature: 0",
                 {"16:16: 'temperature' must be above 0 and at most 1000, not '0'"}},
        TaskCase{"Digest",
                 "  file: nets/big.onnx",
                 "  file: nets/big.onnx\n  sha256: ABC",
                 {"19:11: 'sha256' must be 64 hex digits in lower case, as sha256sum prints",
                  "20:3: key 'sha256' is given twice, first at line 19; remove one"}}),
    NameOf);

}  // namespace
}  // namespace biglittle
