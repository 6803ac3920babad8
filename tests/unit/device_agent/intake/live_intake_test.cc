#include "device_agent/intake/live_intake.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "core/bounded_queue.h"
#include "tests/fakes/scripted_live_source.h"
#include "tests/support/eventually.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

constexpr std::chrono::seconds kPatience{20};

class LiveIntakeTest : public testing::Test {
 protected:
  void Start(
      ScriptedLiveSource::OnStart on_start, std::function<void()> on_stop = [] {}) {
    intake_.emplace(std::make_unique<ScriptedLiveSource>(std::move(on_start), std::move(on_stop)),
                    SourceConfig{}, 16, SourceSupervisor::Options{.device = "pump"});
    intake_->Start(1000, Clock::Real().Now(), [this] { static_cast<void>(woken_.TryPush(0)); });
  }
  static void Put(SampleInbox& inbox, int truth) {
    Sample sample = TinySample(0, true);
    sample.truth = truth;
    inbox.Put(std::move(sample), Clock::Real().Now());
  }
  // Waits until somebody wakes, if there is nothing.
  std::optional<int> Next() {
    const SteadyTime deadline = Clock::Real().Now() + kPatience;
    for (;;) {
      const Arrivals arrivals = intake_->Take(Clock::Real().Now(), {});
      if (arrivals.sample) return arrivals.sample->sample.truth;
      if (intake_->ended() || !woken_.PopUntil(deadline)) return std::nullopt;
    }
  }
  std::map<std::string, std::uint64_t> Counters() const {
    std::map<std::string, std::uint64_t> counters;
    intake_->AddCounters(counters);
    return counters;
  }
  BoundedQueue<int> woken_{1000};
  std::optional<LiveIntake> intake_;
};

// Earlier runs had a thousand readings: they were others.
TEST_F(LiveIntakeTest, SkipsNothing) {
  Start([](SampleInbox& inbox, int) {
    for (int i = 0; i < 3; ++i) Put(inbox, i);
    inbox.End();
    return absl::OkStatus();
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Next(), i);
  EXPECT_EQ(Next(), std::nullopt);
  EXPECT_TRUE(intake_->ended());
  EXPECT_TRUE(intake_->status().ok());
}

TEST_F(LiveIntakeTest, AFailureIsAStateAndNotTheEnd) {
  OpeningGate well;
  std::atomic<int> stops{0};
  Start(
      [&](SampleInbox& inbox, int before) -> absl::Status {
        if (before == 0) return absl::NotFoundError("no such port");
        if (before == 1) throw std::bad_alloc();
        if (before == 2) {
          inbox.Fail(absl::UnavailableError("the line is cut"));
          return absl::OkStatus();
        }
        well.Wait();
        Put(inbox, before);
        return absl::OkStatus();
      },
      [&] { ++stops; });
  EXPECT_TRUE(Eventually([&] { return intake_->Trouble() == "the line is cut"; }))
      << intake_->Trouble();
  EXPECT_FALSE(intake_->ended());
  EXPECT_EQ(Counters().at("source_failures"), 3U);
  well.Open();
  EXPECT_EQ(Next(), 3);
  EXPECT_EQ(intake_->Trouble(), "");
  EXPECT_EQ(stops, 3);  // one for each Start that is over
  intake_->Stop(Clock::Real().Now() + kPatience);
  EXPECT_EQ(stops, 4);
}

TEST_F(LiveIntakeTest, DoesNotWaitForASourceThatDoesNotStop) {
  auto gate = std::make_shared<OpeningGate>();
  auto gone = std::make_shared<std::atomic<bool>>(false);
  Start(
      [](SampleInbox& inbox, int) {
        Put(inbox, 7);
        return absl::OkStatus();
      },
      [gate, gone] {
        gate->Wait();
        *gone = true;
      });
  EXPECT_TRUE(Eventually([&] { return intake_->NextTake({}) == SteadyTime(); }));
  intake_->Stop(Clock::Real().Now() + Milliseconds(20));
  EXPECT_EQ(Next(), 7);  // what had come is not lost
  intake_.reset();
  EXPECT_FALSE(*gone);
  gate->Open();
  EXPECT_TRUE(Eventually([&] { return gone->load(); }));
}

TEST_F(LiveIntakeTest, CountsGaps) {
  Start([](SampleInbox& inbox, int) {
    inbox.Gap(12);
    return absl::OkStatus();
  });
  EXPECT_TRUE(Eventually([&] { return Counters().contains("source_gap_values"); }));
  EXPECT_EQ(Counters().at("source_gap_values"), 12U);
}

// It is no failure: nothing of the source is in trouble, and it does not wait.
TEST_F(LiveIntakeTest, IsStartedAnewWhenSomebodyAsks) {
  std::atomic<int> stops{0};
  Start(
      [](SampleInbox& inbox, int before) {
        Put(inbox, before);
        return absl::OkStatus();
      },
      [&] { ++stops; });
  EXPECT_EQ(Next(), 0);
  EXPECT_TRUE(intake_->Restart().ok());
  EXPECT_EQ(Next(), 1);
  EXPECT_EQ(stops, 1);
  EXPECT_EQ(intake_->Trouble(), "");
  EXPECT_EQ(Counters().count("source_failures"), 0U);
  EXPECT_EQ(Counters().at("source_restarts"), 1U);
  intake_->Stop(Clock::Real().Now() + kPatience);
  EXPECT_TRUE(absl::IsFailedPrecondition(intake_->Restart()));
}

// Of one that waits what came before the pause is taken, and then it is left alone.
TEST_F(LiveIntakeTest, ASourceThatWaitsRestsWhileTheDeviceIsPaused) {
  class Waiting final : public LiveSource {
   public:
    absl::Status Start(SampleInbox& inbox) override {
      const SteadyTime now = Clock::Real().Now();
      inbox.Put(TinySample(0, true), now - std::chrono::seconds(2));
      inbox.Put(TinySample(0, true), now);
      return absl::OkStatus();
    }
    void Stop() override {}
    bool waits() const override { return true; }
  };
  const SteadyTime begin = Clock::Real().Now();
  intake_.emplace(std::make_unique<Waiting>(), SourceConfig{}, 16,
                  SourceSupervisor::Options{.device = "pump"});
  intake_->Start(0, begin, [this] { static_cast<void>(woken_.TryPush(0)); });
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(woken_.PopUntil(begin + kPatience));
  const Pressure paused{.paused_since = begin - std::chrono::seconds(1)};
  EXPECT_NE(intake_->NextTake(paused), SteadyTime::max());
  EXPECT_TRUE(intake_->Take(begin, paused).sample);
  EXPECT_EQ(intake_->NextTake(paused), SteadyTime::max());
  EXPECT_FALSE(intake_->Take(begin, paused).sample);
  EXPECT_TRUE(intake_->Take(begin, {}).sample);
}

}  // namespace
}  // namespace biglittle
