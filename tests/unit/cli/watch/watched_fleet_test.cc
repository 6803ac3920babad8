#include "cli/watch/watched_fleet.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/unit/cli/watch/watch_fixture.h"

namespace biglittle {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

class WatchedFleetTest : public WatchFixture {
 protected:
  const WatchedDevice& At(const std::string& id) { return fleet_.devices().find(id)->second; }
};

TEST_F(WatchedFleetTest, KnowsWhoIsThereAndSinceWhen) {
  Say("pump-1", wire::State::kOnline, true);
  EXPECT_EQ(At("pump-1").presence.state, wire::State::kOnline);
  EXPECT_TRUE(At("pump-1").presence.at_least) << "it was so before we came";
  Pass(seconds(5));
  Say("pump-1", wire::State::kOnline);
  EXPECT_EQ(At("pump-1").presence.since, now_ - seconds(5));
  EXPECT_EQ(At("pump-1").last_seen, now_);
  Say("pump-1", wire::State::kOffline);
  EXPECT_EQ(At("pump-1").presence.since, now_);
  EXPECT_FALSE(At("pump-1").presence.at_least);
}

// A will message is written at the start, and has the counters of nobody.
TEST_F(WatchedFleetTest, AWillKeepsWhatWasSaidBefore) {
  wire::Status status = StatusOf("pump-1", wire::State::kOnline);
  status.counters["decided_by_fallback"] = 7;
  Say(status);
  EXPECT_EQ(At("pump-1").fallbacks, 7U);
  Say("pump-1", wire::State::kOffline);
  EXPECT_EQ(At("pump-1").fallbacks, 7U);
}

TEST_F(WatchedFleetTest, CountsEachFinalResultOnce) {
  Apply(ResultOf("pump-1", 1));
  Apply(ResultOf("pump-1", 1));
  wire::Result provisional = ResultOf("pump-1", 2);
  provisional.stage = wire::Stage::kProvisional;
  Apply(provisional);
  wire::Result resent = ResultOf("pump-1", 3, "imbalance");
  resent.resent = true;
  Apply(resent);
  EXPECT_EQ(At("pump-1").decisions.total(), 1U);
  EXPECT_EQ(At("pump-1").labels.majority(), "healthy");
}

TEST_F(WatchedFleetTest, SharesAreThoseOfTheLastOnes) {
  Decide("pump-1", wire::DecidedBy::kFallback, 100);
  Decide("pump-1", wire::DecidedBy::kBig, 64);
  Decide("pump-1", wire::DecidedBy::kLittle, 192);
  EXPECT_EQ(At("pump-1").decisions.total(), 256U);
  EXPECT_EQ(At("pump-1").decisions.Share(wire::DecidedBy::kFallback), 0.0);
  EXPECT_EQ(At("pump-1").decisions.Escalated(), 0.25);
  EXPECT_NEAR(*At("pump-1").round_trips.Median(), 1.6, 1e-6);
}

TEST_F(WatchedFleetTest, TheMajorityOfNineSpeaks) {
  for (std::uint64_t i = 0; i < 4; ++i) Apply(ResultOf("pump-1", i));
  for (std::uint64_t i = 4; i < 9; ++i) Apply(ResultOf("pump-1", i, "imbalance"));
  EXPECT_EQ(At("pump-1").labels.majority(), "imbalance");
  Apply(ResultOf("pump-1", 9));
  EXPECT_EQ(At("pump-1").labels.majority(), "imbalance") << "one odd reading";
}

TEST_F(WatchedFleetTest, RefusesWhatIsNotOfWhomItSays) {
  Apply(topics_.Result("pump-2"), Encode(ResultOf("pump-1", 1)));
  wire::DeviceState state;
  state.fleet = "plant";
  state.device = "pump-1";
  state.label = "healthy";
  Apply(topics_.DeviceState("pump-2"), Encode(state));
  Apply(topics_.DeviceStatus("pump-2"), Encode(StatusOf("pump-1", wire::State::kOnline)));
  Apply(topics_.Result("pump-1"), Encode(ResultOf("pump-1", 1)), true);
  Apply(topics_.WorkerStatus("w"), "\x1b[2J");
  EXPECT_EQ(fleet_.refused(), 5U);
  EXPECT_THAT(fleet_.last_refusal(), HasSubstr("workers/w/status"));
  EXPECT_TRUE(fleet_.devices().empty());
}

TEST_F(WatchedFleetTest, WhoIsTakenOutOfTheFleetIsGone) {
  Say("pump-1", wire::State::kOnline);
  SayOfWorker("worker-1", wire::State::kOnline);
  Apply(topics_.DeviceStatus("pump-1"), "");
  Apply(topics_.DeviceState("pump-1"), "");
  Apply(topics_.WorkerStatus("worker-1"), "");
  EXPECT_TRUE(fleet_.devices().empty());
  EXPECT_TRUE(fleet_.workers().empty());
  EXPECT_EQ(fleet_.refused(), 0U);
}

TEST_F(WatchedFleetTest, APatternLeavesOutTheOthers) {
  WatchedFleet pumps(topics_, {}, "pump-*");
  for (const char* id : {"pump-1", "fan-1"}) {
    wire::Message message;
    message.topic = topics_.DeviceStatus(id);
    message.payload = Encode(StatusOf(id, wire::State::kOnline));
    pumps.Apply(message, now_);
  }
  EXPECT_EQ(pumps.devices().size(), 1U);
  EXPECT_EQ(pumps.devices().begin()->first, "pump-1");
}

TEST_F(WatchedFleetTest, ThereIsRoomForSoMany) {
  for (std::size_t i = 0; i < WatchedFleet::kMostDevices + 3; ++i) {
    Apply(ResultOf(fmt::format("pump-{}", i), 0));
  }
  EXPECT_EQ(fleet_.devices().size(), WatchedFleet::kMostDevices);
  EXPECT_EQ(fleet_.beyond(), 3U);
}

}  // namespace
}  // namespace biglittle
