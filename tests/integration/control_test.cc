// Operators steer real devices at a real broker, under load: the promise holds through all of it.
#include "wire/messages/control.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/eventually.h"
#include "tests/support/test_broker.h"
#include "tests/support/test_fleet.h"
#include "wire/messages/result.h"
#include "wire/messages/status.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr int kDeadlineMs = 2000;
// A window of class 0, of which the little net is sure, and one of which it is not, for ever.
constexpr char kSensor[] =
    "while :; do for v in 1 0 0 0 0 0.1 0 0; do echo $v; done; sleep 0.005; done";

// What one device says, and an operator's way to it.
class Operator {
 public:
  Operator(std::uint16_t port, std::string device)
      : device_(std::move(device)), session_(Options(port)) {
    session_.Start();
    EXPECT_TRUE(session_.WaitConnected(TestFleet::Soon()));
  }

  void Send(const std::string& payload, bool retained = false) {
    wire::Message message;
    message.topic = topics_.Control(device_);
    message.payload = payload;
    message.retained = retained;
    EXPECT_TRUE(session_.Publish(std::move(message)).ok());
  }
  // The answer to a request of these fields, which gets an id of its own. Who asks too often is not
  // heard, and asks again.
  json Ask(const std::string& fields) {
    const std::string id = fmt::format("id-{}", ++asked_);
    json reply;
    for (int i = 0; i < 20 && reply.is_null(); ++i) {
      Send(fmt::format(R"({{"id":"{}",{}}})", id, fields));
      Eventually(
          [&] {
            reply = ReplyTo(id);
            return !reply.is_null();
          },
          seconds(2));
    }
    EXPECT_FALSE(reply.is_null()) << fields;
    return reply;
  }
  json ReplyTo(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto at = replies_.find(id);
    return at == replies_.end() ? json() : at->second;
  }
  // How often each sequence number had a final result; every one within its deadline.
  std::map<std::uint64_t, int> Finals() const {
    const std::lock_guard lock(mutex_);
    return finals_;
  }
  std::size_t late() const {
    const std::lock_guard lock(mutex_);
    return late_;
  }
  std::optional<wire::Status> status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  std::vector<json> snapshots() const {
    const std::lock_guard lock(mutex_);
    return snapshots_;
  }
  bool AwaitOnline(const std::string& not_run = "") const {
    return Eventually([&] {
      const auto said = status();
      return said && said->state == wire::State::kOnline && said->run != not_run;
    });
  }

 private:
  wire::MqttSession::Options Options(std::uint16_t port) {
    wire::MqttSession::Options options;
    options.broker.port = port;
    options.client_id = "operator";
    options.subscriptions = {topics_.AllResults(), topics_.AllDeviceStatus(),
                             topics_.AllControlReplies(), topics_.AllSnapshots()};
    options.on_message = [this](wire::Message&& message) { Hear(message); };
    return options;
  }
  void Hear(const wire::Message& message) {
    const std::lock_guard lock(mutex_);
    if (topics_.DeviceOfControlReply(message.topic) == device_) {
      const json reply = json::parse(message.payload);
      replies_[reply["id"]] = reply;
    } else if (topics_.DeviceOfSnapshot(message.topic) == device_) {
      snapshots_.push_back(json::parse(message.payload));
    } else if (topics_.DeviceOfStatus(message.topic) == device_) {
      status_ = wire::DecodeStatus(message.payload).value();
    } else if (topics_.DeviceOfResult(message.topic) == device_) {
      for (const auto& result :
           wire::DecodeResults(message.payload, message.content_type).value()) {
        if (result.stage != wire::Stage::kFinal || result.device != device_) continue;
        ++finals_[result.sequence];
        if (result.total_ms > result.deadline_ms) ++late_;
      }
    }
  }

  const wire::Topics topics_{"biglittle/v1", "test"};
  const std::string device_;
  int asked_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, json> replies_;
  std::map<std::uint64_t, int> finals_;
  std::size_t late_ = 0;
  std::optional<wire::Status> status_;
  std::vector<json> snapshots_;
  wire::MqttSession session_;
};

std::string Pump(const std::string& more = "") {
  return fmt::format(
      "  - id: pump\n    task: tiny\n    deadline_ms: {}\n    drain_timeout_ms: 20000\n"
      "    status_interval_ms: 200\n    store: {{folder: stored}}\n{}"
      "    source: {{type: exec, command: [/bin/sh, -c, \"{}\"], queue_capacity: 4096}}\n",
      kDeadlineMs, more, kSensor);
}

// Every reading that was taken has one end, in time: those of the last run that has stopped.
void ExpectThePromise(const Operator& desk) {
  const auto status = desk.status();
  ASSERT_TRUE(status && status->state == wire::State::kStopped);
  const auto counted = [&](const char* name) {
    const auto at = status->counters.find(name);
    return at == status->counters.end() ? 0U : at->second;
  };
  EXPECT_EQ(counted("readings"), counted("outcomes"));
  EXPECT_EQ(counted("deadlines_missed"), 0U);
  const auto finals = desk.Finals();
  std::uint64_t next = 0;
  for (const auto& [sequence, count] : finals) {
    EXPECT_EQ(sequence, next++);
    EXPECT_EQ(count, 1) << sequence;
  }
  EXPECT_EQ(desk.late(), 0U);
}

class ControlTest : public testing::Test {
 protected:
  void StopDevice(ChildProcess& device) {
    device.Signal(SIGTERM);
    EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
    EXPECT_TRUE(Eventually([&] {
      const auto said = desk_.status();
      return said && said->state == wire::State::kStopped;
    }));
  }
  // As the last status says.
  std::uint64_t Counted(const std::string& name) {
    const auto status = desk_.status();
    const auto at = status->counters.find(name);
    return at == status->counters.end() ? 0 : at->second;
  }

  TestBroker broker_;
  TestFleet fleet_{broker_.port(), {.more_devices = Pump()}};
  Operator desk_{broker_.port(), "pump"};
};

TEST_F(ControlTest, EveryReadingThatWasTakenEndsOnceWhateverIsAsked) {
  fleet_.Observe();
  fleet_.StartWorker();
  fleet_.AwaitWorker();
  ChildProcess& device = fleet_.StartDevices({"pump"});
  ASSERT_TRUE(Eventually([&] { return desk_.Finals().size() > 50; }));
  const auto ok = [&](const std::string& fields) {
    const json reply = desk_.Ask(fields);
    EXPECT_EQ(reply["ok"], true) << fields << ": " << reply;
    return reply;
  };
  ok(R"("verb":"set","policy":"big-only","answer_mode":"refine")");
  ok(R"("verb":"pause")");
  EXPECT_TRUE(Eventually([&] { return desk_.status()->paused; }));
  // What had come before the pause is taken; then nothing is.
  EXPECT_TRUE(Eventually([&] { return Counted("readings_while_paused") > 0; }));
  const std::uint64_t taken = Counted("readings");
  const std::uint64_t not_taken = Counted("readings_while_paused");
  EXPECT_TRUE(Eventually([&] { return Counted("readings_while_paused") > not_taken; }));
  EXPECT_EQ(Counted("readings"), taken);
  ok(R"("verb":"resume")");
  ok(R"("verb":"set","policy":"little-only","budget":{"messages_per_s":1})");
  ok(R"("verb":"restart_source")");
  EXPECT_TRUE(Eventually([&] { return Counted("source_restarts") == 1; }));
  const std::size_t before = desk_.Finals().size();
  EXPECT_TRUE(Eventually([&] { return desk_.Finals().size() > before + 20; }));
  ok(R"("verb":"snapshot","reading":"next")");
  ASSERT_EQ(desk_.snapshots().size(), 1U);
  EXPECT_EQ(desk_.snapshots()[0]["window"].size(), 4U);
  EXPECT_TRUE(desk_.status()->differs.count("policy") == 1);
  ok(R"("verb":"reset")");
  EXPECT_TRUE(Eventually([&] { return desk_.status()->differs.empty(); }));
  ok(R"("verb":"pause","for_s":1)");
  EXPECT_TRUE(Eventually([&] { return !desk_.status()->paused; }));
  const std::size_t again = desk_.Finals().size();
  EXPECT_TRUE(Eventually([&] { return desk_.Finals().size() > again + 20; }));
  StopDevice(device);
  ExpectThePromise(desk_);
}

TEST_F(ControlTest, AFloodCostsNoDeadlineAndOneRetainedNothing) {
  fleet_.Observe();
  fleet_.StartWorker();
  fleet_.AwaitWorker();
  desk_.Send(R"({"id":"old","verb":"pause"})", true);
  ChildProcess& device = fleet_.StartDevices({"pump"});
  ASSERT_TRUE(Eventually([&] { return desk_.Finals().size() > 50; }));
  desk_.Send(R"({"id":"live","verb":"pause"})", true);
  for (int i = 0; i < 5000; ++i) {
    desk_.Send(fmt::format(R"({{"id":"flood","verb":"set","threshold":0.{}}})", i % 9 + 1));
  }
  const std::size_t meanwhile = desk_.Finals().size();
  ASSERT_TRUE(Eventually([&] { return desk_.Finals().size() > meanwhile + 100; }));
  // By and by somebody is heard again.
  json status;
  status = desk_.Ask(R"("verb":"status")");
  const json counters = status["status"]["counters"];
  EXPECT_GT(counters["control_throttled"], 4000);
  EXPECT_EQ(counters["control_retained"], 2);
  EXPECT_LT(counters["control_requests"], 200);
  EXPECT_EQ(status["status"]["paused"], false);
  EXPECT_TRUE(desk_.ReplyTo("old").is_null());
  EXPECT_TRUE(desk_.ReplyTo("live").is_null());
  StopDevice(device);
  ExpectThePromise(desk_);
}

TEST_F(ControlTest, ARestartKeepsWhatWasSetAndForgetsWhatHasEnded) {
  fleet_.Observe();
  ChildProcess& first = fleet_.StartDevices({"pump"});
  ASSERT_TRUE(desk_.AwaitOnline());
  EXPECT_EQ(desk_.Ask(R"("verb":"set","policy":"little-only")")["status"]["survives_restart"],
            true);
  desk_.Ask(R"("verb":"set","threshold":0.5,"for_s":1)");
  desk_.Ask(R"("verb":"pause","for_s":3600)");
  const std::string run = desk_.status()->run;
  first.Signal(SIGKILL);
  first.WaitUntil(TestFleet::Soon());
  std::this_thread::sleep_for(seconds(1));  // it ends by the clock of the day
  ChildProcess& second = fleet_.StartDevices({"pump"});
  ASSERT_TRUE(desk_.AwaitOnline(run));
  EXPECT_TRUE(desk_.status()->paused) << "with the first status";
  const json status = desk_.Ask(R"("verb":"status")")["status"];
  EXPECT_EQ(status["paused"], true);
  EXPECT_TRUE(status.contains("paused_until"));
  EXPECT_EQ(status["in_effect"]["policy"], "little-only");
  EXPECT_EQ(status["in_effect"]["threshold"], json());
  EXPECT_EQ(status["counters"].value("readings", 0), 0);
  StopDevice(second);
}

TEST_F(ControlTest, TheCommandPrintsWhatEachDeviceAnswers) {
  fleet_.Observe();
  fleet_.StartDevices({"pump", "device-1"});
  ASSERT_TRUE(desk_.AwaitOnline());
  const std::string file = fleet_.file().string();
  std::string said;
  const auto control = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"control", "--config", file});
    return fleet_.Run("biglittle", words, said);
  };
  EXPECT_EQ(control({"pump", "pause", "--for", "8h"}), 0) << said;
  EXPECT_EQ(said, "pump: ok: paused");
  EXPECT_EQ(control({"*", "set", "threshold=0.5"}), 0) << said;
  EXPECT_THAT(said, HasSubstr("device-1: ok: threshold 0.5; what is set ends with the process"));
  EXPECT_THAT(said, HasSubstr("\npump: ok: paused, threshold 0.5"));
  EXPECT_EQ(control({"pump", "set", "threshold=7"}), 1);
  EXPECT_THAT(said, HasSubstr("pump: refused: 'threshold' must be 0 to 1, not '7'"));
  EXPECT_EQ(control({"device-1", "restart_source", "--json"}), 1);
  EXPECT_THAT(said, HasSubstr(R"({"device":"device-1",)"));
  EXPECT_THAT(said, HasSubstr("nothing to be started anew"));
  EXPECT_EQ(control({"valve", "pause"}), 2);
  EXPECT_THAT(said, HasSubstr("has no device 'valve'"));
  EXPECT_EQ(control({"pump", "explode"}), 2);
}

TEST_F(ControlTest, ADeviceThatIsAwayIsSilentAndNotPausedLater) {
  fleet_.Observe();
  ChildProcess& device = fleet_.StartDevices({"pump"});
  ASSERT_TRUE(desk_.AwaitOnline());
  const std::string run = desk_.status()->run;
  device.Signal(SIGKILL);  // the broker keeps its session
  device.WaitUntil(TestFleet::Soon());
  std::string said;
  EXPECT_EQ(fleet_.Run("biglittle",
                       {"control", "--config", fleet_.file().string(), "pump", "pause",
                        "--timeout-ms", "1000"},
                       said),
            1);
  EXPECT_THAT(said, HasSubstr("pump: no answer within 1000 ms"));
  std::this_thread::sleep_for(seconds(1));  // whole seconds: MQTT has nothing finer
  fleet_.StartDevices({"pump"});
  ASSERT_TRUE(desk_.AwaitOnline(run));
  EXPECT_EQ(desk_.Ask(R"("verb":"status")")["status"]["paused"], false);
}

}  // namespace
}  // namespace biglittle
