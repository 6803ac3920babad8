// One case for each problem of a fleet file's head, broker and workers.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/core/fleet_problem.h"

namespace biglittle {
namespace {

constexpr char kWorker[] = "workers: [{id: w, tasks: [har]}]\n";

TEST_P(FleetProblem, IsReportedAtItsPlace) {
  const TemporaryFolder folder;
  EXPECT_EQ(ProblemsOf(std::string(kHead) + GetParam().text, folder),
            Expected(GetParam().problems, folder));
}

INSTANTIATE_TEST_SUITE_P(
    File, FleetProblem,
    ::testing::Values(
        FleetCase{"UnknownKey",
                  "workres: []\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:1: unknown key 'workres'; did you mean 'workers'?"}},
        FleetCase{"UnknownKeyNearNothing",
                  "workers: [{id: w, tasks: [har]}]\nsecurity: off\n",
                  {"5:1: unknown key 'security'; this map takes version, fleet, topic_root, "
                   "worker_group, models, models_public_key, models_releases, broker, "
                   "home_assistant, device_defaults, devices, "
                   "workers, hosts"}},
        FleetCase{"HomeAssistantsPrefix",
                  "home_assistant: {prefix: home/+}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:26: 'prefix' must be levels of A-Z a-z 0-9 _ . - with '/' between them, not "
                   "'home/+'"}},
        FleetCase{"HomeAssistantsBirthTopic",
                  "home_assistant: {birth_topic: $SYS/up, birth_payload: \"\"}\n"
                  "workers: [{id: w, tasks: [har]}]\n",
                  {"4:31: 'birth_topic' must be levels of A-Z a-z 0-9 _ . - with '/' between them, "
                   "not '$SYS/up'",
                   "4:55: 'birth_payload' must be one line of 1 to 100 bytes, not ''"}},
        // A device would have rights to another's topics, and Home Assistant to all.
        FleetCase{"HomeAssistantAmongTheFleetsTopics",
                  "home_assistant: {prefix: biglittle, birth_topic: biglittle/v1/plant/devices/d/"
                  "status}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:17: 'birth_topic' of home_assistant, "
                   "'biglittle/v1/plant/devices/d/status', lies among the fleet's topics, "
                   "'biglittle/v1': name another one",
                   "4:17: 'prefix' of home_assistant, 'biglittle', lies among the fleet's topics, "
                   "'biglittle/v1': name another one"}},
        FleetCase{"HostsOfNobody",
                  "workers: [{id: w-1, tasks: [har]}]\n"
                  "hosts: [{id: a, workers: [w-2]}, {id: b, devices: ['pump-*']}]\n",
                  {"5:27: the fleet has no worker 'w-2'; did you mean 'w-1'?",
                   "5:52: the fleet has no device 'pump-*'"}},
        FleetCase{"OneOnTwoHosts",
                  "workers: [{id: w-1, tasks: [har]}, {id: w-2, tasks: [har]}]\n"
                  "hosts: [{id: a, workers: ['w-*']}, {id: b, workers: [w-2]}]\n",
                  {"5:54: worker 'w-2' runs on the host 'a' already: it runs on one"}},
        FleetCase{
            "HostsThatAreOne",
            "workers: [{id: w, tasks: [har]}]\n"
            "hosts:\n  - {id: a, ssh: b, broker: true}\n  - {id: b, broker: true}\n"
            "  - {id: a}\n  - {id: c, ssh: -oProxyCommand=x}\n"
            "  - {id: d, architecture: x86, release: sid, labels: {site: 'a b'}}\n",
            {"7:5: 'broker' is true for a second host: a fleet has one broker",
             "7:5: the hosts 'a' and 'b' are both reached by 'ssh' 'b': a machine is one host",
             "8:10: host id 'a' is given twice, first at line 6",
             "9:18: 'ssh' must be what ssh takes for a host, such as pi@gateway-1, not "
             "'-oProxyCommand=x'",
             "10:27: 'architecture' must be one of amd64, arm64, armhf, i386, not 'x86'",
             "10:41: 'release' must be one of bookworm, trixie, not 'sid'",
             "10:61: 'label' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not 'a b'"}},
        FleetCase{
            "OnePortOfAHostForTwo",
            "workers: [{id: w, tasks: [har], health: {port: 9000}}]\n"
            "devices: [{id: d, task: har, health: {port: 9000}, source: {type: vibration}}]\n"
            "hosts: [{id: a, workers: [w], devices: [d]}]\n",
            {"6:9: worker w and device d would both listen on port 9000 of the host 'a': give "
             "one another health port"}},
        FleetCase{"NoPublicKey",
                  "models_public_key: k.pem\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:20: the models' public key cannot be used: {folder}/k.pem: no such file"}},
        FleetCase{"NotAPublicKey",
                  "models_public_key: x.npy\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:20: the models' public key cannot be used: {folder}/x.npy: not a public key "
                   "of Ed25519 in PEM"}},
        FleetCase{"NothingInIt", "", {"1:1: neither 'devices' nor 'workers' names anything"}},
        FleetCase{
            "TopicRoot",
            "topic_root: a//b\nworkers: [{id: w, tasks: [har]}]\n",
            {"4:13: 'topic_root' must be levels of A-Z a-z 0-9 _ . - with '/' between them, not "
             "'a//b'"}},
        FleetCase{
            "TopicRootWildcard",
            "topic_root: a/+\nworkers: [{id: w, tasks: [har]}]\n",
            {"4:13: 'topic_root' must be levels of A-Z a-z 0-9 _ . - with '/' between them, not "
             "'a/+'"}},
        FleetCase{
            "WorkerGroup",
            "worker_group: a/b\nworkers: [{id: w, tasks: [har]}]\n",
            {"4:15: 'worker_group' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not 'a/b'"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Broker, FleetProblem,
    ::testing::Values(
        FleetCase{"NoMap",
                  "broker: localhost\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:9: 'broker' must be a map of keys, not 'localhost'"}},
        FleetCase{"Empty",
                  "broker:\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:1: 'broker' must be a map of keys, not nothing"}},
        FleetCase{"HostWithScheme",
                  "broker: {host: 'mqtt://b'}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:16: 'host' must be a host name or an IP address alone, not 'mqtt://b': "
                   "write 'b'"}},
        FleetCase{"HostWithPort",
                  "broker: {host: '127.0.0.1:1883'}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:16: 'host' must be a host name or an IP address alone, not "
                   "'127.0.0.1:1883': write '127.0.0.1', and the port by itself: 1883"}},
        FleetCase{"HostOfHealthWithPort",
                  "workers: [{id: w, tasks: [har], health: {host: 'here:9464'}}]\n",
                  {"4:48: 'host' must be a host name or an IP address alone, not 'here:9464': "
                   "write 'here', and the port by itself: 9464"}},
        FleetCase{"HostThatIsANumber",
                  "broker: {host: 256.1.1.1}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:16: 'host' must be a host name or an IP address alone, not '256.1.1.1'"}},
        FleetCase{"TagOfAnotherProgram",
                  "broker: {host: !env_var BROKER, username: !secret user}\n"
                  "workers: [{id: w, tasks: [har]}]\n",
                  {"4:16: the tag '!env_var' means nothing here; write the value",
                   "4:43: the tag '!secret' means nothing here; write the value"}},
        FleetCase{"KeyWithWhatNobodySees",
                  "broker: {ho\xe2\x80\x8bst: b}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:10: unknown key 'ho\\u200bst'; did you mean 'host'?"}},
        FleetCase{
            "EveryBound",
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
        FleetCase{"DelaysCrossed",
                  "broker: {reconnect_delay_min_ms: 200, reconnect_delay_max_ms: 100}\n"
                  "workers: [{id: w, tasks: [har]}]\n",
                  {"4:63: 'reconnect_delay_max_ms' (100) must be at least 'reconnect_delay_min_ms' "
                   "(200)"}},
        FleetCase{
            "DelayAboveTheDefault",
            "broker: {reconnect_delay_min_ms: 6000}\nworkers: [{id: w, tasks: [har]}]\n",
            {"4:34: 'reconnect_delay_max_ms' (5000) must be at least 'reconnect_delay_min_ms' "
             "(6000)"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Security, FleetProblem,
    ::testing::Values(
        FleetCase{"TlsNoMap",
                  "broker: {tls: true}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:15: 'tls' must be a map of keys, not 'true'"}},
        FleetCase{"UnknownKey",
                  "broker: {tls: {credential: a}}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:16: unknown key 'credential'; did you mean 'credentials'?"}},
        FleetCase{"TlsToAnIpv6Address",
                  "broker: {host: '::1', tls: {}}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:16: 'host' must be a host name or an IPv4 address where 'tls' is on"}},
        FleetCase{"UnknownPlaceholder",
                  "broker: {tls: {credentials: 'a/{role}/{name}'}}\n"
                  "workers: [{id: w, tasks: [har]}]\n",
                  {"4:29: 'credentials' must be a folder in which {role} and {id} may stand, not "
                   "'{name}'"}},
        FleetCase{"BraceAlone",
                  "broker: {tls: {credentials: 'a/{id'}}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:29: 'credentials' must be a folder in which {role} and {id} may stand, not "
                   "'{id'"}},
        FleetCase{"Revocation",
                  "broker: {tls: {revocation: never}}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:28: 'revocation' must be one of check, off, not 'never'"}},
        FleetCase{"PasswordFileAlone",
                  "broker: {password_file: p}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:25: 'password_file' is of no use without a 'username'"}},
        FleetCase{"UsernameWithWhatNobodySees",
                  "broker: {username: \"u\\u200b\", password_file: p}\n"
                  "workers: [{id: w, tasks: [har]}]\n",
                  {"4:20: 'username' has a character that nobody sees: 'u\\u200b'"}},
        FleetCase{"NoPassword",
                  "broker: {username: u}\nworkers: [{id: w, tasks: [har]}]\n",
                  {"4:20: 'username' has no password: name its file by 'password_file', or set "
                   "BIGLITTLE_BROKER_PASSWORD in the environment"}},
        FleetCase{"PasswordInTheFile",
                  "broker: {username: u, password: secret, password_file: p}\n"
                  "workers: [{id: w, tasks: [har]}]\n",
                  {"4:23: unknown key 'password'; did you mean 'password_file'?"}}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Worker, FleetProblem,
    ::testing::Values(
        FleetCase{"Incomplete",
                  "workers: [{}]\n",
                  {"4:11: the key 'id' is missing", "4:11: the key 'tasks' is missing"}},
        FleetCase{"NoTasks",
                  "workers: [{id: w, tasks: []}]\n",
                  {"4:26: 'tasks' must have 1 to 100 elements, not 0"}},
        FleetCase{"UnknownTask",
                  "workers: [{id: w, tasks: [har, mnist]}]\n",
                  {"4:32: there is no task 'mnist': no file {folder}/models/mnist/task.yaml"}},
        FleetCase{"TaskIsNoName",
                  "workers: [{id: w, tasks: [../har]}]\n",
                  {"4:27: 'tasks' must be 1 to 64 characters of a-z 0-9 -, not '../har'"}},
        FleetCase{"TaskTwice",
                  "workers: [{id: w, tasks: [har, har]}]\n",
                  {"4:32: task 'har' is given twice"}},
        FleetCase{"IdTwice",
                  "workers:\n  - {id: w, tasks: [har]}\n  - {id: w, tasks: [har]}\n",
                  {"6:10: worker id 'w' is given twice, first at line 5"}},
        FleetCase{"IdWithWhatNobodySees",
                  "workers: [{id: 'w\xc2\xad', tasks: [har]}]\n",
                  {"4:16: 'id' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not 'w\\u00ad'"}},
        FleetCase{"IdIsNoName",
                  "workers: [{id: 'a#', tasks: [har]}]\n",
                  {"4:16: 'id' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not 'a#'"}},
        FleetCase{"CopiesWithoutNumber",
                  "workers: [{id: w, count: 2, tasks: [har]}]\n",
                  {"4:16: 'id' must contain {n}, the number of the copy, where 'count' is 2"}},
        FleetCase{"NumberWithoutCopies",
                  "workers: [{id: 'w{n}', first: 2, tasks: [har]}]\n",
                  {"4:16: 'id' has {n}, the number of a copy; say how many with 'count'",
                   "4:31: 'first' numbers the copies of a template; give 'count' too, or remove "
                   "it"}},
        FleetCase{"CopyTwice",
                  "workers:\n  - {id: 'w{n}', count: 2, tasks: [har]}\n"
                  "  - {id: w2, tasks: [har]}\n",
                  {"6:10: worker id 'w2' is given twice, first at line 5"}},
        FleetCase{"TooManyCopies",
                  "workers:\n  - {id: 'w{n}', count: 1000, tasks: [har]}\n"
                  "  - {id: v, tasks: [har]}\n",
                  {"6:5: more than 1000 workers in all; divide the fleet"}},
        FleetCase{
            "EveryBound",
            "workers:\n"
            "  - id: w\n"
            "    tasks: [har]\n"
            "    max_batch_size: 1025\n"
            "    max_queue_delay_ms: 10001\n"
            "    queue_capacity: 0\n"
            "    compute_threads: 65\n"
            "    deduplication_window_ms: 600001\n"
            "    deduplication_entries: 0\n"
            "    device_requests_per_s: 1000001\n"
            "    reload_interval_ms: 3600001\n"
            "    inference_timeout_ms: 99\n"
            "    status_interval_ms: 99\n"
            "    drain_timeout_ms: 300001\n",
            {"7:21: 'max_batch_size' must be 1 to 1024, not '1025'",
             "8:25: 'max_queue_delay_ms' must be 0 to 10000 milliseconds, not '10001'",
             "9:21: 'queue_capacity' must be 1 to 1000000, not '0'",
             "10:22: 'compute_threads' must be 1 to 64, not '65'",
             "11:30: 'deduplication_window_ms' must be 0 to 600000 milliseconds, not '600001'",
             "12:28: 'deduplication_entries' must be 1 to 1000000, not '0'",
             "13:28: 'device_requests_per_s' must be 0 to 1000000 a second, not '1000001'",
             "14:25: 'reload_interval_ms' must be 0 to 3600000 milliseconds, not '3600001'",
             "15:27: 'inference_timeout_ms' must be 100 to 600000 milliseconds, not '99'",
             "16:25: 'status_interval_ms' must be 100 to 3600000 milliseconds, not '99'",
             "17:23: 'drain_timeout_ms' must be 0 to 300000 milliseconds, not '300001'"}}),
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
