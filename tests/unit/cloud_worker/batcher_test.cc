#include "cloud_worker/batcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/fake_clock.h"

namespace biglittle {
namespace {

constexpr BatchLimits kAtOnce{4, Milliseconds(0)};

WorkItem Item(const Clock& clock, std::uint64_t sequence, const std::string& task = "a") {
  return {.task = task, .sequence = sequence, .arrived_at = clock.Now()};
}

TEST(BatcherTest, GivesOutBatchesOfOneTaskOldestFirst) {
  FakeClock clock;
  Batcher batcher(kAtOnce, 100, clock);
  for (std::uint64_t i = 0; i < 6; ++i) ASSERT_TRUE(batcher.TryPush(Item(clock, i)));
  const Batch first = batcher.Next().value();
  ASSERT_EQ(first.items.size(), 4U);
  EXPECT_EQ(first.items.front().sequence, 0U);
  EXPECT_EQ(first.items.back().sequence, 3U);
  EXPECT_EQ(batcher.Next()->items.size(), 2U);
  EXPECT_EQ(batcher.size(), 0U);
}

TEST(BatcherTest, ServesTheTaskThatWaitsLongestAndDoesNotMix) {
  FakeClock clock;
  Batcher batcher(kAtOnce, 100, clock);
  ASSERT_TRUE(batcher.TryPush(Item(clock, 1, "z")));
  clock.Advance(Milliseconds(1));
  ASSERT_TRUE(batcher.TryPush(Item(clock, 2, "a")));
  ASSERT_TRUE(batcher.TryPush(Item(clock, 3, "z")));
  const Batch first = batcher.Next().value();
  EXPECT_EQ(first.task, "z");
  EXPECT_EQ(first.items.size(), 2U);
  EXPECT_EQ(batcher.Next()->task, "a");
}

TEST(BatcherTest, RefusesBeyondItsCapacityAndLeavesTheItemWhole) {
  FakeClock clock;
  Batcher batcher(kAtOnce, 1, clock);
  ASSERT_TRUE(batcher.TryPush(Item(clock, 1)));
  WorkItem refused = Item(clock, 2);
  refused.address.device = "pump";
  EXPECT_FALSE(batcher.TryPush(std::move(refused)));
  EXPECT_EQ(refused.address.device, "pump");  // NOLINT(bugprone-use-after-move): the contract
}

TEST(BatcherTest, ClosingDispatchesWhatWaitsAndThenEnds) {
  FakeClock clock;
  Batcher batcher({4, Milliseconds(1000000)}, 100, clock);
  ASSERT_TRUE(batcher.TryPush(Item(clock, 1)));
  batcher.Close();
  EXPECT_FALSE(batcher.TryPush(Item(clock, 2)));
  EXPECT_EQ(batcher.Next()->items.size(), 1U);
  EXPECT_FALSE(batcher.Next().has_value());
}

TEST(BatcherTest, ManyThreadsGetEveryItemOnce) {
  Batcher batcher({7, Milliseconds(0)}, 100000, Clock::Real());
  constexpr std::uint64_t kItems = 4000;
  std::mutex mutex;
  std::multiset<std::uint64_t> seen;
  std::vector<std::thread> threads;
  for (int taker = 0; taker < 3; ++taker) {
    threads.emplace_back([&] {
      while (const auto batch = batcher.Next()) {
        const std::lock_guard lock(mutex);
        for (const WorkItem& item : batch->items) seen.insert(item.sequence);
      }
    });
  }
  std::thread pusher([&] {
    for (std::uint64_t i = 0; i < kItems; ++i) {
      EXPECT_TRUE(batcher.TryPush(Item(Clock::Real(), i, i % 3 == 0 ? "a" : "b")));
    }
  });
  pusher.join();
  batcher.Close();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), kItems);
  EXPECT_EQ(std::set<std::uint64_t>(seen.begin(), seen.end()).size(), kItems);
}

}  // namespace
}  // namespace biglittle
