// What operators ask, carried out on an agent with a fake clock.
#include "device_agent/device_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/fakes/fake_clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::HasSubstr;

class NoIntake final : public Intake {
 public:
  void Start(std::uint64_t, SteadyTime, std::function<void()>) override {}
  Arrivals Take(SteadyTime, const Pressure&) override { return {}; }
  SteadyTime NextTake(const Pressure&) const override { return SteadyTime::max(); }
  void Stop(SteadyTime) override {}
  absl::Status Restart() override {
    ++restarts;
    return restart_answer;
  }
  bool ended() const override { return false; }
  absl::Status status() const override { return absl::OkStatus(); }
  void AddCounters(std::map<std::string, std::uint64_t>&) const override {}

  int restarts = 0;
  absl::Status restart_answer;
};

class DeviceControlTest : public testing::Test {
 protected:
  DeviceControlTest() { Begin(); }

  // As a process does that is started (again).
  void Begin(const std::string& file = "", const Task& task = LoadTinyTask()) {
    control_.reset();
    agent_.reset();
    FleetConfig fleet;
    fleet.fleet = "plant";
    DeviceConfig device;
    device.id = "pump";
    Agent::Publish publish = [this](wire::Message message) {
      if (message.topic.find("/snapshot/") != std::string::npos && !snapshot_answer_.ok()) {
        return snapshot_answer_;
      }
      sent_.push_back(std::move(message));
      return absl::OkStatus();
    };
    Agent::Parts parts{task, LocalClassifier::Load(task, device.escalation).value(),
                       ReadingDeadlines::Make(device, task).value(), std::nullopt};
    agent_.emplace(fleet, device, std::move(parts), "run", publish, clock_);
    agent_->OnLink(true);
    control_.emplace(
        device, wire::Topics("r", "plant"),
        DeviceControl::Parts{*agent_, intake_, inbox_, clock_, publish,
                             [] {
                               return std::map<std::string, std::uint64_t>{{"readings", 7}};
                             }},
        file.empty() ? std::nullopt : std::optional(KeptFile(file)));
  }
  // Its answer, if there is one at once.
  json Ask(const std::string& request) {
    wire::Message message;
    message.payload = request;
    clock_.Advance(seconds(1));
    message.received_at = clock_.Now();
    inbox_.OnTopicMessage(std::move(message));
    return Turn();
  }
  json Turn() {
    sent_.clear();
    control_->OnTime();
    for (const wire::Message& message : sent_) {
      if (message.topic == "r/plant/devices/pump/control/reply")
        return json::parse(message.payload);
    }
    return {};
  }
  void Pass(seconds time) {
    clock_.Advance(time);
    control_->OnTime();
  }
  std::uint64_t Counted(const std::string& name) {
    std::map<std::string, std::uint64_t> counters;
    control_->AddCounters(counters);
    return counters[name];
  }
  Arrivals Captured(SteadyTime at) {
    return control_->Admit({{{at, std::nullopt}}, CapturedSample{TinySample(2, true), at}});
  }
  FakeClock clock_;
  NoIntake intake_;
  ControlInbox inbox_{"", [] {}};
  std::vector<wire::Message> sent_;
  absl::Status snapshot_answer_;
  std::optional<Agent> agent_;
  std::optional<DeviceControl> control_;
  TemporaryFolder folder_;
};

TEST_F(DeviceControlTest, APausedDeviceTakesNothingAndCounts) {
  const SteadyTime before = clock_.Now();
  const json reply = Ask(R"({"id":"7","verb":"pause","for_s":60})");
  EXPECT_EQ(reply["id"], "7");
  EXPECT_EQ(reply["ok"], true);
  EXPECT_EQ(reply["status"]["paused"], true);
  EXPECT_TRUE(reply["status"].contains("paused_until"));
  EXPECT_TRUE(control_->TakeChanged());
  EXPECT_THAT(control_->Sentence(), HasSubstr("paused by an operator until "));
  EXPECT_EQ(control_->NextWake(), clock_.Now() + seconds(60));
  // What had come before is a reading like others.
  EXPECT_TRUE(Captured(before).sample);
  EXPECT_EQ(Captured(before).dropped.size(), 1U);
  EXPECT_FALSE(Captured(clock_.Now()).sample);
  EXPECT_EQ(Counted("readings_while_paused"), 2U);
  const SteadyTime meanwhile = clock_.Now();
  Pass(seconds(60));
  EXPECT_TRUE(control_->TakeChanged());
  EXPECT_EQ(control_->Sentence(), "");
  EXPECT_FALSE(Captured(meanwhile).sample);
  EXPECT_TRUE(Captured(clock_.Now()).sample);
}

TEST_F(DeviceControlTest, WhatIsSetIsInEffectWithTheNextReading) {
  const json reply = Ask(R"({"id":"7","verb":"set","policy":"big-only","for_s":60})");
  EXPECT_EQ(reply["status"]["in_effect"]["policy"], "big-only");
  EXPECT_EQ(reply["status"]["in_effect"]["threshold"], json());
  EXPECT_EQ(reply["status"]["differs"]["policy"]["value"], "big-only");
  EXPECT_EQ(reply["status"]["differs"]["policy"]["file"], "tuned");
  EXPECT_EQ(control_->Differing(), (std::map<std::string, std::string>{{"policy", "big-only"}}));
  agent_->OnSample(TinySample(2, true), clock_.Now());
  EXPECT_EQ(agent_->counters()["escalated"], 1U);
  EXPECT_EQ(Ask(R"({"id":"8","verb":"reset"})")["status"]["differs"], json::object());
  agent_->OnSample(TinySample(2, true), clock_.Now());
  EXPECT_EQ(agent_->counters()["escalated"], 1U);
}

TEST_F(DeviceControlTest, ARefusalIsOneClearAnswer) {
  json reply = Ask(R"({"id":"7","verb":"set","threshold":2})");
  EXPECT_EQ(reply["ok"], false);
  EXPECT_EQ(reply["error"], "'threshold' must be 0 to 1, not '2'");
  EXPECT_FALSE(control_->TakeChanged());
  reply = Ask("nonsense");
  EXPECT_EQ(reply["id"], "");
  EXPECT_EQ(reply["ok"], false);
  intake_.restart_answer = absl::FailedPreconditionError("it is asked for");
  reply = Ask(R"({"id":"9","verb":"restart_source"})");
  EXPECT_EQ(reply["error"], "it is asked for");
  EXPECT_EQ(intake_.restarts, 1);
  EXPECT_EQ(Counted("control_requests"), 3U);
  EXPECT_EQ(Counted("control_refused"), 3U);
}

TEST_F(DeviceControlTest, OneRequestATurn) {
  for (int i = 0; i < 3; ++i) {
    wire::Message message;
    message.payload = R"({"id":"7","verb":"status"})";
    message.received_at = clock_.Now();
    inbox_.OnTopicMessage(std::move(message));
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_LE(*control_->NextWake(), clock_.Now());
    EXPECT_EQ(Turn()["status"]["counters"]["readings"], 7);
  }
  EXPECT_EQ(control_->NextWake(), std::nullopt);
  EXPECT_TRUE(Turn().is_null());
}

TEST_F(DeviceControlTest, ASnapshotIsShownAndThenAnswered) {
  EXPECT_TRUE(Ask(R"({"id":"7","verb":"snapshot"})").is_null());
  agent_->OnSample(TinySample(2, true), clock_.Now());
  const json reply = Turn();
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[0].topic, "r/plant/devices/pump/snapshot/0");
  EXPECT_FALSE(sent_[0].retained);
  EXPECT_EQ(json::parse(sent_[0].payload)["window"], json({0, 0, 1, 0}));
  EXPECT_EQ(json::parse(sent_[0].payload)["label"], "fault");
  EXPECT_EQ(reply["id"], "7");
  EXPECT_EQ(reply["ok"], true);
  // The last one is there at once.
  EXPECT_EQ(Ask(R"({"id":"8","verb":"snapshot"})")["id"], "8");
}

TEST_F(DeviceControlTest, ASnapshotThatCannotBeShownIsRefusedInWords) {
  snapshot_answer_ = absl::InvalidArgumentError("a payload of 9 bytes is over 8");
  EXPECT_TRUE(Ask(R"({"id":"7","verb":"snapshot"})").is_null());
  agent_->OnSample(TinySample(2, true), clock_.Now());
  EXPECT_EQ(Turn()["error"], "the window is too large: a payload of 9 bytes is over 8");
  snapshot_answer_ = absl::OkStatus();
  EXPECT_TRUE(Ask(R"({"id":"8","verb":"snapshot","reading":"next"})").is_null());
  clock_.Advance(seconds(10));
  EXPECT_EQ(Turn()["error"], "no reading came within 10 s");
  EXPECT_EQ(control_->NextWake(), std::nullopt);
  Ask(R"({"id":"9","verb":"pause"})");
  EXPECT_THAT(Ask(R"({"id":"10","verb":"snapshot","reading":"next"})")["error"].get<std::string>(),
              HasSubstr("it is paused"));
  EXPECT_EQ(Ask(R"({"id":"11","verb":"snapshot"})")["ok"], true);
}

TEST_F(DeviceControlTest, NoWindowIsShownWhereOnlyFeaturesMayLeaveTheDevice) {
  Begin("", LoadTinyFeaturesTask());
  agent_->OnSample(TinySample(2, true), clock_.Now());
  EXPECT_EQ(Ask(R"({"id":"7","verb":"snapshot"})")["error"],
            "its task says 'escalate: features', so that no window leaves the device");
  agent_->OnSample(TinySample(2, true), clock_.Now());
  Turn();
  for (const wire::Message& message : sent_) EXPECT_THAT(message.topic, Not(HasSubstr("snapshot")));
}

TEST_F(DeviceControlTest, WithoutAStoreItSaysThatItEndsWithTheProcess) {
  const json status = Ask(R"({"id":"7","verb":"pause"})")["status"];
  EXPECT_EQ(status["survives_restart"], false);
  EXPECT_THAT(status["note"].get<std::string>(), HasSubstr("ends with the process"));
}

TEST_F(DeviceControlTest, ARestartKeepsWhatWasSetAndForgetsWhatHasEnded) {
  const std::string file = folder_.path() / "pump.control.json";
  Begin(file);
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(Ask(R"({"id":"7","verb":"pause"})")["status"]["survives_restart"], true);
  Ask(R"({"id":"8","verb":"set","policy":"little-only","for_s":60})");
  Ask(R"({"id":"9","verb":"set","answer_mode":"refine"})");
  clock_.Advance(seconds(30));
  Begin(file);
  EXPECT_TRUE(control_->paused_since());
  EXPECT_TRUE(control_->TakeChanged());
  EXPECT_EQ(control_->Differing().size(), 2U);
  EXPECT_LE(*control_->NextWake(), clock_.Now() + seconds(30));
  clock_.Advance(seconds(60));
  Begin(file);
  EXPECT_EQ(control_->Differing(), (std::map<std::string, std::string>{{"answer_mode", "refine"}}));
  Ask(R"({"id":"9","verb":"reset"})");
  EXPECT_FALSE(std::filesystem::exists(file));
}

// The machine had no time yet when it was told.
TEST_F(DeviceControlTest, AClockThatIsSetDoesNotEndWhatLasts) {
  const std::string file = folder_.path() / "pump.control.json";
  Begin(file);
  Ask(R"({"id":"7","verb":"pause","for_s":3600})");
  clock_.JumpWall(std::chrono::hours(24 * 365 * 20));
  control_->OnTime();
  Begin(file);
  ASSERT_TRUE(control_->paused_since());
  EXPECT_GE(*control_->NextWake(), clock_.Now() + seconds(3590));
}

TEST_F(DeviceControlTest, ADamagedFileIsPutAside) {
  const std::string file = folder_.path() / "pump.control.json";
  std::ofstream(file) << "{\"version\":1,";
  Begin(file);
  EXPECT_FALSE(control_->paused_since());
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_TRUE(std::filesystem::exists(file + ".damaged"));
}

}  // namespace
}  // namespace biglittle
