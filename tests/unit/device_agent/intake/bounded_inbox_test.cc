#include "device_agent/intake/bounded_inbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

constexpr std::size_t kWindowBytes = 16;

class BoundedInboxTest : public testing::Test {
 protected:
  BoundedInbox Make(std::size_t capacity, WhenFull when_full,
                    std::optional<std::uint64_t> most = std::nullopt) {
    return {{"pump", capacity, when_full, kWindowBytes, most}, clock_, [this] { ++woken_; }};
  }
  // Window `truth`, captured so many milliseconds after the beginning.
  void Put(BoundedInbox& inbox, int truth) {
    Sample sample = TinySample(0, true);
    sample.truth = truth;
    inbox.Put(std::move(sample), At(truth));
  }
  SteadyTime At(int ms) const { return begin_ + Milliseconds(ms); }

  static std::map<std::string, std::uint64_t> Counters(const BoundedInbox& inbox) {
    std::map<std::string, std::uint64_t> counters;
    inbox.AddCounters(counters);
    return counters;
  }
  // What comes out, in order: "3" is window 3, "(2)" is window 2, dropped.
  static std::string TakeAll(BoundedInbox& inbox) {
    std::string all;
    while (!inbox.empty()) {
      const Arrivals arrivals = inbox.Take();
      for (const DroppedReading& dropped : arrivals.dropped) {
        all += "(" + std::to_string(dropped.truth.value_or(-1)) + ")";
      }
      if (arrivals.sample) all += std::to_string(arrivals.sample->sample.truth.value_or(-1));
    }
    return all;
  }

  FakeClock clock_;
  const SteadyTime begin_ = clock_.Now();
  int woken_ = 0;
};

TEST_F(BoundedInboxTest, GivesWhatCameInItsOrder) {
  clock_.Advance(Milliseconds(100));
  BoundedInbox inbox = Make(4, WhenFull::kDropOldest);
  EXPECT_TRUE(inbox.empty());
  for (int i = 1; i <= 3; ++i) Put(inbox, i);
  EXPECT_EQ(woken_, 3);
  const Arrivals first = inbox.Take();
  ASSERT_TRUE(first.sample);
  EXPECT_EQ(first.sample->captured_at, At(1));
  EXPECT_EQ(TakeAll(inbox), "23");
}

TEST_F(BoundedInboxTest, ATimeToComeIsNow) {
  BoundedInbox inbox = Make(4, WhenFull::kDropOldest);
  Put(inbox, 50);
  EXPECT_EQ(inbox.Take().sample->captured_at, clock_.Now());
}

TEST_F(BoundedInboxTest, DropsTheOldest) {
  BoundedInbox inbox = Make(2, WhenFull::kDropOldest);
  for (int i = 1; i <= 5; ++i) Put(inbox, i);
  EXPECT_EQ(TakeAll(inbox), "(1)(2)(3)45");
}

TEST_F(BoundedInboxTest, DropsTheNewestInTheOrderInWhichTheyCame) {
  BoundedInbox inbox = Make(2, WhenFull::kDropNewest);
  for (int i = 1; i <= 4; ++i) Put(inbox, i);
  EXPECT_EQ(inbox.Take().sample->sample.truth, 1);
  Put(inbox, 5);
  Put(inbox, 6);
  EXPECT_EQ(TakeAll(inbox), "2(3)(4)5(6)");
}

// Each of them has its end to be told, however far behind the device is.
TEST_F(BoundedInboxTest, LosesNoneOfAFlood) {
  constexpr int kFlood = 100'000;
  clock_.Advance(Milliseconds(kFlood));
  BoundedInbox inbox = Make(8, WhenFull::kDropOldest);
  for (int i = 0; i < kFlood; ++i) Put(inbox, i);
  std::vector<SteadyTime> captured;
  while (!inbox.empty()) {
    const Arrivals arrivals = inbox.Take();
    EXPECT_LE(arrivals.dropped.size(), Intake::kMaxDroppedAtOnce);
    for (const DroppedReading& dropped : arrivals.dropped) captured.push_back(dropped.captured_at);
    if (arrivals.sample) captured.push_back(arrivals.sample->captured_at);
  }
  EXPECT_EQ(captured.size(), static_cast<std::size_t>(kFlood));
  EXPECT_TRUE(std::is_sorted(captured.begin(), captured.end()));
  EXPECT_EQ(captured.front(), At(0));
  EXPECT_EQ(captured[50'000], At(50'000));  // evenly in between, as they came
  EXPECT_EQ(captured.back(), At(kFlood - 1));
}

TEST_F(BoundedInboxTest, KeepsNoMoreOfAWindowThanTheTaskHas) {
  BoundedInbox inbox = Make(2, WhenFull::kDropOldest);
  Sample sample = TinySample(0, true);
  sample.window.data.resize(kWindowBytes + 1);
  inbox.Put(std::move(sample), begin_);
  Put(inbox, 1);
  EXPECT_TRUE(inbox.Take().sample->sample.window.data.empty());
  EXPECT_EQ(inbox.Take().sample->sample.window.data.size(), kWindowBytes);
}

TEST_F(BoundedInboxTest, EndsAfterTheReadingsThatWereWanted) {
  BoundedInbox inbox = Make(2, WhenFull::kDropOldest, 3);
  for (int i = 1; i <= 5; ++i) Put(inbox, i);
  EXPECT_TRUE(inbox.ended());
  EXPECT_EQ(TakeAll(inbox), "(1)23");
}

TEST_F(BoundedInboxTest, TellsAFailureOnce) {
  BoundedInbox inbox = Make(2, WhenFull::kDropOldest);
  inbox.Fail(absl::UnavailableError("the line is cut"));
  inbox.Fail(absl::UnavailableError("and again"));
  const std::optional<absl::Status> why = inbox.WaitForFailure();
  ASSERT_TRUE(why);
  EXPECT_EQ(why->message(), "the line is cut");
  inbox.End();
  EXPECT_FALSE(inbox.WaitForFailure());
  EXPECT_FALSE(inbox.Pause(std::chrono::minutes(1)));
}

TEST_F(BoundedInboxTest, ClosedItHearsNothingAndWakesNobody) {
  BoundedInbox inbox = Make(2, WhenFull::kDropOldest);
  Put(inbox, 1);
  inbox.Close();
  const int woken = woken_;
  Put(inbox, 2);
  inbox.Gap(3);
  inbox.Fail(absl::UnavailableError("late"));
  EXPECT_EQ(woken_, woken);
  EXPECT_TRUE(Counters(inbox).empty());
  EXPECT_FALSE(inbox.WaitForFailure());
  EXPECT_EQ(TakeAll(inbox), "1");
}

TEST_F(BoundedInboxTest, CountsWhatIsNoWindow) {
  BoundedInbox inbox = Make(2, WhenFull::kDropOldest);
  inbox.Gap(3);
  inbox.Gap(4);
  inbox.Spare();
  inbox.Refuse("number", "'x' is no number");
  inbox.Refuse("number", "'y' is no number");
  inbox.Refuse("columns", "a line has 2 columns, not 3");
  inbox.OffRate("the source gives 45 samples a second");
  EXPECT_EQ(Counters(inbox), (std::map<std::string, std::uint64_t>{{"source_gap_values", 7},
                                                                   {"source_spared_windows", 1},
                                                                   {"source_off_rate", 1},
                                                                   {"source_refused_number", 2},
                                                                   {"source_refused_columns", 1}}));
}

}  // namespace
}  // namespace biglittle
