#include "core/fleet/fleet_config.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "core/fleet/broker_config.h"
#include "core/fleet/device_config.h"
#include "core/fleet/escalation_config.h"
#include "core/fleet/fleet_file.h"
#include "core/fleet/health_config.h"
#include "core/fleet/source_config.h"
#include "core/fleet/worker_config.h"
#include "device_agent/sources/replay/replay_options.h"
#include "device_agent/sources/source_registry.h"
#include "device_agent/sources/vibration/vibration_options.h"
#include "tests/support/signing_keys.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FleetFile : public ::testing::Test {
 protected:
  FleetFile() {
    folder_.Write("models/vibration/task.yaml", "");
    folder_.Write("models/har/task.yaml", "");
    folder_.Write("data/x.npy", "");
    folder_.Write("models.pem", kPublicKey);
    folder_.Write("data/y.npy", "");
  }

  FleetConfig Load(const std::string& text) {
    const Parsed<FleetConfig> parsed =
        LoadFleet(folder_.Write("config/fleet.yaml", text), &AllSources());
    EXPECT_TRUE(parsed.ok()) << ToString(parsed.problems);
    return parsed.ok() ? *parsed.value : FleetConfig{};
  }
  // A file's head, then `text`.
  FleetConfig LoadDevices(const std::string& text) {
    return Load("version: 1\nfleet: plant-7\nmodels: ../models\n" + text);
  }

  TemporaryFolder folder_;
};

TEST_F(FleetFile, EveryKeyIsRead) {
  const FleetConfig fleet = Load(R"(version: 1
fleet: plant-7
topic_root: acme/biglittle/v1
worker_group: night
models: ../models
models_public_key: ../models.pem
models_releases: ../state/releases
broker:
  host: broker.example
  port: 8883
  keep_alive_s: 30
  session_expiry_s: 0
  connect_timeout_ms: 100
  reconnect_delay_min_ms: 10
  reconnect_delay_max_ms: 600000
  max_payload_bytes: 1024
  max_backlog_messages: 1
  max_in_flight_messages: 65535
devices:
  - id: phone-1
    task: har
    deadline_ms: 250
    source:
      type: replay
      windows: ../data/x.npy
      labels: ../data/y.npy
      start: 4
      stride: 3
      shuffle_seed: 5
      readings: 1000
      interval_ms: 0
    escalation:
      policy: big-only
      threshold: 0.75
      unlike: flag
      compression: zstd
      max_pending: 7
      deadline_margin_ms: 249
    status_interval_ms: 100
    drain_timeout_ms: 0
    health: {host: "::1", port: 1}
workers:
  - id: worker-1
    tasks: [vibration, har]
    max_batch_size: 1
    max_queue_delay_ms: 0
    queue_capacity: 5
    compute_threads: 64
    deduplication_window_ms: 0
    deduplication_entries: 1
    device_requests_per_s: 0
    reload_interval_ms: 0
    inference_timeout_ms: 100
    status_interval_ms: 3600000
    drain_timeout_ms: 300000
    health: {}
)");
  FleetConfig expected;
  expected.fleet = "plant-7";
  expected.topic_root = "acme/biglittle/v1";
  expected.worker_group = "night";
  expected.models = folder_.path() / "models";
  expected.models_public_key = PublicKey::Load(folder_.path() / "models.pem").value();
  expected.models_releases = folder_.path() / "state/releases";
  expected.broker = {
      "broker.example",      8883, seconds(30), seconds(0), milliseconds(100), milliseconds(10),
      milliseconds(600'000), 1024, 1,           65'535};
  DeviceConfig device;
  device.id = "phone-1";
  device.task = "har";
  device.deadline = milliseconds(250);
  device.source = AsSourceConfig(
      ReplaySource{folder_.path() / "data/x.npy", folder_.path() / "data/y.npy", 4, 3, 5});
  device.source.readings = 1000;
  device.source.interval = milliseconds(0);
  device.escalation = {EscalationPolicyKind::kBigOnly, 0.75F, UnlikeAction::kFlag, 7,
                       milliseconds(249)};
  device.escalation.compression = Compression::kZstd;
  device.status_interval = milliseconds(100);
  device.drain_timeout = milliseconds(0);
  device.health = {"::1", 1};
  expected.devices = {device};
  expected.workers = {{"worker-1",
                       {"vibration", "har"},
                       1,
                       milliseconds(0),
                       5,
                       64,
                       milliseconds(0),
                       1,
                       0,
                       milliseconds(0),
                       milliseconds(100),
                       milliseconds(3'600'000),
                       milliseconds(300'000),
                       HealthConfig{"127.0.0.1", 9464}}};
  EXPECT_TRUE(fleet == expected);
}

TEST_F(FleetFile, EveryKeyOfADevicesSectionsIsRead) {
  const FleetConfig fleet = LoadDevices(R"(devices:
  - id: pump-1
    task: vibration
    deadline_ms: 400
    class_deadlines_ms: {idle: 300, fault: 350}
    answer_mode: refine
    source:
      type: vibration
      seed: 7
      queue_capacity: 65
      when_full: drop_newest
    escalation:
      round_trip_quantile: 0.75
      round_trip_hysteresis: 0.125
      round_trip_memory_ms: 3001
      probe_interval_ms: 251
      retry_min_ms: 21
      retry_max_ms: 2001
      max_attempts: 5
      packing: {max_readings: 33, linger_ms: 2}
      budget: {messages_per_s: 2.5, bytes_per_s: 1000, burst_ms: 1001, window_ms: 22}
    results: {max_batch: 2, linger_ms: 23}
    store: {folder: ../state, max_bytes: 65537, max_age_s: 2, resend_per_s: 201, keep_ms: 501}
)");
  DeviceConfig device;
  device.id = "pump-1";
  device.task = "vibration";
  device.deadline = milliseconds(400);
  device.class_deadlines = {{"idle", milliseconds(300)}, {"fault", milliseconds(350)}};
  device.answer_mode = AnswerMode::kRefine;
  device.source = AsSourceConfig(VibrationSource{7});
  device.source.queue_capacity = 65;
  device.source.when_full = WhenFull::kDropNewest;
  device.escalation.round_trip_quantile = 0.75F;
  device.escalation.round_trip_hysteresis = 0.125F;
  device.escalation.round_trip_memory = milliseconds(3001);
  device.escalation.probe_interval = milliseconds(251);
  device.escalation.retry_min = milliseconds(21);
  device.escalation.retry_max = milliseconds(2001);
  device.escalation.max_attempts = 5;
  device.escalation.packing = {33, milliseconds(2)};
  device.escalation.budget = {2.5F, 1000.0F, milliseconds(1001), milliseconds(22)};
  device.results = {2, milliseconds(23)};
  device.store = {folder_.path() / "state", 65'537, seconds(2), 201, milliseconds(501)};
  ASSERT_EQ(fleet.devices.size(), 1U);
  EXPECT_TRUE(fleet.devices[0] == device);
}

// A worker has no sources: what belongs to their types is none of its business.
TEST_F(FleetFile, WhoKnowsNoTypesOfSourcesReadsWhatAllHave) {
  const Parsed<FleetConfig> fleet = ParseFleet(
      "version: 1\nfleet: f\nmodels: models\n"
      "device_defaults: {task: har, source: {type: sonar, depth: 5, interval_ms: 20}}\n"
      "devices: [{id: a}, {id: b, source: {type: replay, windows: none}}]\n",
      folder_.path() / "fleet.yaml", nullptr);
  ASSERT_TRUE(fleet.ok()) << ToString(fleet.problems);
  EXPECT_EQ(fleet.value->devices[0].source.type, "sonar");
  EXPECT_EQ(fleet.value->devices[0].source.interval, milliseconds(20));
  EXPECT_EQ(fleet.value->devices[0].source.options, nullptr);
  EXPECT_EQ(fleet.value->devices[1].source.interval, SourceConfig{}.interval);
}

TEST_F(FleetFile, WhatAllSourcesHaveIsCheckedByAll) {
  const Parsed<FleetConfig> fleet = ParseFleet(
      "version: 1\nfleet: f\nmodels: models\n"
      "devices: [{id: a, task: har, source: {type: sonar, queue_capacity: 0}}]\n",
      folder_.path() / "fleet.yaml", nullptr);
  EXPECT_EQ(ToString(fleet.problems), (folder_.path() / "fleet.yaml").string() +
                                          ":4:68: 'queue_capacity' must be 1 to 65536, not '0'");
}

TEST_F(FleetFile, SourcesAreEqualByTypeOptionsAndKeys) {
  const SourceConfig source = AsSourceConfig(VibrationSource{7});
  EXPECT_TRUE(source == AsSourceConfig(VibrationSource{7}));
  EXPECT_FALSE(source == AsSourceConfig(VibrationSource{8}));
  EXPECT_FALSE(source == AsSourceConfig(ReplaySource{}));
  SourceConfig other = source;
  other.options = nullptr;
  EXPECT_FALSE(source == other);
  EXPECT_FALSE(other == source);
  other = source;
  other.queue_capacity = 1;
  EXPECT_FALSE(source == other);
}

TEST_F(FleetFile, TlsAndLogin) {
  const FleetConfig fleet = LoadDevices(
      "broker:\n"
      "  tls: {credentials: '../secure/{role}/{id}', revocation: off}\n"
      "  username: plant\n"
      "  password_file: secret/password\n"
      "workers: [{id: w, tasks: [har]}]\n");
  ASSERT_TRUE(fleet.broker.tls.has_value());
  EXPECT_EQ(fleet.broker.tls->credentials, folder_.path() / "secure/{role}/{id}");
  EXPECT_FALSE(fleet.broker.tls->check_revocation);
  EXPECT_EQ(fleet.broker.port, 8883);
  EXPECT_EQ(fleet.broker.username, "plant");
  EXPECT_EQ(fleet.broker.password_file, folder_.path() / "config/secret/password");
}

TEST_F(FleetFile, AnEmptyTlsMapSwitchesTlsOn) {
  const FleetConfig fleet = LoadDevices(
      "broker: {port: 1, tls: {}}\n"
      "workers: [{id: w, tasks: [har]}]\n");
  EXPECT_EQ(fleet.broker.tls, TlsConfig{});
  EXPECT_EQ(fleet.broker.port, 1);
}

TEST_F(FleetFile, APasswordMayComeFromTheEnvironment) {
  ASSERT_EQ(setenv("BIGLITTLE_BROKER_PASSWORD", "secret", 1), 0);
  const FleetConfig fleet = LoadDevices(
      "broker: {username: plant}\n"
      "workers: [{id: w, tasks: [har]}]\n");
  unsetenv("BIGLITTLE_BROKER_PASSWORD");
  EXPECT_EQ(fleet.broker.username, "plant");
}

TEST_F(FleetFile, WhatIsNotSaidIsTheDefault) {
  const FleetConfig fleet = LoadDevices(
      "devices: [{id: a, task: har, source: {type: vibration}}]\n"
      "workers: [{id: w, tasks: [har]}]\n");
  EXPECT_EQ(fleet.topic_root, "biglittle/v1");
  EXPECT_EQ(fleet.worker_group, "workers");
  EXPECT_TRUE(fleet.broker == BrokerConfig{});
  ASSERT_EQ(fleet.devices.size(), 1U);
  DeviceConfig device;
  device.id = "a";
  device.task = "har";
  device.source = AsSourceConfig(VibrationSource{});
  EXPECT_TRUE(fleet.devices[0] == device);
  WorkerConfig worker;
  worker.id = "w";
  worker.tasks = {"har"};
  EXPECT_TRUE(fleet.workers.at(0) == worker);
}

TEST_F(FleetFile, DevicesAndWorkersAreFoundById) {
  const FleetConfig fleet = LoadDevices(
      "devices: [{id: a, task: har, source: {type: vibration}}]\n"
      "workers: [{id: w, tasks: [har]}]\n");
  ASSERT_NE(fleet.FindDevice("a"), nullptr);
  EXPECT_EQ(fleet.FindDevice("a")->task, "har");
  EXPECT_EQ(fleet.FindDevice("w"), nullptr);
  ASSERT_NE(fleet.FindWorker("w"), nullptr);
  EXPECT_EQ(fleet.FindWorker("a"), nullptr);
}

TEST_F(FleetFile, AFileMayHoldWorkersOnlyOrDevicesOnly) {
  EXPECT_EQ(LoadDevices("workers: [{id: w, tasks: [har]}]\n").devices.size(), 0U);
  EXPECT_EQ(
      LoadDevices("devices: [{id: a, task: har, source: {type: vibration}}]\n").workers.size(), 0U);
}

TEST_F(FleetFile, ATemplateIsUnfolded) {
  const FleetConfig fleet = LoadDevices(
      "devices:\n"
      "  - {id: 'press-{n}', count: 3, first: 9, task: vibration,\n"
      "     source: {type: vibration, seed: 100}}\n"
      "  - {id: 'phone-{n}-{n}', count: 2, task: har,\n"
      "     source: {type: replay, windows: ../data/x.npy, start: 5}}\n"
      "  - {id: single, count: 1, task: har, source: {type: vibration}}\n");
  ASSERT_EQ(fleet.devices.size(), 6U);
  EXPECT_EQ(fleet.devices[0].id, "press-09");  // as wide as press-11
  EXPECT_EQ(fleet.devices[1].id, "press-10");
  EXPECT_EQ(fleet.devices[2].id, "press-11");
  EXPECT_EQ(OptionsIn<VibrationSource>(fleet.devices[0].source)->seed, 100U);
  EXPECT_EQ(OptionsIn<VibrationSource>(fleet.devices[2].source)->seed, 102U);
  EXPECT_EQ(fleet.devices[3].id, "phone-1-1");
  EXPECT_EQ(fleet.devices[4].id, "phone-2-2");
  EXPECT_EQ(OptionsIn<ReplaySource>(fleet.devices[3].source)->start, 5U);
  EXPECT_EQ(OptionsIn<ReplaySource>(fleet.devices[4].source)->start, 6U);
  EXPECT_EQ(fleet.devices[5].id, "single");
}

TEST_F(FleetFile, ATemplateOfWorkersIsUnfolded) {
  const FleetConfig fleet = LoadDevices(
      "workers:\n"
      "  - {id: 'worker-{n}', count: 2, tasks: [har], max_batch_size: 8, health: {port: 9000}}\n"
      "  - {id: 'gpu-{n}', count: 2, first: 9, tasks: [vibration]}\n"
      "  - {id: single, tasks: [har]}\n");
  ASSERT_EQ(fleet.workers.size(), 5U);
  EXPECT_EQ(fleet.workers[0].id, "worker-1");
  EXPECT_EQ(fleet.workers[1].id, "worker-2");
  EXPECT_EQ(fleet.workers[1].tasks, std::vector<std::string>{"har"});
  EXPECT_EQ(fleet.workers[1].max_batch_size, 8U);
  EXPECT_EQ(fleet.workers[0].health->port, 9000);
  EXPECT_EQ(fleet.workers[1].health->port, 9001);
  EXPECT_EQ(fleet.workers[2].id, "gpu-09");
  EXPECT_EQ(fleet.workers[3].id, "gpu-10");
  EXPECT_EQ(fleet.workers[4].id, "single");
  EXPECT_NE(fleet.FindWorker("worker-2"), nullptr);
}

TEST_F(FleetFile, HostsSayWhatRunsOnThem) {
  const FleetConfig fleet = LoadDevices(
      "devices: [{id: 'pump-{n}', count: 12, task: har, source: {type: vibration}}]\n"
      "workers: [{id: w, tasks: [har]}]\n"
      "hosts:\n"
      "  - {id: 'gateway-{n}', count: 10, ssh: 'pi@gw-{n}.site', architecture: arm64,\n"
      "     devices: ['pump-{n}'], labels: {site: north}}\n"
      "  - {id: hall, release: trixie, broker: true, workers: ['*'], devices: [pump-12, "
      "'pump-11']}\n");
  ASSERT_EQ(fleet.hosts.size(), 11U);
  EXPECT_EQ(fleet.hosts[8].id, "gateway-09");
  EXPECT_EQ(fleet.hosts[8].ssh, "pi@gw-09.site");
  EXPECT_EQ(fleet.hosts[8].architecture, "arm64");
  EXPECT_EQ(fleet.hosts[8].devices, std::vector<std::string>{"pump-09"});
  EXPECT_EQ(fleet.hosts[8].labels.at("site"), "north");
  const HostConfig* hall = fleet.FindHost("hall");
  ASSERT_NE(hall, nullptr);
  EXPECT_EQ(hall->ssh, "hall");
  EXPECT_EQ(hall->release, "trixie");
  EXPECT_TRUE(hall->broker);
  EXPECT_EQ(hall->workers, std::vector<std::string>{"w"});
}

TEST_F(FleetFile, AHundredThousandDevicesAreAllowed) {
  const FleetConfig fleet = LoadDevices(
      "devices: [{id: 'd-{n}', count: 100000, task: har, source: {type: vibration}}]\n");
  ASSERT_EQ(fleet.devices.size(), 100'000U);
  EXPECT_EQ(fleet.devices.front().id, "d-000001");
  EXPECT_EQ(fleet.devices.back().id, "d-100000");
}

TEST_F(FleetFile, ADeviceTakesWhatItDoesNotSayFromTheDefaults) {
  const FleetConfig fleet = LoadDevices(
      "device_defaults:\n"
      "  task: har\n"
      "  deadline_ms: 300\n"
      "  escalation: {policy: little-only, max_pending: 9}\n"
      "  source: {type: vibration, seed: 5, interval_ms: 20, readings: 10}\n"
      "devices:\n"
      "  - {id: a}\n"
      "  - {id: b, task: vibration, deadline_ms: 400, source: {seed: 6},\n"
      "     escalation: {max_pending: 10}}\n");
  ASSERT_EQ(fleet.devices.size(), 2U);
  const DeviceConfig& a = fleet.devices[0];
  EXPECT_EQ(a.task, "har");
  EXPECT_EQ(a.deadline, milliseconds(300));
  EXPECT_EQ(a.escalation.policy, EscalationPolicyKind::kLittleOnly);
  EXPECT_EQ(a.escalation.max_pending, 9U);
  EXPECT_EQ(OptionsIn<VibrationSource>(a.source)->seed, 5U);
  EXPECT_EQ(a.source.readings, 10U);
  const DeviceConfig& b = fleet.devices[1];
  EXPECT_EQ(b.task, "vibration");
  EXPECT_EQ(b.deadline, milliseconds(400));
  EXPECT_EQ(b.escalation.policy, EscalationPolicyKind::kLittleOnly);
  EXPECT_EQ(b.escalation.max_pending, 10U);
  EXPECT_EQ(OptionsIn<VibrationSource>(b.source)->seed, 6U);
  EXPECT_EQ(b.source.interval, milliseconds(20));
}

TEST_F(FleetFile, AnotherTypeOfSourceReplacesTheDefaultsSource) {
  const FleetConfig fleet = LoadDevices(
      "device_defaults: {source: {type: vibration, interval_ms: 20, readings: 10}}\n"
      "devices:\n"
      "  - {id: a, task: har, source: {type: replay, windows: ../data/x.npy}}\n"
      "  - {id: b, task: har, source: {type: vibration}}\n");
  ASSERT_EQ(fleet.devices.size(), 2U);
  EXPECT_EQ(fleet.devices[0].source.interval, SourceConfig{}.interval);
  EXPECT_EQ(fleet.devices[0].source.readings, std::nullopt);
  EXPECT_EQ(fleet.devices[1].source.interval, milliseconds(20));
}

TEST_F(FleetFile, DefaultsMaySayHowOftenAndDevicesWhat) {
  const FleetConfig fleet = LoadDevices(
      "device_defaults: {source: {interval_ms: 20}}\n"
      "devices:\n"
      "  - {id: a, task: har, source: {type: replay, windows: ../data/x.npy}}\n"
      "  - {id: b, task: har, source: {type: vibration}}\n");
  ASSERT_EQ(fleet.devices.size(), 2U);
  EXPECT_EQ(fleet.devices[0].source.interval, milliseconds(20));
  EXPECT_EQ(fleet.devices[1].source.interval, milliseconds(20));
}

TEST_F(FleetFile, CopiesListenOnPortsOfTheirOwn) {
  const FleetConfig fleet = LoadDevices(
      "device_defaults: {task: har, source: {type: vibration}, health: {host: 0.0.0.0}}\n"
      "devices:\n"
      "  - {id: a}\n"
      "  - {id: 'b-{n}', count: 3, health: {port: 65533}}\n");
  ASSERT_EQ(fleet.devices.size(), 4U);
  EXPECT_TRUE(fleet.devices[0].health == (HealthConfig{"0.0.0.0", 9464}));
  EXPECT_TRUE(fleet.devices[1].health == (HealthConfig{"0.0.0.0", 65533}));
  EXPECT_TRUE(fleet.devices[3].health == (HealthConfig{"0.0.0.0", 65535}));
}

TEST_F(FleetFile, AnchorsAreRead) {
  const FleetConfig fleet = LoadDevices(
      "devices:\n"
      "  - {id: a, task: har, source: &s {type: vibration, seed: 9}}\n"
      "  - {id: b, task: har, source: *s}\n");
  ASSERT_EQ(fleet.devices.size(), 2U);
  EXPECT_TRUE(fleet.devices[0].source == fleet.devices[1].source);
}

TEST_F(FleetFile, AMissingFileIsOneProblem) {
  const Parsed<FleetConfig> parsed = LoadFleet(folder_.path() / "none.yaml", &AllSources());
  EXPECT_EQ(ToString(parsed.problems), (folder_.path() / "none.yaml: no such file").string());
}

TEST_F(FleetFile, WithoutHomeAssistantNothingIsShownThere) {
  const FleetConfig fleet = LoadDevices(
      "devices: [{id: d, task: har, source: {type: replay, windows: ../data/x.npy}}]\n");
  EXPECT_EQ(fleet.home_assistant, std::nullopt);
  EXPECT_EQ(fleet.devices[0].state, std::nullopt);
}

TEST_F(FleetFile, HomeAssistantShowsTheStateOfEachDevice) {
  const std::string devices =
      "devices:\n"
      "  - {id: a, task: har, source: {type: replay, windows: ../data/x.npy}}\n"
      "  - {id: b, task: har, state: {interval_s: 7}, source: {type: replay, windows: "
      "../data/x.npy}}\n";
  FleetConfig fleet = LoadDevices("home_assistant: {}\n" + devices);
  EXPECT_EQ(fleet.home_assistant, HomeAssistantConfig());
  EXPECT_EQ(fleet.home_assistant->BirthTopic(), "homeassistant/status");
  EXPECT_EQ(fleet.devices[0].state, StateConfig());
  EXPECT_EQ(fleet.devices[1].state->interval, seconds(7));
  fleet = LoadDevices(
      "home_assistant: {prefix: home/ha, birth_payload: up, steering: true, remove: true}\n" +
      devices);
  EXPECT_EQ(*fleet.home_assistant,
            (HomeAssistantConfig{"home/ha", std::nullopt, "up", true, true}));
  EXPECT_EQ(fleet.home_assistant->BirthTopic(), "home/ha/status");
  fleet = LoadDevices("home_assistant: {birth_topic: ha/birth}\n" + devices);
  EXPECT_EQ(fleet.home_assistant->BirthTopic(), "ha/birth");
}

}  // namespace
}  // namespace biglittle
