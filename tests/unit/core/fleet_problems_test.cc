// One case for each problem that a fleet file can have, with the exact words and place.
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "core/fleet_config.h"
#include "tests/fakes/temporary_folder.h"

namespace biglittle {
namespace {

struct Case {
  const char* name;
  const char* text;
  std::vector<std::string> problems;  // "line:column: message"; {folder} stands for the file's
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

// Lines 1 to 3 of every file below; their text begins at line 4.
constexpr char kHead[] = "version: 1\nfleet: plant\nmodels: models\n";
constexpr char kWorker[] = "workers: [{id: w, tasks: [har]}]\n";

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

std::string ProblemsOf(const std::string& text, const TemporaryFolder& folder) {
  folder.Write("models/vibration/task.yaml", "");
  folder.Write("models/har/task.yaml", "");
  folder.Write("x.npy", "");
  return ToString(ParseFleet(text, folder.path() / "f.yaml").problems);
}

std::string Expected(const std::vector<std::string>& problems, const TemporaryFolder& folder) {
  std::string all;
  for (const std::string& problem : problems) {
    if (!all.empty()) all += "\n";
    all += (folder.path() / "f.yaml:").string();
    all += Replaced(problem, "{folder}", folder.path().string());
  }
  return all;
}

class FleetProblem : public ::testing::TestWithParam<Case> {};

TEST_P(FleetProblem, IsReportedAtItsPlace) {
  const TemporaryFolder folder;
  EXPECT_EQ(ProblemsOf(std::string(kHead) + GetParam().text, folder),
            Expected(GetParam().problems, folder));
}

std::string NameOf(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    File, FleetProblem,
    ::testing::Values(
        Case{"UnknownKey",
             "workres: []\nworkers: [{id: w, tasks: [har]}]\n",
             {"4:1: unknown key 'workres'; did you mean 'workers'?"}},
        Case{"UnknownKeyNearNothing",
             "workers: [{id: w, tasks: [har]}]\nsecurity: off\n",
             {"5:1: unknown key 'security'; this map takes version, fleet, topic_root, "
              "worker_group, models, broker, device_defaults, devices, workers"}},
        Case{"NothingInIt", "", {"1:1: neither 'devices' nor 'workers' names anything"}},
        Case{"TopicRoot",
             "topic_root: a//b\nworkers: [{id: w, tasks: [har]}]\n",
             {"4:13: 'topic_root' must be levels of A-Z a-z 0-9 _ . - with '/' between them, not "
              "'a//b'"}},
        Case{"TopicRootWildcard",
             "topic_root: a/+\nworkers: [{id: w, tasks: [har]}]\n",
             {"4:13: 'topic_root' must be levels of A-Z a-z 0-9 _ . - with '/' between them, not "
              "'a/+'"}},
        Case{"WorkerGroup",
             "worker_group: a/b\nworkers: [{id: w, tasks: [har]}]\n",
             {"4:15: 'worker_group' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not 'a/b'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Broker, FleetProblem,
    ::testing::Values(
        Case{"NoMap",
             "broker: localhost\nworkers: [{id: w, tasks: [har]}]\n",
             {"4:9: 'broker' must be a map of keys, not 'localhost'"}},
        Case{"Empty",
             "broker:\nworkers: [{id: w, tasks: [har]}]\n",
             {"4:1: 'broker' must be a map of keys, not nothing"}},
        Case{"HostWithScheme",
             "broker: {host: 'mqtt://b'}\nworkers: [{id: w, tasks: [har]}]\n",
             {"4:16: 'host' must be a host name or an IP address alone, not 'mqtt://b'"}},
        Case{"EveryBound",
             "broker:\n"
             "  port: 0\n"
             "  keep_alive_s: 3601\n"
             "  session_expiry_s: 604801\n"
             "  connect_timeout_ms: 99\n"
             "  reconnect_delay_min_ms: 9\n"
             "  reconnect_delay_max_ms: 600001\n"
             "  max_payload_bytes: 1023\n"
             "  max_backlog_messages: 0\n"
             "  max_in_flight_messages: 65536\n"
             "workers: [{id: w, tasks: [har]}]\n",
             {"5:9: 'port' must be 1 to 65535, not '0'",
              "6:17: 'keep_alive_s' must be 1 to 3600 seconds, not '3601'",
              "7:21: 'session_expiry_s' must be 0 to 604800 seconds, not '604801'",
              "8:23: 'connect_timeout_ms' must be 100 to 60000 milliseconds, not '99'",
              "9:27: 'reconnect_delay_min_ms' must be 10 to 60000 milliseconds, not '9'",
              "10:27: 'reconnect_delay_max_ms' must be 10 to 600000 milliseconds, not '600001'",
              "11:22: 'max_payload_bytes' must be 1024 to 67108864 bytes, not '1023'",
              "12:25: 'max_backlog_messages' must be 1 to 1000000, not '0'",
              "13:27: 'max_in_flight_messages' must be 1 to 65535, not '65536'"}},
        Case{"DelaysCrossed",
             "broker: {reconnect_delay_min_ms: 200, reconnect_delay_max_ms: 100}\n"
             "workers: [{id: w, tasks: [har]}]\n",
             {"4:63: 'reconnect_delay_max_ms' (100) must be at least 'reconnect_delay_min_ms' "
              "(200)"}},
        Case{"DelayAboveTheDefault",
             "broker: {reconnect_delay_min_ms: 6000}\nworkers: [{id: w, tasks: [har]}]\n",
             {"4:34: 'reconnect_delay_max_ms' (5000) must be at least 'reconnect_delay_min_ms' "
              "(6000)"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Worker, FleetProblem,
    ::testing::Values(
        Case{"Incomplete",
             "workers: [{}]\n",
             {"4:11: the key 'id' is missing", "4:11: the key 'tasks' is missing"}},
        Case{"NoTasks",
             "workers: [{id: w, tasks: []}]\n",
             {"4:26: 'tasks' must have 1 to 100 elements, not 0"}},
        Case{"UnknownTask",
             "workers: [{id: w, tasks: [har, mnist]}]\n",
             {"4:32: there is no task 'mnist': no file {folder}/models/mnist/task.yaml"}},
        Case{"TaskIsNoName",
             "workers: [{id: w, tasks: [../har]}]\n",
             {"4:27: 'tasks' must be 1 to 64 characters of a-z 0-9 -, not '../har'"}},
        Case{"TaskTwice",
             "workers: [{id: w, tasks: [har, har]}]\n",
             {"4:32: task 'har' is given twice"}},
        Case{"IdTwice",
             "workers:\n  - {id: w, tasks: [har]}\n  - {id: w, tasks: [har]}\n",
             {"6:10: worker id 'w' is given twice, first at line 5"}},
        Case{"IdIsNoName",
             "workers: [{id: 'a#', tasks: [har]}]\n",
             {"4:16: 'id' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not 'a#'"}},
        Case{"EveryBound",
             "workers:\n"
             "  - id: w\n"
             "    tasks: [har]\n"
             "    max_batch_size: 1025\n"
             "    max_queue_delay_ms: 10001\n"
             "    queue_capacity: 0\n"
             "    status_interval_ms: 99\n"
             "    drain_timeout_ms: 300001\n",
             {"7:21: 'max_batch_size' must be 1 to 1024, not '1025'",
              "8:25: 'max_queue_delay_ms' must be 0 to 10000 milliseconds, not '10001'",
              "9:21: 'queue_capacity' must be 1 to 1000000, not '0'",
              "10:25: 'status_interval_ms' must be 100 to 3600000 milliseconds, not '99'",
              "11:23: 'drain_timeout_ms' must be 0 to 300000 milliseconds, not '300001'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Device, FleetProblem,
    ::testing::Values(
        Case{"Incomplete",
             "devices: [{}]\n",
             {"4:11: the key 'id' is missing", "4:11: the key 'source' is missing",
              "4:11: the key 'task' is missing"}},
        Case{"IdTwice",
             "devices:\n"
             "  - {id: a, task: har, source: {type: vibration}}\n"
             "  - {id: a, task: har, source: {type: vibration}}\n",
             {"6:10: device id 'a' is given twice, first at line 5"}},
        Case{"IdIsNoName",
             "devices: [{id: a/b, task: har, source: {type: vibration}}]\n",
             {"4:16: 'id' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not 'a/b'"}},
        Case{"UnknownTask",
             "devices: [{id: a, task: mnist, source: {type: vibration}}]\n",
             {"4:25: there is no task 'mnist': no file {folder}/models/mnist/task.yaml"}},
        Case{"TaskThatNobodyServes",
             "devices: [{id: a, task: vibration, source: {type: vibration}}]\n"
             "workers: [{id: w, tasks: [har]}]\n",
             {"4:25: no worker serves the task 'vibration'; add it to a worker's 'tasks'"}},
        Case{"MarginAsLongAsTheDeadline",
             "devices: [{id: a, task: har, source: {type: vibration}, deadline_ms: 20,\n"
             "           escalation: {deadline_margin_ms: 20}}]\n",
             {"5:45: 'deadline_margin_ms' (20) must be less than 'deadline_ms' (20)"}},
        Case{"DeadlineWithinTheDefaultMargin",
             "devices: [{id: a, task: har, source: {type: vibration}, deadline_ms: 5}]\n",
             {"4:70: 'deadline_margin_ms' (5) must be less than 'deadline_ms' (5)"}},
        Case{"EveryBound",
             "devices:\n"
             "  - id: a\n"
             "    task: har\n"
             "    deadline_ms: 3600001\n"
             "    source: {type: vibration, seed: -1, readings: 0, interval_ms: 3600001}\n"
             "    escalation: {threshold: 1.1, max_pending: 100001, policy: always}\n"
             "    status_interval_ms: 3600001\n"
             "    drain_timeout_ms: -1\n",
             {"7:18: 'deadline_ms' must be 1 to 3600000 milliseconds, not '3600001'",
              "8:37: 'seed' must be 0 to 9007199254740991, not '-1'",
              "8:51: 'readings' must be 1 to 9007199254740991, not '0'",
              "8:67: 'interval_ms' must be 0 to 3600000 milliseconds, not '3600001'",
              "9:29: 'threshold' must be 0 to 1, not '1.1'",
              "9:47: 'max_pending' must be 1 to 100000, not '100001'",
              "9:63: 'policy' must be one of confidence, little-only, big-only, not 'always'",
              "10:25: 'status_interval_ms' must be 100 to 3600000 milliseconds, not '3600001'",
              "11:23: 'drain_timeout_ms' must be 0 to 300000 milliseconds, not '-1'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Source, FleetProblem,
    ::testing::Values(
        Case{"NoType",
             "devices: [{id: a, task: har, source: {interval_ms: 5}}]\n",
             {"4:38: the key 'type' is missing"}},
        Case{"UnknownType",
             "devices: [{id: a, task: har, source: {type: camera, lens: 5}}]\n",
             {"4:45: 'type' must be one of replay, vibration, not 'camera'"}},
        Case{"KeyOfTheOtherType",
             "devices: [{id: a, task: har, source: {type: vibration, stride: 2}}]\n",
             {"4:56: unknown key 'stride'; this map takes type, seed, readings, interval_ms"}},
        Case{"NoWindows",
             "devices: [{id: a, task: har, source: {type: replay}}]\n",
             {"4:38: the key 'windows' is missing"}},
        Case{"NoSuchFiles",
             "devices: [{id: a, task: har, source: {type: replay, windows: no.npy, labels: n}}]\n",
             {"4:62: there is no file {folder}/no.npy", "4:78: there is no file {folder}/n"}},
        Case{"EveryBound",
             "devices:\n"
             "  - id: a\n"
             "    task: har\n"
             "    source: {type: replay, windows: x.npy, start: -1, stride: 0, shuffle_seed: -1}\n",
             {"7:51: 'start' must be 0 to 9007199254740991, not '-1'",
              "7:63: 'stride' must be 1 to 9007199254740991, not '0'",
              "7:80: 'shuffle_seed' must be 0 to 9007199254740991, not '-1'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Template, FleetProblem,
    ::testing::Values(
        Case{"WithoutNumber",
             "devices: [{id: a, count: 2, task: har, source: {type: vibration}}]\n",
             {"4:16: 'id' must contain {n}, the number of the copy, where 'count' is 2"}},
        Case{"WithoutCount",
             "devices: [{id: 'a-{n}', task: har, source: {type: vibration}}]\n",
             {"4:16: 'id' has {n}, the number of a copy; say how many with 'count'"}},
        Case{"FirstWithoutCount",
             "devices: [{id: a, first: 2, task: har, source: {type: vibration}}]\n",
             {"4:26: 'first' numbers the copies of a template; give 'count' too, or remove it"}},
        Case{"TooManyCopies",
             "devices: [{id: 'a-{n}', count: 100001, task: har, source: {type: vibration}}]\n",
             {"4:32: 'count' must be 1 to 100000, not '100001'"}},
        Case{"TooManyInAll",
             "devices:\n"
             "  - {id: 'a-{n}', count: 60000, task: har, source: {type: vibration}}\n"
             "  - {id: 'b-{n}', count: 60000, task: har, source: {type: vibration}}\n",
             {"6:5: more than 100000 devices in all; divide the fleet"}},
        Case{"CopyHasAnotherDevicesId",
             "devices:\n"
             "  - {id: a-2, task: har, source: {type: vibration}}\n"
             "  - {id: 'a-{n}', count: 3, task: har, source: {type: vibration}}\n",
             {"6:10: device id 'a-2' is given twice, first at line 5"}},
        Case{"IdTooLongOnceUnfolded",
             "devices: [{id: 'a23456789012345678901234567890123456789012345678901234567890{n}',\n"
             "           count: 20, first: 99990, task: har, source: {type: vibration}}]\n",
             {"4:16: 'id' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not "
              "'a23456789012345678901234567890123456789012345678901234567890...'"}},
        Case{"DefaultsTakeNoId",
             "device_defaults: {id: a}\nworkers: [{id: w, tasks: [har]}]\n",
             {"4:19: unknown key 'id'; this map takes task, deadline_ms, source, escalation, "
              "status_interval_ms, drain_timeout_ms"}}),
    NameOf);

TEST(FleetHead, EveryProblemOfIt) {
  const TemporaryFolder folder;
  EXPECT_EQ(ProblemsOf(std::string("fleets: a\n") + kWorker, folder),
            Expected({"1:1: the key 'fleet' is missing", "1:1: the key 'models' is missing",
                      "1:1: the key 'version' is missing",
                      "1:1: unknown key 'fleets'; did you mean 'fleet'?"},
                     folder));
  EXPECT_EQ(ProblemsOf(std::string("version: 2\nfleet: a b\nmodels: nets\n") + kWorker, folder),
            Expected({"1:10: 'version' must be 1, not '2'",
                      "2:8: 'fleet' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not 'a b'",
                      "3:9: there is no folder {folder}/nets"},
                     folder));
  EXPECT_EQ(ProblemsOf("- a\n", folder),
            Expected({"1:1: 'the fleet file' must be a map of keys, not a list"}, folder));
  EXPECT_EQ(ProblemsOf("", folder),
            Expected({"1:1: 'the fleet file' must be a map of keys, not nothing"}, folder));
}

TEST(FleetHead, ProblemsOfAllSectionsComeTogetherInOrder) {
  const TemporaryFolder folder;
  const std::string text = std::string(kHead) +
                           "workers: [{id: w, tasks: [har], max_batch_size: 0}]\n"
                           "devices: [{id: a, task: har, source: {type: vibration, seed: x}}]\n"
                           "broker: {port: 0}\n";
  EXPECT_EQ(ProblemsOf(text, folder), Expected({"4:49: 'max_batch_size' must be 1 to 1024, not '0'",
                                                "5:62: 'seed' must be a whole number, not 'x'",
                                                "6:16: 'port' must be 1 to 65535, not '0'"},
                                               folder));
}

TEST(FleetHead, ASharedAnchorIsReportedOnce) {
  const TemporaryFolder folder;
  const std::string text = std::string(kHead) +
                           "devices:\n"
                           "  - {id: a, task: har, source: &s {type: vibration, seed: x}}\n"
                           "  - {id: b, task: har, source: *s}\n";
  EXPECT_EQ(ProblemsOf(text, folder),
            Expected({"5:59: 'seed' must be a whole number, not 'x'"}, folder));
}

}  // namespace
}  // namespace biglittle
