#include "device_agent/control/snapshot_keeper.h"

#include <gtest/gtest.h>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

wire::Result Final(std::uint64_t sequence) {
  wire::Result result;
  result.sequence = sequence;
  result.class_index = 2;
  result.label = "fault";
  result.confidence = 0.75F;
  result.decided_by = wire::DecidedBy::kBig;
  return result;
}

const Tensor kFirst = TinyWindow({1, 0, 0, 0});
const Tensor kSecond = TinyWindow({0, 1, 0, 0});

// A window a device, of many in a process, would be a tenth of what they take.
TEST(SnapshotKeeperTest, KeepsNothingBeforeSomebodyAsks) {
  SnapshotKeeper keeper("tiny");
  keeper.OnWindow(4, kFirst);
  keeper.OnFinal(Final(4));
  EXPECT_TRUE(keeper.empty());
  keeper.Ask(false);
  EXPECT_FALSE(keeper.Take());
  keeper.OnWindow(5, kSecond);
  keeper.OnFinal(Final(5));
  EXPECT_EQ(keeper.Take()->sequence, 5U);
}

// Somebody has asked before.
SnapshotKeeper KeeperThatWasAsked() {
  SnapshotKeeper keeper("tiny");
  keeper.Ask(true);
  keeper.Forget();
  return keeper;
}

TEST(SnapshotKeeperTest, ShowsTheLastReadingOnceItHasEnded) {
  SnapshotKeeper keeper = KeeperThatWasAsked();
  EXPECT_TRUE(keeper.empty());
  keeper.OnWindow(4, kFirst);
  keeper.Ask(false);
  EXPECT_FALSE(keeper.Take());
  keeper.OnWindow(5, kSecond);
  keeper.OnFinal(Final(5));
  EXPECT_FALSE(keeper.Take());
  keeper.OnFinal(Final(4));
  const auto shown = keeper.Take();
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->sequence, 4U);
  EXPECT_EQ(shown->window, kFirst);
  EXPECT_EQ(shown->task, "tiny");
  EXPECT_EQ(shown->label, "fault");
  EXPECT_EQ(shown->decided_by, "big");
  EXPECT_FALSE(keeper.Take());
  keeper.Ask(false);
  EXPECT_EQ(keeper.Take()->window, kSecond);
}

TEST(SnapshotKeeperTest, ShowsTheNext) {
  SnapshotKeeper keeper = KeeperThatWasAsked();
  keeper.OnWindow(4, kFirst);
  keeper.OnFinal(Final(4));
  keeper.Ask(true);
  keeper.Ask(false);  // somebody waits for the next already
  EXPECT_FALSE(keeper.Take());
  keeper.OnWindow(5, kSecond);
  keeper.OnFinal(Final(5));
  EXPECT_EQ(keeper.Take()->sequence, 5U);
}

TEST(SnapshotKeeperTest, WhereThereWasNoneTheNextIsMeant) {
  SnapshotKeeper keeper("tiny");
  keeper.Ask(false);
  keeper.OnWindow(0, kFirst);
  keeper.OnFinal(Final(0));
  EXPECT_EQ(keeper.Take()->sequence, 0U);
  keeper.Ask(true);
  keeper.Forget();
  keeper.OnWindow(1, kFirst);
  keeper.OnFinal(Final(1));
  EXPECT_FALSE(keeper.Take());
}

}  // namespace
}  // namespace biglittle
