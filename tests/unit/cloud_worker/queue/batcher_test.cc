#include "cloud_worker/queue/batcher.h"

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

WorkItem Item(const Clock& clock, std::uint64_t sequence, const std::string& task = "a",
              Milliseconds time_left = Milliseconds(60'000)) {
  return {.task = task,
          .sequence = sequence,
          .arrived_at = clock.Now(),
          .expires_at = clock.Now() + time_left};
}

// A batcher whose inbox stays empty.
struct LoneParts {
  explicit LoneParts(const Clock& clock) : inbox(monitor, clock, 0, {}) {}

  WorkMonitor monitor;
  Inbox inbox;
};
class LoneBatcher : private LoneParts, public Batcher {
 public:
  LoneBatcher(BatchLimits limits, std::size_t capacity, std::size_t threads, const Clock& clock)
      : LoneParts(clock), Batcher(monitor, inbox, clock, limits, capacity, threads) {}
};

// The item that has no room.
std::optional<WorkItem> Push(Batcher& batcher, WorkItem item) {
  std::vector<WorkItem> items;
  items.push_back(std::move(item));
  std::vector<WorkItem> refused = batcher.Push(std::move(items));
  if (refused.empty()) return std::nullopt;
  EXPECT_EQ(refused.size(), 1U);
  return std::move(refused.front());
}

TEST(BatcherTest, GivesOutBatchesOfOneTaskOldestFirst) {
  FakeClock clock;
  LoneBatcher batcher(kAtOnce, 100, 1, clock);
  for (std::uint64_t i = 0; i < 6; ++i) ASSERT_FALSE(Push(batcher, Item(clock, i)));
  const Batch first = batcher.Next().value();
  ASSERT_EQ(first.items.size(), 4U);
  EXPECT_EQ(first.items.front().sequence, 0U);
  EXPECT_EQ(first.items.back().sequence, 3U);
  EXPECT_EQ(batcher.Next()->items.size(), 2U);
  EXPECT_EQ(batcher.size(), 0U);
}

TEST(BatcherTest, TakesARequestsReadingsTogetherAndGivesBackWhatHasNoRoom) {
  FakeClock clock;
  LoneBatcher batcher(kAtOnce, 5, 1, clock);
  std::vector<WorkItem> items;
  for (std::uint64_t i = 0; i < 7; ++i) items.push_back(Item(clock, i));
  items.back().priority = wire::kPrioritised;
  const std::vector<WorkItem> refused = batcher.Push(std::move(items));
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0].sequence, 5U);
  EXPECT_EQ(refused[1].sequence, 4U);  // displaced by the prioritised one
  EXPECT_EQ(batcher.size(), 5U);
  EXPECT_EQ(batcher.Next()->items.front().sequence, 6U);
}

// One push wakes one thread; if that leaves some, the next one must hear of it.
TEST(BatcherTest, OnePushFeedsAllWhoWait) {
  LoneBatcher batcher(kAtOnce, 100, 4, Clock::Real());
  std::atomic<std::size_t> taken = 0;
  std::vector<std::thread> takers;
  for (int i = 0; i < 4; ++i) {
    takers.emplace_back([&] {
      if (const auto batch = batcher.Next()) taken += batch->items.size();
    });
  }
  std::vector<WorkItem> items;
  for (std::uint64_t i = 0; i < 16; ++i) items.push_back(Item(Clock::Real(), i));
  EXPECT_TRUE(batcher.Push(std::move(items)).empty());
  for (std::thread& taker : takers) taker.join();
  EXPECT_EQ(taken, 16U);
}

TEST(BatcherTest, RefusesBeyondItsCapacityAndAfterItsEnd) {
  FakeClock clock;
  LoneBatcher batcher(kAtOnce, 1, 1, clock);
  ASSERT_FALSE(Push(batcher, Item(clock, 1)));
  WorkItem second = Item(clock, 2);
  second.address.device = "pump";
  EXPECT_EQ(Push(batcher, std::move(second))->address.device, "pump");
  batcher.Close();
  EXPECT_EQ(Push(batcher, Item(clock, 3))->sequence, 3U);
}

TEST(BatcherTest, WhatHasExpiredTakesNobodysPlaceAndIsInNoBatch) {
  FakeClock clock;
  LoneBatcher batcher(kAtOnce, 2, 1, clock);
  ASSERT_FALSE(Push(batcher, Item(clock, 1, "a", Milliseconds(5))));
  ASSERT_FALSE(Push(batcher, Item(clock, 2)));
  clock.Advance(Milliseconds(5));
  EXPECT_FALSE(Push(batcher, Item(clock, 3)));
  EXPECT_EQ(batcher.Next()->items.size(), 2U);
  const auto expired = batcher.NextExpired().value();
  ASSERT_EQ(expired.size(), 1U);
  EXPECT_EQ(expired.front().sequence, 1U);
}

TEST(BatcherTest, ClosingDispatchesWhatWaitsAndThenEnds) {
  FakeClock clock;
  LoneBatcher batcher({4, Milliseconds(1000000)}, 100, 1, clock);
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(Push(batcher, Item(clock, i)));
  batcher.Close();
  EXPECT_EQ(batcher.Next()->items.size(), 3U);
  EXPECT_FALSE(batcher.Next().has_value());
  EXPECT_FALSE(batcher.NextExpired().has_value());
}

TEST(BatcherTest, AbandoningGivesBackWhatWaits) {
  FakeClock clock;
  LoneBatcher batcher(kAtOnce, 100, 1, clock);
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(Push(batcher, Item(clock, i)));
  EXPECT_EQ(batcher.Abandon().size(), 3U);
  EXPECT_FALSE(batcher.Next().has_value());
  EXPECT_FALSE(batcher.NextExpired().has_value());
}

TEST(BatcherTest, SaysWhenThereMayBeRoom) {
  FakeClock clock;
  LoneBatcher batcher(kAtOnce, 100, 1, clock);
  EXPECT_EQ(batcher.RetryAfter(), DrainRate::kUnmeasured);
  for (int i = 0; i < 50; ++i) ASSERT_FALSE(Push(batcher, Item(clock, i)));
  batcher.Computed("a", 1, Milliseconds(10));
  EXPECT_EQ(batcher.RetryAfter(), Milliseconds(500));
}

// Nobody takes batches: the only compute thread is busy.
TEST(BatcherTest, ExpiryIsToldWhileTheModelIsBusy) {
  LoneBatcher batcher(kAtOnce, 100, 1, Clock::Real());
  std::thread pusher([&] {
    EXPECT_FALSE(Push(batcher, Item(Clock::Real(), 1, "a", Milliseconds(60'000))));
    EXPECT_FALSE(Push(batcher, Item(Clock::Real(), 2, "a", Milliseconds(20))));
  });
  const auto expired = batcher.NextExpired();
  pusher.join();
  ASSERT_TRUE(expired.has_value());
  ASSERT_EQ(expired->size(), 1U);
  EXPECT_EQ(expired->front().sequence, 2U);
  EXPECT_EQ(batcher.size(), 1U);
}

TEST(BatcherTest, ManyThreadsGetEveryItemOnce) {
  LoneBatcher batcher({7, Milliseconds(1)}, 500, 3, Clock::Real());
  constexpr std::uint64_t kItems = 4000;
  std::mutex mutex;
  std::multiset<std::uint64_t> seen;
  const auto see = [&](const std::vector<WorkItem>& items) {
    const std::lock_guard lock(mutex);
    for (const WorkItem& item : items) seen.insert(item.sequence);
  };
  std::vector<std::thread> threads;
  for (int taker = 0; taker < 3; ++taker) {
    threads.emplace_back([&] {
      while (const auto batch = batcher.Next()) see(batch->items);
    });
  }
  threads.emplace_back([&] {
    while (const auto expired = batcher.NextExpired()) see(*expired);
  });
  std::thread pusher([&] {
    for (std::uint64_t i = 0; i < kItems; ++i) {
      WorkItem item = Item(Clock::Real(), i, i % 3 == 0 ? "a" : "b", Milliseconds(i % 11));
      item.priority = i % 2;
      if (const auto left = Push(batcher, std::move(item))) {
        const std::lock_guard lock(mutex);
        seen.insert(left->sequence);
      }
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
