#include "cloud_worker/replies/reply_memory.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace biglittle {
namespace {

SteadyTime At(int milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

ReadingKey Key(std::uint64_t sequence, const std::string& request = "run/1") {
  return {{"pump", request}, sequence};
}

wire::ReadingReply Reply(std::uint64_t sequence, const std::string& digest = "d") {
  wire::CloudPrediction prediction;
  prediction.model_digest = digest;
  return {sequence, prediction};
}

bool IsNew(const ReplyMemory::Known& known) {
  return std::holds_alternative<ReplyMemory::New>(known);
}
bool IsUnderWay(const ReplyMemory::Known& known) {
  return std::holds_alternative<ReplyMemory::UnderWay>(known);
}
bool IsReply(const ReplyMemory::Known& known) {
  return std::holds_alternative<wire::ReadingReply>(known);
}

TEST(ReplyMemoryTest, NewThenUnderWayThenRememberedThenForgotten) {
  ReplyMemory memory(Milliseconds(100), 10);
  EXPECT_TRUE(IsNew(memory.Ask(Key(1), At(0))));
  EXPECT_TRUE(IsUnderWay(memory.Ask(Key(1), At(500))));
  memory.Remember(Key(1), Reply(1, "net"), At(1000));
  const auto known = memory.Ask(Key(1), At(1099));
  ASSERT_TRUE(IsReply(known));
  EXPECT_EQ(
      std::get<wire::CloudPrediction>(std::get<wire::ReadingReply>(known).answer).model_digest,
      "net");
  EXPECT_TRUE(IsNew(memory.Ask(Key(1), At(1100))));
  EXPECT_EQ(memory.remembered(), 0U);
}

TEST(ReplyMemoryTest, DeviceRequestAndSequenceTogetherNameAReading) {
  ReplyMemory memory(Milliseconds(100), 10);
  EXPECT_TRUE(IsNew(memory.Ask(Key(1), At(0))));
  EXPECT_TRUE(IsNew(memory.Ask(Key(2), At(0))));
  EXPECT_TRUE(IsNew(memory.Ask(Key(1, "run/2"), At(0))));
  EXPECT_TRUE(IsNew(memory.Ask({{"valve", "run/1"}, 1}, At(0))));
  EXPECT_TRUE(IsUnderWay(memory.Ask(Key(1), At(0))));
}

TEST(ReplyMemoryTest, ARefusalLeavesTheNextTryItsChance) {
  ReplyMemory memory(Milliseconds(100), 10);
  EXPECT_TRUE(IsNew(memory.Ask(Key(1), At(0))));
  memory.Forget(Key(1));
  EXPECT_TRUE(IsNew(memory.Ask(Key(1), At(1))));
}

TEST(ReplyMemoryTest, TheOldestGoFirstBeyondTheEntries) {
  ReplyMemory memory(Milliseconds(1000), 2);
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(IsNew(memory.Ask(Key(i), At(0))));
    memory.Remember(Key(i), Reply(i), At(static_cast<int>(i)));
  }
  EXPECT_EQ(memory.remembered(), 2U);
  EXPECT_TRUE(IsNew(memory.Ask(Key(0), At(5))));
  EXPECT_TRUE(IsReply(memory.Ask(Key(1), At(5))));
  EXPECT_TRUE(IsReply(memory.Ask(Key(2), At(5))));
}

TEST(ReplyMemoryTest, OffOrWithoutAUsableNameEverythingIsNew) {
  ReplyMemory off(Milliseconds(0), 10);
  ReplyMemory on(Milliseconds(100), 10);
  const std::string huge(ReplyMemory::kMaxCorrelationBytes + 1, 'x');
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(IsNew(off.Ask(Key(1), At(0))));
    EXPECT_TRUE(IsNew(on.Ask(Key(1, ""), At(0))));
    EXPECT_TRUE(IsNew(on.Ask(Key(1, huge), At(0))));
  }
  off.Remember(Key(1), Reply(1), At(0));
  on.Remember(Key(1, ""), Reply(1), At(0));
  EXPECT_EQ(off.remembered() + on.remembered() + off.under_way() + on.under_way(), 0U);
}

TEST(ReplyMemoryTest, TwoAnswersToOneReadingAreRememberedOnce) {
  ReplyMemory memory(Milliseconds(100), 10);
  EXPECT_TRUE(IsNew(memory.Ask(Key(1), At(0))));
  memory.Remember(Key(1), Reply(1, "first"), At(1));
  memory.Remember(Key(1), Reply(1, "second"), At(2));
  EXPECT_EQ(memory.remembered(), 1U);
}

// Against a plain model of what should be known, through thousands of random steps.
TEST(ReplyMemoryTest, RandomStepsKeepItsWord) {
  constexpr int kWindow = 50;
  constexpr std::size_t kEntries = 8;
  std::mt19937 random(1);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  ReplyMemory memory{Milliseconds(kWindow), kEntries};
  std::map<std::uint64_t, int> answered;  // sequence -> when
  std::map<std::uint64_t, bool> under_way;
  int now = 0;
  for (int step = 0; step < 20'000; ++step) {
    now += below(4);
    const std::uint64_t sequence = static_cast<std::uint64_t>(below(30));
    const int what = below(3);
    if (what == 0) {
      const auto known = memory.Ask(Key(sequence), At(now));
      EXPECT_EQ(IsUnderWay(known), under_way[sequence]);
      if (IsReply(known)) {
        ASSERT_TRUE(answered.contains(sequence));
        EXPECT_LT(now, answered[sequence] + kWindow);
      }
      if (IsNew(known)) under_way[sequence] = true;
    } else if (what == 1) {
      if (under_way[sequence]) answered[sequence] = now;
      memory.Remember(Key(sequence), Reply(sequence), At(now));
      under_way[sequence] = false;
    } else {
      memory.Forget(Key(sequence));
      under_way[sequence] = false;
    }
    ASSERT_LE(memory.remembered(), kEntries);
  }
}

}  // namespace
}  // namespace biglittle
