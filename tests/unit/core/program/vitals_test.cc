#include "core/program/vitals.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace biglittle {
namespace {

class VitalsTest : public testing::Test {
 protected:
  FakeClock clock_;
  Vitals vitals_{clock_};
};

TEST_F(VitalsTest, BeforeItBeginsAProgramIsAliveAndNotReady) {
  clock_.Advance(Vitals::kMaxSilence * 10);
  EXPECT_TRUE(vitals_.Live().good);
  EXPECT_FALSE(vitals_.Ready().good);
  EXPECT_EQ(vitals_.Ready().text, "starting");
}

TEST_F(VitalsTest, ALoopThatDoesNotTurnIsNotAlive) {
  vitals_.Report({.ready = true, .condition = "online"});
  EXPECT_TRUE(vitals_.Ready().good);
  EXPECT_EQ(vitals_.Ready().text, "online");
  clock_.Advance(Vitals::kMaxSilence);
  EXPECT_TRUE(vitals_.Live().good);
  clock_.Advance(Milliseconds(1));
  EXPECT_FALSE(vitals_.Live().good);
  EXPECT_EQ(vitals_.Live().text, "the main loop has not turned for 10 s");
  vitals_.Report({.ready = true, .condition = "online"});
  EXPECT_TRUE(vitals_.Live().good);
}

TEST_F(VitalsTest, WhileItStopsItIsAliveAndNotReady) {
  vitals_.Report({.ready = true, .condition = "online", .counters = {{"readings", 3}}});
  vitals_.Stopping();
  clock_.Advance(Vitals::kMaxSilence * 2);
  EXPECT_TRUE(vitals_.Live().good);
  EXPECT_FALSE(vitals_.Ready().good);
  EXPECT_EQ(vitals_.Ready().text, "stopping");
  EXPECT_EQ(vitals_.signs().counters.at("readings"), 3U);
}

}  // namespace
}  // namespace biglittle
