// The shell around an agent whose broker is away.
#include "device_agent/agent_loop.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/program/metrics.h"
#include "device_agent/agent_metrics.h"
#include "device_agent/intake/live_intake.h"
#include "device_agent/intake/polled_intake.h"
#include "tests/fakes/scripted_live_source.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"
#include "wire/messages/result.h"

namespace biglittle {
namespace {

constexpr Milliseconds kDrainTimeout{1500};
constexpr Milliseconds kDeadline{1500};

class FewSamples final : public PolledSource {
 public:
  explicit FewSamples(int count) : left_(count) {}
  absl::StatusOr<std::optional<Sample>> Next() override {
    if (left_ == 0) return std::nullopt;
    --left_;
    return TinySample(2, true);
  }

 private:
  int left_;
};

class ThrowingSource final : public PolledSource {
 public:
  absl::StatusOr<std::optional<Sample>> Next() override {
    if (taken_++ == 2) throw std::bad_alloc();
    return TinySample(2, true);
  }

 private:
  int taken_ = 0;
};

// So many readings wait in it, each behind one that was dropped.
class WaitingIntake final : public Intake {
 public:
  explicit WaitingIntake(int count) : left_(count) {}
  void Start(std::uint64_t, SteadyTime, std::function<void()>) override {}
  Arrivals Take(SteadyTime now, const Pressure&) override {
    if (left_ == 0) return {};
    --left_;
    return {{{now, std::nullopt}}, CapturedSample{TinySample(2, true), now}};
  }
  SteadyTime NextTake(const Pressure&) const override { return SteadyTime(); }
  void Stop(SteadyTime) override {}
  absl::Status Restart() override { return absl::UnimplementedError(""); }
  bool ended() const override { return left_ == 0; }
  absl::Status status() const override { return absl::OkStatus(); }
  void AddCounters(std::map<std::string, std::uint64_t>&) const override {}

 private:
  int left_;
};

class AgentLoopTest : public testing::Test {
 protected:
  // Nobody listens on its broker's port.
  std::unique_ptr<AgentLoop> MakeLoop(
      const StoreConfig& store,
      std::unique_ptr<PolledSource> source = std::make_unique<FewSamples>(3)) {
    return MakeLoop(store, std::make_unique<PolledIntake>(std::move(source), SourceConfig{}));
  }
  std::unique_ptr<AgentLoop> MakeLoop(const StoreConfig& store, std::unique_ptr<Intake> intake) {
    FleetConfig fleet;
    fleet.fleet = "plant";
    fleet.broker.port = UnusedPort();
    DeviceConfig device;
    device.id = "pump";
    device.deadline = kDeadline;
    device.drain_timeout = kDrainTimeout;
    // A second of it is for a machine that is busy with other things.
    device.escalation.deadline_margin = kDeadline - Milliseconds(500);
    device.store = store;
    const Task task = LoadTinyTask();
    Agent::Parts parts{task, LocalClassifier::Load(task, device.escalation).value(),
                       ReadingDeadlines::Make(device, task).value(),
                       ResultStore::Open(folder_.path() / "pump.sqlite",
                                         {store.max_bytes, store.max_age}, Clock::Real())
                           .value()};
    return std::make_unique<AgentLoop>(fleet, device, std::move(parts), std::move(intake));
  }
  // What waits in the store after the run.
  std::vector<wire::Result> Stored() const {
    auto store = ResultStore::Open(folder_.path() / "pump.sqlite", {}, Clock::Real());
    std::vector<wire::Result> results;
    const auto rows = store->From(0, 100'000);
    for (const ResultStore::Row& row : *rows) {
      results.push_back(wire::DecodeResult(row.payload, wire::kProtobufContent).value());
    }
    return results;
  }

  TemporaryFolder folder_;
};

TEST_F(AgentLoopTest, WhatTheStoreKeepsIsNotLost) {
  const auto loop = MakeLoop({});
  const SteadyTime begin = Clock::Real().Now();
  EXPECT_TRUE(loop->Run().ok());
  // The source has ended, and nobody said that there will be another start.
  EXPECT_GE(Clock::Real().Now() - begin, kDrainTimeout);
}

TEST_F(AgentLoopTest, WhoeverStopsItDoesNotWaitForTheBroker) {
  const auto loop = MakeLoop({});
  loop->Stop();
  const SteadyTime begin = Clock::Real().Now();
  EXPECT_TRUE(loop->Run().ok());
  EXPECT_LT(Clock::Real().Now() - begin, kDrainTimeout);
}

TEST_F(AgentLoopTest, WhatNeitherStoreNorBrokerTookIsToldOf) {
  const absl::Status ended = MakeLoop({.max_bytes = 100})->Run();  // no result fits
  EXPECT_FALSE(ended.ok());
  EXPECT_NE(ended.message().find("3 results"), std::string::npos) << ended;
}

TEST_F(AgentLoopTest, AnExceptionEndsTheDeviceInOrder) {
  const auto loop = MakeLoop({}, std::make_unique<ThrowingSource>());
  const absl::Status ended = loop->Run();
  EXPECT_EQ(ended.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(ended.message().find("not enough memory"), std::string::npos) << ended;
}

// Whatever a sensor does, no deadline is missed: one that lets the device wait, floods it, dies and
// comes back.
TEST_F(AgentLoopTest, NobodyWaitsForALiveSource) {
  constexpr int kFlood = 500;
  auto ended = std::make_shared<OpeningGate>();
  const auto put = [](SampleInbox& inbox, bool sure, int count) {
    for (int i = 0; i < count; ++i) inbox.Put(TinySample(2, sure), Clock::Real().Now());
  };
  auto source = std::make_unique<ScriptedLiveSource>(
      [ended, put](SampleInbox& inbox, int before) -> absl::Status {
        if (before == 0) {
          put(inbox, false, 3);  // to be escalated, and nobody is there
          ended->Wait();
          return absl::UnavailableError("unplugged");
        }
        if (before == 1) {
          put(inbox, true, kFlood);
          inbox.Fail(absl::UnavailableError("unplugged again"));
          return absl::OkStatus();
        }
        put(inbox, false, 3);
        inbox.End();
        return absl::OkStatus();
      });
  SourceConfig config;
  config.queue_capacity = 8;
  auto loop =
      MakeLoop({}, std::make_unique<LiveIntake>(std::move(source), config, 16,
                                                SourceSupervisor::Options{.device = "pump"}));
  Metrics metrics([] { return std::vector<Measurement>(); });
  const AgentMetrics told(metrics);
  loop->Observe(nullptr, &told);
  std::thread run([&] { EXPECT_TRUE(loop->Run().ok()); });
  // Though the source has not come back from its start.
  EXPECT_TRUE(Eventually([&] {
    return metrics.Text().find("reading_seconds_count{decided_by=\"fallback\"} 3") !=
           std::string::npos;
  })) << metrics.Text();
  ended->Open();
  run.join();
  loop.reset();

  const std::vector<wire::Result> results = Stored();
  EXPECT_EQ(results.size(), 3U + kFlood + 3U);
  for (const wire::Result& result : results) {
    EXPECT_EQ(result.stage, wire::Stage::kFinal);
    EXPECT_LE(result.total_ms, result.deadline_ms) << result.sequence << " " << result.reason;
  }
}

// What a sensor had delivered when the device was stopped has its end as well.
TEST_F(AgentLoopTest, WhatWaitsWhenItStopsEnds) {
  auto loop = MakeLoop({}, std::make_unique<WaitingIntake>(20));
  loop->Stop();
  EXPECT_TRUE(loop->Run().ok());
  loop.reset();
  EXPECT_EQ(Stored().size(), 40U);
}

TEST_F(AgentLoopTest, StopNeverWaits) {
  const auto loop = MakeLoop({});
  for (int i = 0; i < 10000; ++i) loop->Stop();  // though nobody hears it
  EXPECT_TRUE(loop->Run().ok());
}

}  // namespace
}  // namespace biglittle
