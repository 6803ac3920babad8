// The shell around an agent whose broker is away.
#include "device_agent/agent_loop.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <string>
#include <utility>

#include "tests/fakes/free_port.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/tiny_task.h"

namespace biglittle {
namespace {

constexpr Milliseconds kDrainTimeout{1500};

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

class AgentLoopTest : public testing::Test {
 protected:
  // Nobody listens on its broker's port.
  std::unique_ptr<AgentLoop> MakeLoop(
      const StoreConfig& store,
      std::unique_ptr<PolledSource> source = std::make_unique<FewSamples>(3)) {
    FleetConfig fleet;
    fleet.fleet = "plant";
    fleet.broker.port = UnusedPort();
    DeviceConfig device;
    device.id = "pump";
    device.drain_timeout = kDrainTimeout;
    device.store = store;
    const Task task = LoadTinyTask();
    Agent::Parts parts{task, LocalClassifier::Load(task, device.escalation).value(),
                       ReadingDeadlines::Make(device, task).value(),
                       ResultStore::Open(folder_.path() / "pump.sqlite",
                                         {store.max_bytes, store.max_age}, Clock::Real())
                           .value()};
    return std::make_unique<AgentLoop>(fleet, device, std::move(parts), std::move(source));
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

TEST_F(AgentLoopTest, StopNeverWaits) {
  const auto loop = MakeLoop({});
  for (int i = 0; i < 10000; ++i) loop->Stop();  // though nobody hears it
  EXPECT_TRUE(loop->Run().ok());
}

}  // namespace
}  // namespace biglittle
