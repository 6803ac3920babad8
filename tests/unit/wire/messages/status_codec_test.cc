#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/shown_text.h"
#include "wire/messages/status.h"

namespace biglittle::wire {
namespace {

Status Full() {
  return {.fleet = "plant-7",
          .device = "pump-1",
          .state = State::kOnline,
          .run = "r1",
          .version = "0.1.0",
          .time = WallTime(std::chrono::seconds(1700000000)),
          .models = {{"vibration", "aa"}},
          .counters = {{"readings", 7}}};
}

TEST(StatusTest, JsonIsThatOfTheContract) {
  EXPECT_EQ(nlohmann::json::parse(Encode(Full())), nlohmann::json::parse(R"({
    "fleet": "plant-7", "device": "pump-1", "worker": "", "state": "online", "run": "r1",
    "time": "2023-11-14T22:13:20Z", "models": {"vibration": "aa"},
    "counters": {"readings": "7"}, "busiest": [], "paused": false, "differs": {},
    "version": "0.1.0",
    "in_effect": {}, "releases": {}})"));
}

// Numbers of the last readings are numbers, for who reads them in a template.
TEST(StatusTest, SaysHowADeviceIsNow) {
  Status status = Full();
  status.in_effect = {{"policy", "tuned"}, {"threshold", "0.8"}};
  status.releases = {{"vibration", 7}};
  status.recent = {.readings = 256, .decided_by = "big", .escalated = 0.125, .round_trip_ms = 3.5};
  const auto json = nlohmann::json::parse(Encode(status));
  EXPECT_EQ(json["in_effect"], nlohmann::json::parse(R"({"policy":"tuned","threshold":"0.8"})"));
  EXPECT_EQ(json["releases"], nlohmann::json::parse(R"({"vibration":"7"})"));
  EXPECT_EQ(json["recent"],
            nlohmann::json::parse(
                R"({"readings":256,"decided_by":"big","escalated":0.125,"round_trip_ms":3.5})"));
  EXPECT_EQ(DecodeStatus(Encode(status))->recent, status.recent);
  EXPECT_EQ(DecodeStatus(Encode(status))->in_effect, status.in_effect);
  EXPECT_EQ(DecodeStatus(Encode(status))->releases, status.releases);
  status.recent->round_trip_ms.reset();
  EXPECT_FALSE(nlohmann::json::parse(Encode(status))["recent"].contains("round_trip_ms"));
  EXPECT_EQ(DecodeStatus(Encode(status))->recent, status.recent);
}

TEST(StatusTest, ComesBackAsItWas) {
  for (const State state : {State::kOnline, State::kOffline, State::kStopped}) {
    Status status = Full();
    status.state = state;
    status.paused = true;
    status.differs = {{"threshold", "0.8"}};
    status.differs_until = WallTime(std::chrono::seconds(1700000100));
    const auto decoded = DecodeStatus(Encode(status));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->state, state) << Name(state);
    EXPECT_EQ(Encode(*decoded), Encode(status));
  }
}

TEST(StatusTest, TimesThatNoClockShowsAreReadAsTheNearest) {
  const auto early = DecodeStatus(R"({"state":"online","time":"0985-01-01T00:00:00Z"})");
  const auto late = DecodeStatus(R"({"state":"online","time":"9999-12-31T23:59:59.9Z"})");
  ASSERT_TRUE(early.ok() && late.ok());
  EXPECT_LT(early->time, WallTime());
  EXPECT_GT(late->time, Full().time);
}

TEST(StatusTest, TheRefusalQuotesWhatAStrangerSent) {
  const auto refused = DecodeStatus("{\"state\" \x1b]0;owned\x07\xe2\x80\xae\x1b[2J:1}");
  ASSERT_FALSE(refused.ok());
  const std::string why(refused.status().message());
  EXPECT_EQ(Shown(why), why);
  EXPECT_THAT(why, testing::HasSubstr("\\x1b]0;owned\\x07\\u202e"));
}

TEST(StatusTest, RefusesWhatIsNoStatus) {
  EXPECT_FALSE(DecodeStatus("").ok());
  EXPECT_FALSE(DecodeStatus("{}").ok());
  EXPECT_FALSE(DecodeStatus(R"({"state":"asleep"})").ok());
  EXPECT_FALSE(DecodeStatus("online").ok());
}

}  // namespace
}  // namespace biglittle::wire
