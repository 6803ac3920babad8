#include "device_agent/control/steering_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr SteadyTime kNow{hours(1)};
const WallTime kWall{hours(24 * 365 * 50)};
const SteeringOwner kOwner = OwnerOf("pump", LoadTinyTask());

Steering::Set Example() {
  Steering::Set set;
  set.paused = true;
  set.paused_until = kNow + hours(8);
  set.settings = {{"policy", {{"big-only", true}, kNow + hours(2)}},
                  {"budget.bytes_per_s", {{"1000", false}, std::nullopt}}};
  return set;
}

class SteeringTextTest : public testing::Test {
 protected:
  // Of another process, whose steady clock counts from elsewhere.
  Steering::Set After(seconds passed, const SteeringOwner& owner = kOwner) {
    const std::string text = EncodeSteering(Example(), kOwner, kNow, kWall);
    const auto set = DecodeSteering(text, owner, kLater, kWall + passed, notes_);
    EXPECT_TRUE(set.ok()) << set.status();
    return set.value_or(Steering::Set{});
  }

  static constexpr SteadyTime kLater{seconds(7)};
  std::vector<std::string> notes_;
};

TEST_F(SteeringTextTest, ComesBackWithWhatIsLeft) {
  const Steering::Set set = After(hours(1));
  EXPECT_TRUE(set.paused);
  EXPECT_EQ(set.paused_until, kLater + hours(7));
  ASSERT_EQ(set.settings.size(), 2U);
  EXPECT_EQ(set.settings.at("policy").value, (SettingValue{"big-only", true}));
  EXPECT_EQ(set.settings.at("policy").until, kLater + hours(1));
  EXPECT_EQ(set.settings.at("budget.bytes_per_s").value, (SettingValue{"1000", false}));
  EXPECT_EQ(set.settings.at("budget.bytes_per_s").until, std::nullopt);
}

TEST_F(SteeringTextTest, WhatHasEndedIsForgotten) {
  const Steering::Set set = After(hours(3));
  EXPECT_TRUE(set.paused);
  EXPECT_EQ(set.settings.count("policy"), 0U);
  EXPECT_EQ(set.settings.count("budget.bytes_per_s"), 1U);
  EXPECT_FALSE(After(hours(8)).paused);
}

TEST_F(SteeringTextTest, AClockThatWasSetBackProlongsNothing) {
  const Steering::Set set = After(-hours(24 * 365 * 40));
  EXPECT_EQ(set.paused_until, kLater + hours(8));
  EXPECT_EQ(set.settings.at("policy").until, kLater + hours(2));
}

TEST_F(SteeringTextTest, OfAnotherNetOnlyWhatIsNotItsRuleStays) {
  SteeringOwner other = kOwner;
  other.heads = 2;
  const Steering::Set set = After(hours(1), other);
  EXPECT_TRUE(set.paused);
  EXPECT_EQ(set.settings.size(), 1U);
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("'policy' is dropped: it was set for another net")));
}

TEST_F(SteeringTextTest, AnotherDevicesOrADamagedOneIsRefused) {
  const std::string good = EncodeSteering(Example(), kOwner, kNow, kWall);
  SteeringOwner valve = kOwner;
  valve.device = "valve";
  EXPECT_THAT(std::string(DecodeSteering(good, valve, kNow, kWall, notes_).status().message()),
              HasSubstr("of device 'pump'"));
  for (std::size_t length = 0; length + 2 < good.size(); ++length) {
    EXPECT_FALSE(DecodeSteering(good.substr(0, length), kOwner, kNow, kWall, notes_).ok());
  }
  for (const char* set :
       {"[]", "{\"policy\":7}", "{\"policy\":{}}", "{\"policy\":{\"value\":[]}}"}) {
    const std::string text =
        std::string(R"({"version":1,"device":"pump","task":"tiny","heads":1,)") + "\"set\":" + set +
        "}";
    EXPECT_FALSE(DecodeSteering(text, kOwner, kNow, kWall, notes_).ok()) << set;
  }
}

// Times that nobody wrote end at once.
TEST_F(SteeringTextTest, AnEndThatCannotBeReadHasCome) {
  for (const char* end : {R"("until":7,"left_s":5)", R"("until":"never","left_s":5)",
                          R"("until":"2100-01-01T00:00:00Z")",
                          R"("until":"2100-01-01T00:00:00Z","left_s":-9223372036854775808)"}) {
    const std::string text =
        std::string(R"({"version":1,"device":"pump","task":"tiny","heads":1,"set":{},"paused":{)") +
        end + "}}";
    const auto set = DecodeSteering(text, kOwner, kNow, kWall, notes_);
    ASSERT_TRUE(set.ok());
    EXPECT_FALSE(set->paused) << end;
  }
}

}  // namespace
}  // namespace biglittle
