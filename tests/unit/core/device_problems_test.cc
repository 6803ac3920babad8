// One case for each problem of a fleet file's devices.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/core/fleet_problem.h"

namespace biglittle {
namespace {

class DeviceProblem : public FleetProblem {};

TEST_P(DeviceProblem, IsReportedAtItsPlace) {
  const TemporaryFolder folder;
  EXPECT_EQ(ProblemsOf(std::string(kHead) + GetParam().text, folder),
            Expected(GetParam().problems, folder));
}

INSTANTIATE_TEST_SUITE_P(
    Device, DeviceProblem,
    ::testing::Values(
        FleetCase{"Incomplete",
                  "devices: [{}]\n",
                  {"4:11: the key 'id' is missing", "4:11: the key 'source' is missing",
                   "4:11: the key 'task' is missing"}},
        FleetCase{"IdTwice",
                  "devices:\n"
                  "  - {id: a, task: har, source: {type: vibration}}\n"
                  "  - {id: a, task: har, source: {type: vibration}}\n",
                  {"6:10: device id 'a' is given twice, first at line 5"}},
        FleetCase{"IdIsNoName",
                  "devices: [{id: a/b, task: har, source: {type: vibration}}]\n",
                  {"4:16: 'id' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not 'a/b'"}},
        FleetCase{"UnknownTask",
                  "devices: [{id: a, task: mnist, source: {type: vibration}}]\n",
                  {"4:25: there is no task 'mnist': no file {folder}/models/mnist/task.yaml"}},
        FleetCase{"TaskThatNobodyServes",
                  "devices: [{id: a, task: vibration, source: {type: vibration}}]\n"
                  "workers: [{id: w, tasks: [har]}]\n",
                  {"4:25: no worker serves the task 'vibration'; add it to a worker's 'tasks'"}},
        FleetCase{"MarginAsLongAsTheDeadline",
                  "devices: [{id: a, task: har, source: {type: vibration}, deadline_ms: 20,\n"
                  "           escalation: {deadline_margin_ms: 20}}]\n",
                  {"5:45: 'deadline_margin_ms' (20) must be less than 'deadline_ms' (20)"}},
        FleetCase{"DeadlineWithinTheDefaultMargin",
                  "devices: [{id: a, task: har, source: {type: vibration}, deadline_ms: 5}]\n",
                  {"4:70: 'deadline_margin_ms' (5) must be less than 'deadline_ms' (5)"}},
        FleetCase{"EveryBound",
                  "devices:\n"
                  "  - id: a\n"
                  "    task: har\n"
                  "    deadline_ms: 3600001\n"
                  "    source: {type: vibration, seed: -1, readings: 0, interval_ms: 3600001}\n"
                  "    escalation: {threshold: 1.1, max_pending: 100001, policy: always,\n"
                  "                 unlike: maybe}\n"
                  "    status_interval_ms: 3600001\n"
                  "    drain_timeout_ms: -1\n"
                  "    health: {host: 'http://x', port: 0, path: y}\n",
                  {"7:18: 'deadline_ms' must be 1 to 3600000 milliseconds, not '3600001'",
                   "8:37: 'seed' must be 0 to 9007199254740991, not '-1'",
                   "8:51: 'readings' must be 1 to 9007199254740991, not '0'",
                   "8:67: 'interval_ms' must be 0 to 3600000 milliseconds, not '3600001'",
                   "9:29: 'threshold' must be 0 to 1, not '1.1'",
                   "9:47: 'max_pending' must be 1 to 100000, not '100001'",
                   "9:63: 'policy' must be one of tuned, confidence, margin, entropy, logistic, "
                   "little-only, "
                   "big-only, not 'always'",
                   "10:26: 'unlike' must be one of escalate, flag, ignore, not 'maybe'",
                   "11:25: 'status_interval_ms' must be 100 to 3600000 milliseconds, not '3600001'",
                   "12:23: 'drain_timeout_ms' must be 0 to 300000 milliseconds, not '-1'",
                   "13:20: 'host' must be a host name or an IP address alone, not 'http://x': "
                   "write 'x'",
                   "13:38: 'port' must be 1 to 65535, not '0'",
                   "13:41: unknown key 'path'; this map takes host, port"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Source, DeviceProblem,
    ::testing::Values(
        FleetCase{"NoType",
                  "devices: [{id: a, task: har, source: {interval_ms: 5}}]\n",
                  {"4:38: the key 'type' is missing"}},
        FleetCase{"UnknownType",
                  "devices: [{id: a, task: har, source: {type: sonar, lens: 5}}]\n",
                  {"4:45: 'type' must be one of replay, vibration, exec, file, serial, mqtt, "
                   "modbus, alsa, iio, camera, not 'sonar'"}},
        FleetCase{"KeyOfTheOtherType",
                  "devices: [{id: a, task: har, source: {type: vibration, stride: 2}}]\n",
                  {"4:56: unknown key 'stride'; this map takes type, seed, readings, interval_ms, "
                   "queue_capacity, when_full"}},
        FleetCase{"NoWindows",
                  "devices: [{id: a, task: har, source: {type: replay}}]\n",
                  {"4:38: the key 'windows' is missing"}},
        FleetCase{
            "NoSuchFiles",
            "devices: [{id: a, task: har, source: {type: replay, windows: no.npy, labels: n}}]\n",
            {"4:62: there is no file {folder}/no.npy", "4:78: there is no file {folder}/n"}},
        FleetCase{
            "EveryBound",
            "devices:\n"
            "  - id: a\n"
            "    task: har\n"
            "    source: {type: replay, windows: x.npy, start: -1, stride: 0, shuffle_seed: -1}\n",
            {"7:51: 'start' must be 0 to 9007199254740991, not '-1'",
             "7:63: 'stride' must be 1 to 9007199254740991, not '0'",
             "7:80: 'shuffle_seed' must be 0 to 9007199254740991, not '-1'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Template, DeviceProblem,
    ::testing::Values(
        FleetCase{"WithoutNumber",
                  "devices: [{id: a, count: 2, task: har, source: {type: vibration}}]\n",
                  {"4:16: 'id' must contain {n}, the number of the copy, where 'count' is 2"}},
        FleetCase{"WithoutCount",
                  "devices: [{id: 'a-{n}', task: har, source: {type: vibration}}]\n",
                  {"4:16: 'id' has {n}, the number of a copy; say how many with 'count'"}},
        FleetCase{
            "FirstWithoutCount",
            "devices: [{id: a, first: 2, task: har, source: {type: vibration}}]\n",
            {"4:26: 'first' numbers the copies of a template; give 'count' too, or remove it"}},
        FleetCase{"TooManyCopies",
                  "devices: [{id: 'a-{n}', count: 100001, task: har, source: {type: vibration}}]\n",
                  {"4:32: 'count' must be 1 to 100000, not '100001'"}},
        FleetCase{"TooManyInAll",
                  "devices:\n"
                  "  - {id: 'a-{n}', count: 60000, task: har, source: {type: vibration}}\n"
                  "  - {id: 'b-{n}', count: 60000, task: har, source: {type: vibration}}\n",
                  {"6:5: more than 100000 devices in all; divide the fleet"}},
        FleetCase{"CopyHasAnotherDevicesId",
                  "devices:\n"
                  "  - {id: a-2, task: har, source: {type: vibration}}\n"
                  "  - {id: 'a-{n}', count: 3, task: har, source: {type: vibration}}\n",
                  {"6:10: device id 'a-2' is given twice, first at line 5"}},
        FleetCase{
            "IdTooLongOnceUnfolded",
            "devices: [{id: 'a23456789012345678901234567890123456789012345678901234567890{n}',\n"
            "           count: 20, first: 99990, task: har, source: {type: vibration}}]\n",
            {"4:16: 'id' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not "
             "'a23456789012345678901234567890123456789012345678901234567890...'"}},
        FleetCase{"NoPortsLeftForTheirHealth",
                  "devices:\n"
                  "  - {id: 'a-{n}', count: 3, task: har, source: {type: vibration},\n"
                  "     health: {port: 65534}}\n",
                  {"6:14: the 3 copies would listen on the ports 65534 to 65536, and 65535 is the "
                   "last one: a lower health port, or fewer copies"}},
        FleetCase{"DefaultsTakeNoId",
                  "device_defaults: {id: a}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:19: unknown key 'id'; this map takes task, deadline_ms, "
                   "class_deadlines_ms, answer_mode, source, escalation, results, state, "
                   "store, record, status_interval_ms, drain_timeout_ms, health"}}),
    NameOf);

}  // namespace
}  // namespace biglittle
