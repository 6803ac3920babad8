#include "cli/watch/verdict.h"

#include <fmt/format.h>

#include "tests/unit/cli/watch/watch_fixture.h"

namespace biglittle {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// What dashboard/tests/unit/store.test.ts holds of the console.
class VerdictTest : public WatchFixture {
 protected:
  const WatchedDevice& At(const std::string& id) { return fleet_.devices().find(id)->second; }
  Condition Of(const std::string& id) { return ConditionOf(At(id), fleet_.TaskOf(At(id))); }
  std::string ConcernAbout(const std::string& id) {
    const auto concern = ConcernOf(At(id), Of(id), fleet_.TaskOf(At(id)), now_);
    return concern ? fmt::format("{} {}", static_cast<int>(concern->tone), concern->text) : "";
  }
};

TEST_F(VerdictTest, ASettledStateIsWellOrNot) {
  Say("pump-1", wire::State::kOnline);
  Settle("pump-1", "healthy", now_ - hours(3));
  EXPECT_EQ(Of("pump-1").tone, Tone::kWell);
  EXPECT_EQ(Of("pump-1").since, now_ - hours(3));
  EXPECT_EQ(ConcernAbout("pump-1"), "");
  Settle("pump-1", "imbalance", now_ - minutes(2));
  EXPECT_EQ(ConcernAbout("pump-1"), "2 imbalance for 2 min");
  Settle("pump-1", "outer_race_severe", now_ - seconds(12));
  EXPECT_EQ(ConcernAbout("pump-1"), "0 outer race, severe for 12 s");
}

TEST_F(VerdictTest, WithoutAStateNothingIsAnAlarm) {
  Say("pump-1", wire::State::kOnline);
  EXPECT_EQ(Of("pump-1").words, "online, no result yet");
  Apply(ResultOf("pump-1", 0, "outer_race_severe"));
  EXPECT_EQ(Of("pump-1").words, "mostly outer race, severe");
  EXPECT_EQ(Of("pump-1").tone, Tone::kAttention);
}

TEST_F(VerdictTest, ATaskWithoutAWordForWellHasNoHarm) {
  ShownTask digits = Vibration();
  digits.normal.clear();
  Say("pump-1", wire::State::kOnline);
  Settle("pump-1", "outer_race_severe", now_, true);
  EXPECT_EQ(ConditionOf(At("pump-1"), &digits).tone, Tone::kNeutral);
  EXPECT_EQ(ConditionOf(At("pump-1"), nullptr).tone, Tone::kNeutral);
}

TEST_F(VerdictTest, WhoIsAwayIsToldWhateverHeHadSettledOn) {
  Say("pump-1", wire::State::kOnline);
  Settle("pump-1", "healthy", now_);
  Say("pump-1", wire::State::kOffline);
  Pass(minutes(12));
  EXPECT_EQ(ConcernAbout("pump-1"), "1 offline for 12 min");
  Say("pump-2", wire::State::kStopped, true);
  Pass(minutes(1));
  EXPECT_EQ(ConcernAbout("pump-2"), "1 stopped for at least 1 min");
  EXPECT_EQ(ConcernOf(fleet_.devices().find("pump-2")->second.presence, now_)->tone, Tone::kAbsent);
}

TEST_F(VerdictTest, APauseIsWorthAttention) {
  wire::Status status = StatusOf("pump-1", wire::State::kOnline);
  status.paused = true;
  Say(status);
  EXPECT_EQ(ConcernAbout("pump-1"), "2 paused");
}

TEST_F(VerdictTest, SharesAreToldWhenTheyAreFarFromWhatWasPromised) {
  Say("pump-1", wire::State::kOnline);
  Settle("pump-1", "healthy", now_);
  Decide("pump-1", wire::DecidedBy::kLittle, 59);
  Decide("pump-1", wire::DecidedBy::kBig, 40);
  EXPECT_EQ(ConcernAbout("pump-1"), "") << "99 are too few";
  Decide("pump-1", wire::DecidedBy::kBig, 1);
  EXPECT_EQ(ConcernAbout("pump-1"), "2 escalates 41 % (tuning promised 13 %)");
  Decide("pump-1", wire::DecidedBy::kFallback, 6);
  EXPECT_EQ(ConcernAbout("pump-1"), "2 falls back to its little net for 6 % of its readings");
}

TEST_F(VerdictTest, AFifthOrTwoAndAHalfTimesMayBe) {
  Say("pump-1", wire::State::kOnline);
  Settle("pump-1", "healthy", now_);
  Decide("pump-1", wire::DecidedBy::kLittle, 68);
  Decide("pump-1", wire::DecidedBy::kBig, 32);
  EXPECT_EQ(ConcernAbout("pump-1"), "") << "below 2.5 times 13 %";
  Decide("pump-2", wire::DecidedBy::kLittle, 95);
  Decide("pump-2", wire::DecidedBy::kFallback, 5);
  Settle("pump-2", "healthy", now_);
  EXPECT_EQ(ConcernAbout("pump-2"), "") << "no more than 5 %";
}

TEST_F(VerdictTest, WhatChangedSinceThen) {
  const WallTime since = now_;
  const auto has = [&](const std::string& id) { return HasChangedSince(At(id), Of(id), since); };
  for (const char* id : {"old", "new", "back"}) Say(id, wire::State::kOnline, true);
  Settle("old", "healthy", now_ - hours(1));
  Settle("new", "imbalance", now_ + minutes(1));
  Settle("back", "healthy", now_ - hours(1));
  Say("gone", wire::State::kOffline, true);
  EXPECT_FALSE(has("old"));
  EXPECT_TRUE(has("new"));
  EXPECT_FALSE(has("back"));
  EXPECT_TRUE(has("gone")) << "nobody knows since when";
  Pass(minutes(5));
  Say("back", wire::State::kOffline);
  Say("back", wire::State::kOnline);
  EXPECT_TRUE(has("back"));
}

}  // namespace
}  // namespace biglittle
