// One case for each problem with the keys that say when the little net may answer, and how it was
// chosen.
#include <gtest/gtest.h>

#include "tests/unit/core/task_problem.h"

namespace biglittle {
namespace {

class TaskAnswerProblem : public ::testing::TestWithParam<TaskCase> {};

TEST_P(TaskAnswerProblem, IsReportedAtItsPlace) { ExpectItsProblems(GetParam()); }

constexpr const char* kOutputs = "  outputs: [lie, other, walk]";
constexpr const char* kThresholds = "thresholds: {lie: 0.25, walk: 1}";
constexpr const char* kHeldOut = "held_out: {accuracy: 0.9, confusion: [[1, 2], [3, 4]]}";
// What an early exit's case replaces, and what it replaces it by in front of its own.
constexpr const char* kLittleEnd = "  outputs: [lie, other, walk]\n  temperature: 1.5\nbig:";
#define EARLY_EXIT_DESIGN "  design: early_exit\n  outputs: [lie, sit, walk]\n"

INSTANTIATE_TEST_SUITE_P(
    Design, TaskAnswerProblem,
    ::testing::Values(
        TaskCase{"Unknown",
                 kOutputs,
                 "  outputs: [lie, other, walk]\n  design: exit",
                 {"16:11: 'design' must be one of subset, detectors, early_exit, not 'exit'"}},
        TaskCase{"DetectorsKnowNoOther",
                 kOutputs,
                 "  design: detectors\n  outputs: [lie, other, walk]",
                 {"16:18: 'outputs' names 'other', which is not a label"}},
        TaskCase{"DetectorsLackAPriority",
                 kOutputs,
                 "  design: detectors\n  outputs: [walk]",
                 {"16:12: 'outputs' lacks 'lie'"}},
        TaskCase{"DetectorsKnowTooMuch",
                 kOutputs,
                 "  design: detectors\n  outputs: [lie, walk, sit]",
                 {"16:24: output 'sit' of the little net is not a priority class"}},
        TaskCase{"EarlyExitLacksALabel",
                 kOutputs,
                 "  design: early_exit\n  outputs: [lie, walk]",
                 {"16:12: 'outputs' lacks 'sit'"}},
        TaskCase{"EarlyExitKnowsNoOther",
                 kOutputs,
                 "  design: early_exit\n  outputs: [lie, other, walk]",
                 {"16:18: 'outputs' names 'other', which is not a label"}},
        TaskCase{
            "OfTheBigNet",
            "  file: nets/big.onnx",
            "  file: nets/big.onnx\n  design: subset",
            {"19:3: unknown key 'design'; this map takes file, sha256, weight_files, input_shapes, "
             "temperature, outputs"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Thresholds, TaskAnswerProblem,
    ::testing::Values(
        TaskCase{"NotToldApart",
                 kThresholds,
                 "thresholds: {lie: 0.25, walk: 1, sit: 1}",
                 {"20:34: 'thresholds' names 'sit', which the little net does not tell apart"}},
        TaskCase{"NoLabel",
                 kThresholds,
                 "thresholds: {lie: 0.25, wlak: 1}",
                 {"20:25: 'thresholds' names 'wlak', which is not a label; did you mean 'walk'?"}},
        TaskCase{"Other",
                 kThresholds,
                 "thresholds: {other: 0.5}",
                 {"20:14: 'thresholds' names 'other', which is not a label"}},
        TaskCase{"Twice",
                 kThresholds,
                 "thresholds: {lie: 0.5, lie: 0.6}",
                 {"20:24: key 'lie' is given twice, first at line 20; remove one"}},
        TaskCase{"Zero",
                 kThresholds,
                 "thresholds: {lie: 0, walk: 1}",
                 {"20:19: 'lie' must be above 0 and at most 1, not '0'"}},
        TaskCase{"AboveOne",
                 kThresholds,
                 "thresholds: {lie: 0.25, walk: 1.01}",
                 {"20:31: 'walk' must be above 0 and at most 1, not '1.01'"}},
        TaskCase{"NoMap",
                 kThresholds,
                 "thresholds: 0.5",
                 {"20:13: 'thresholds' must be a map of keys, not '0.5'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Score, TaskAnswerProblem,
    ::testing::Values(
        TaskCase{
            "Unknown",
            kThresholds,
            "score: sure",
            {"20:8: 'score' must be one of confidence, margin, entropy, logistic, not 'sure'"}},
        TaskCase{"LogisticWithoutWeights",
                 kThresholds,
                 "score: logistic",
                 {"1:1: 'score' is logistic, but the three weights 'logistic' are missing"}},
        TaskCase{"TwoWeights",
                 kThresholds,
                 "score: logistic\nlogistic: [1, 2]",
                 {"21:11: 'logistic' must have 3 elements, not 2"}},
        TaskCase{"AWeightIsNoNumber",
                 kThresholds,
                 "score: logistic\nlogistic: [1, 2, many]",
                 {"21:18: 'logistic' must be a number, not 'many'"}},
        TaskCase{"AWeightIsTooLarge",
                 kThresholds,
                 "logistic: [1, -1000001, 2]",
                 {"20:15: 'logistic' must be -1000000 to 1000000, not '-1000001'"}},
        TaskCase{"EnergyIsNoNumber",
                 kThresholds,
                 "most_energy: high",
                 {"20:14: 'most_energy' must be a number, not 'high'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    EarlyExit, TaskAnswerProblem,
    ::testing::Values(
        TaskCase{"OfAnotherDesign",
                 kHeldOut,
                 "early_exit: {temperature: 2}",
                 {"21:13: 'early_exit' is only for a little net whose design is early_exit"}},
        TaskCase{"NoMap",
                 kLittleEnd,
                 EARLY_EXIT_DESIGN "early_exit: 5\nbig:",
                 {"17:13: 'early_exit' must be a map of keys, not '5'"}},
        TaskCase{"Temperature",
                 kLittleEnd,
                 EARLY_EXIT_DESIGN "early_exit: {temperature: 0}\nbig:",
                 {"17:27: 'temperature' must be above 0 and at most 1000, not '0'"}},
        TaskCase{"Threshold",
                 kLittleEnd,
                 EARLY_EXIT_DESIGN "early_exit: {thresholds: {run: 0.5, sit: 2}}\nbig:",
                 {"17:27: 'thresholds' names 'run', which is not a label",
                  "17:42: 'sit' must be above 0 and at most 1, not '2'"}},
        TaskCase{"LogisticWithoutWeights",
                 kLittleEnd,
                 EARLY_EXIT_DESIGN "score: logistic\nearly_exit: {}\nbig:",
                 {"1:1: 'score' is logistic, but the three weights 'logistic' are missing",
                  "18:13: 'score' is logistic, but the three weights 'logistic' are missing"}},
        TaskCase{"UnknownKey",
                 kLittleEnd,
                 EARLY_EXIT_DESIGN "early_exit: {treshold: 1}\nbig:",
                 {"17:14: unknown key 'treshold'; did you mean 'thresholds'?"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Validation, TaskAnswerProblem,
    ::testing::Values(
        TaskCase{"NoMap",
                 kHeldOut,
                 "validation: 5",
                 {"21:13: 'validation' must be a map of keys, not '5'"}},
        TaskCase{"NoKind",
                 kHeldOut,
                 "validation: {}",
                 {"21:13: 'validation' needs 'every', 'groups' or 'simulated_seed'"}},
        TaskCase{"UnknownKind",
                 kHeldOut,
                 "validation: {evry: 5}",
                 {"21:13: 'validation' needs 'every', 'groups' or 'simulated_seed'",
                  "21:14: unknown key 'evry'; did you mean 'every'?"}},
        TaskCase{"TwoKinds",
                 kHeldOut,
                 "validation: {every: 5, simulated_seed: 1}",
                 {"21:24: unknown key 'simulated_seed'; this map takes every"}},
        TaskCase{"EveryRow",
                 kHeldOut,
                 "validation: {every: 1}",
                 {"21:21: 'every' must be 2 to 1000000, not '1'"}},
        TaskCase{"GroupsInAnotherFolder",
                 kHeldOut,
                 "validation: {groups: a/b, held: [1]}",
                 {"21:22: 'groups' must be the name of an array beside the windows, without '/', "
                  "not 'a/b'"}},
        TaskCase{"HeldMissing",
                 kHeldOut,
                 "validation: {groups: subject_train}",
                 {"21:13: the key 'held' is missing"}},
        TaskCase{"HeldEmpty",
                 kHeldOut,
                 "validation: {groups: subject_train, held: []}",
                 {"21:43: 'held' must have 1 to 100000 elements, not 0"}},
        TaskCase{"HeldIsNoNumber",
                 kHeldOut,
                 "validation: {groups: subject_train, held: [2, anna]}",
                 {"21:47: 'held' must be a whole number, not 'anna'"}},
        TaskCase{"ReadingsMissing",
                 kHeldOut,
                 "validation: {simulated_seed: 1}",
                 {"21:13: the key 'readings' is missing"}},
        TaskCase{"SimulationOutOfRange",
                 kHeldOut,
                 "validation: {simulated_seed: -1, readings: 0}",
                 {"21:30: 'simulated_seed' must be 0 to 9007199254740991, not '-1'",
                  "21:44: 'readings' must be 1 to 10000000, not '0'"}},
        TaskCase{"TunedIsNoMap",
                 kHeldOut,
                 "tuned: yes",
                 {"21:8: 'tuned' must be a map of keys, not 'yes'"}}),
    NameOf);

}  // namespace
}  // namespace biglittle
