#include "cloud_worker/queue/work_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace biglittle {
namespace {

constexpr BatchLimits kAtOnce{4, Milliseconds(0)};

SteadyTime At(int milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

WorkItem Item(std::uint64_t sequence, int arrived_ms, int expires_ms, std::uint32_t priority = 0,
              const std::string& task = "a") {
  return {.task = task,
          .sequence = sequence,
          .arrived_at = At(arrived_ms),
          .expires_at = At(expires_ms),
          .priority = priority};
}

std::vector<std::uint64_t> Sequences(const std::vector<WorkItem>& items) {
  std::vector<std::uint64_t> sequences;
  for (const WorkItem& item : items) sequences.push_back(item.sequence);
  return sequences;
}

std::vector<std::uint64_t> NextBatch(WorkQueue& queue, int now_ms) {
  WorkQueue::Turn turn = queue.Next(At(now_ms), false);
  const auto* batch = std::get_if<Batch>(&turn);
  return batch == nullptr ? std::vector<std::uint64_t>{} : Sequences(batch->items);
}

using Numbers = std::vector<std::uint64_t>;

TEST(WorkQueueTest, PrioritisedFirstThenTheEarliestDeadline) {
  WorkQueue queue({3, Milliseconds(0)}, 100);
  EXPECT_FALSE(queue.Push(Item(1, 0, 500)));
  EXPECT_FALSE(queue.Push(Item(2, 0, 100)));
  EXPECT_FALSE(queue.Push(Item(3, 0, 900, 1)));
  EXPECT_FALSE(queue.Push(Item(4, 0, 800, 1)));
  EXPECT_FALSE(queue.Push(Item(5, 0, 100)));
  EXPECT_EQ(NextBatch(queue, 1), (Numbers{4, 3, 2}));
  EXPECT_EQ(NextBatch(queue, 1), (Numbers{5, 1}));
  EXPECT_TRUE(std::holds_alternative<Idle>(queue.Next(At(1), false)));
}

TEST(WorkQueueTest, TheTaskWithTheMostUrgentReadingIsServedFirst) {
  WorkQueue queue(kAtOnce, 100);
  EXPECT_FALSE(queue.Push(Item(1, 0, 500, 0, "a")));
  EXPECT_FALSE(queue.Push(Item(2, 0, 400, 0, "b")));
  EXPECT_FALSE(queue.Push(Item(3, 0, 900, 1, "c")));
  for (const std::uint64_t expected : {3U, 2U, 1U})
    EXPECT_EQ(NextBatch(queue, 0), Numbers{expected});
}

TEST(WorkQueueTest, ExpiredItemsLeaveApart) {
  WorkQueue queue(kAtOnce, 100);
  for (int i = 1; i <= 4; ++i) EXPECT_FALSE(queue.Push(Item(i, 0, 10 * i, i % 2)));
  EXPECT_EQ(queue.earliest_expiry(), At(10));
  EXPECT_EQ(Sequences(queue.TakeExpired(At(20))), (Numbers{1, 2}));
  EXPECT_EQ(queue.earliest_expiry(), At(30));
  EXPECT_EQ(NextBatch(queue, 20), (Numbers{3, 4}));
  EXPECT_FALSE(queue.earliest_expiry().has_value());
}

TEST(WorkQueueTest, FullItRefusesEqualsAndMakesRoomForThePrioritised) {
  WorkQueue queue(kAtOnce, 2);
  EXPECT_FALSE(queue.Push(Item(1, 0, 100)));
  EXPECT_FALSE(queue.Push(Item(2, 0, 200, 0, "b")));
  EXPECT_EQ(queue.Push(Item(3, 0, 50))->sequence, 3U);      // earlier deadline, same priority
  EXPECT_EQ(queue.Push(Item(4, 0, 900, 1))->sequence, 2U);  // the least urgent of all tasks
  EXPECT_EQ(queue.Push(Item(5, 0, 900, 1))->sequence, 1U);
  EXPECT_EQ(queue.Push(Item(6, 0, 10, 1))->sequence, 6U);
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(NextBatch(queue, 0), (Numbers{4, 5}));
}

TEST(WorkQueueTest, WaitsForCompanionsOnlyUnderLoad) {
  WorkQueue queue({4, Milliseconds(10)}, 100);
  EXPECT_FALSE(queue.Push(Item(1, 0, 10'000)));
  EXPECT_EQ(NextBatch(queue, 0), Numbers{1});  // nobody else is known to come
  for (int i = 0; i < 32; ++i) {
    EXPECT_FALSE(queue.Push(Item(10 + i, 1000 + i, 10'000)));
    if (queue.size() == 4) {
      EXPECT_EQ(NextBatch(queue, 1000 + i).size(), 4U);
    }
  }
  EXPECT_FALSE(queue.Push(Item(50, 1032, 10'000)));
  const auto waits = queue.Next(At(1032), false);
  ASSERT_TRUE(std::holds_alternative<WaitUntil>(waits));
  EXPECT_GT(std::get<WaitUntil>(waits).at, At(1032));
  EXPECT_LE(std::get<WaitUntil>(waits).at, At(1042));
  EXPECT_EQ(NextBatch(queue, 1042), Numbers{50});  // at most the delay
}

TEST(WorkQueueTest, BeginsEarlyEnoughForTheEarliestDeadline) {
  WorkQueue queue({8, Milliseconds(100)}, 100);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(queue.Push(Item(i, i, 40)));
  queue.Computed("a", 5, Milliseconds(15));
  queue.Computed("nobody", 5, Milliseconds(15));
  const auto turn = queue.Next(At(5), false);
  ASSERT_TRUE(std::holds_alternative<WaitUntil>(turn));
  EXPECT_EQ(std::get<WaitUntil>(turn).at, At(25));
  EXPECT_EQ(NextBatch(queue, 25).size(), 5U);
}

WorkItem Of(const std::string& device, WorkItem item) {
  item.address.device = device;
  return item;
}

std::string Devices(const std::vector<WorkItem>& items) {
  std::string devices;
  for (const WorkItem& item : items) devices += item.address.device;
  return devices;
}

std::string NextDevices(WorkQueue& queue) {
  WorkQueue::Turn turn = queue.Next(At(0), true);
  const auto* batch = std::get_if<Batch>(&turn);
  return batch == nullptr ? "" : Devices(batch->items);
}

TEST(WorkQueueTest, DevicesTakeTurnsHoweverMuchOneHas) {
  WorkQueue queue({4, Milliseconds(0)}, 100);
  std::uint64_t sequence = 0;
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(queue.Push(Of("f", Item(sequence++, 0, 10))));
  EXPECT_FALSE(queue.Push(Of("a", Item(sequence++, 0, 900))));
  EXPECT_FALSE(queue.Push(Of("b", Item(sequence++, 0, 900))));
  EXPECT_EQ(NextDevices(queue), "fabf");
  // Whoever comes now waits for nobody's backlog.
  EXPECT_FALSE(queue.Push(Of("a", Item(sequence++, 0, 900))));
  EXPECT_EQ(NextDevices(queue), "afff");
}

// Of another task's net as well, and by what that costs.
TEST(WorkQueueTest, ADeviceHasOneTurnInAllTasks) {
  WorkQueue queue({1, Milliseconds(0)}, 100);
  EXPECT_FALSE(queue.Push(Item(0, 0, 9, 0, "dear")));
  EXPECT_EQ(NextDevices(queue), "");
  queue.Computed("dear", 1, Milliseconds(10));
  EXPECT_FALSE(queue.Push(Item(0, 0, 9, 0, "cheap")));
  EXPECT_EQ(NextDevices(queue), "");
  queue.Computed("cheap", 10, Milliseconds(20));
  EXPECT_EQ(queue.CostOf("dear"), Milliseconds(10));
  EXPECT_EQ(queue.CostOf("cheap"), Milliseconds(2));
  EXPECT_EQ(queue.CostOf("nobody"), WorkQueue::kUnknownCost);
  std::uint64_t sequence = 1;
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(queue.Push(Of("f", Item(sequence++, 0, 9, 0, "dear"))));
    EXPECT_FALSE(queue.Push(Of("f", Item(sequence++, 0, 9, 0, "cheap"))));
    EXPECT_FALSE(queue.Push(Of("a", Item(sequence++, 0, 99, 0, "cheap"))));
  }
  std::string order;
  while (queue.size() > 4) order += NextDevices(queue);
  EXPECT_EQ(order, "faaaafff");
}

// Its priorities and its hurry order what it has itself.
TEST(WorkQueueTest, AnotherDevicesHurryDelaysNobodyForLong) {
  WorkQueue queue({1, Milliseconds(0)}, 100);
  std::uint64_t sequence = 0;
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(queue.Push(Of("f", Item(sequence++, 0, 1))));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(queue.Push(Of("a", Item(sequence++, 0, 900))));
  std::string order;
  for (int i = 0; i < 8; ++i) order += NextDevices(queue);
  EXPECT_EQ(order, "fafafaff");
}

TEST(WorkQueueTest, WhatIsGrantedAPriorityGoesBeforeOthersAndCostsItsTurnAllTheSame) {
  WorkQueue queue({1, Milliseconds(0)}, 100);
  std::uint64_t sequence = 0;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(queue.Push(Of("a", Item(sequence++, 0, 10))));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(queue.Push(Of("f", Item(sequence++, 0, 900, 1))));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(queue.Push(Of("f", Item(sequence++, 0, 1))));
  std::string order;
  while (queue.size() > 0) order += NextDevices(queue);
  EXPECT_EQ(order, "fffaaafff");
}

TEST(WorkQueueTest, IdleTimeEarnsNoTurns) {
  WorkQueue queue({1, Milliseconds(0)}, 100);
  std::uint64_t sequence = 0;
  EXPECT_FALSE(queue.Push(Of("a", Item(sequence++, 0, 10))));
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(queue.Push(Of("a", Item(sequence++, 0, 10))));
    EXPECT_EQ(NextDevices(queue), "a");
  }
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(queue.Push(Of("a", Item(sequence++, 0, 10))));
    EXPECT_FALSE(queue.Push(Of("b", Item(sequence++, 0, 10))));
  }
  std::string order;
  for (int i = 0; i < 6; ++i) order += NextDevices(queue);
  EXPECT_EQ(std::ranges::count(order, 'a'), 3);
}

TEST(WorkQueueTest, FullItTakesFromTheDeviceThatHasMost) {
  WorkQueue queue(kAtOnce, 4);
  for (std::uint64_t i = 0; i < 4; ++i) {
    EXPECT_FALSE(queue.Push(Of("f", Item(i, 0, 10 + static_cast<int>(i)))));
  }
  EXPECT_EQ(queue.Push(Of("f", Item(4, 0, 1)))->sequence, 4U);
  EXPECT_EQ(queue.Push(Of("a", Item(5, 0, 900)))->sequence, 3U);  // its least urgent
  EXPECT_EQ(queue.Push(Of("a", Item(6, 0, 900)))->sequence, 2U);
  EXPECT_EQ(queue.Push(Of("a", Item(7, 0, 900)))->sequence, 7U);  // they have the same by now
  EXPECT_NE(queue.Push(Of("b", Item(8, 0, 900)))->address.device, "b");
  EXPECT_EQ(queue.size(), 4U);
}

// Every item that is pushed leaves exactly once, whatever happens; nothing expired is computed, no
// batch is too large or mixes tasks, what goes of a device is its most urgent, capacity holds.
class Schedule {
 public:
  explicit Schedule(unsigned seed)
      : random_(seed),
        limits_{1 + Below(6), Milliseconds(Below(12))},
        capacity_(1 + Below(24)),
        queue_(limits_, capacity_) {}

  void Run() {
    for (int step = 0; step < 60; ++step) {
      now_ += static_cast<int>(Below(4));
      const std::size_t what = Below(10);
      if (what < 6) {
        Push();
      } else if (what < 9) {
        TakeBatch(false);
      } else {
        queue_.Computed("a", 1 + Below(4), Milliseconds(Below(10)));
      }
      ASSERT_LE(queue_.size(), capacity_);
      ASSERT_EQ(queue_.size(), waiting_.size());
    }
    if (Below(2) == 0) {
      while (queue_.size() > 0) TakeBatch(true);
    } else {
      for (const WorkItem& item : queue_.TakeRest()) Left(item);
    }
    EXPECT_EQ(queue_.size(), 0U);
    EXPECT_TRUE(waiting_.empty());
  }

 private:
  std::size_t Below(std::size_t n) { return random_() % n; }

  void Push() {
    WorkItem item = Item(next_, now_, now_ + static_cast<int>(Below(30)),
                         static_cast<std::uint32_t>(Below(2)), Below(2) == 0 ? "a" : "b");
    item.address.device = std::string(1, static_cast<char>('a' + Below(3)));
    const std::string device = item.address.device;
    const std::uint32_t priority = item.priority;
    waiting_.insert(next_++);
    const bool full = queue_.size() == capacity_;
    const auto left = queue_.Push(std::move(item));
    EXPECT_EQ(left.has_value(), full);
    if (!left) return;
    Left(*left);
    if (left->sequence + 1 != next_ && left->address.device == device) {
      EXPECT_LT(left->priority, priority);
    }
  }

  void TakeBatch(bool at_once) {
    for (const WorkItem& item : queue_.TakeExpired(At(now_))) {
      EXPECT_LE(item.expires_at, At(now_));
      Left(item);
    }
    const bool empty = queue_.size() == 0;
    WorkQueue::Turn turn = queue_.Next(At(now_), at_once);
    EXPECT_EQ(std::holds_alternative<Idle>(turn), empty);
    if (const auto* wait = std::get_if<WaitUntil>(&turn)) {
      EXPECT_FALSE(at_once);
      EXPECT_GT(wait->at, At(now_));
      EXPECT_LE(wait->at, At(now_) + limits_.max_queue_delay);
      EXPECT_LE(wait->at, *queue_.earliest_expiry());
    }
    const auto* batch = std::get_if<Batch>(&turn);
    if (batch == nullptr) return;
    EXPECT_LE(batch->items.size(), limits_.max_batch_size);
    EXPECT_GE(batch->items.size(), 1U);
    for (std::size_t i = 0; i < batch->items.size(); ++i) {
      const WorkItem& item = batch->items[i];
      EXPECT_EQ(item.task, batch->task);
      EXPECT_GT(item.expires_at, At(now_));
      for (std::size_t j = 0; j < i; ++j) {
        const WorkItem& before = batch->items[j];
        EXPECT_GE(before.priority, item.priority);
        if (before.address.device != item.address.device) continue;
        EXPECT_TRUE(MoreUrgent({before.priority, before.expires_at, before.sequence},
                               {item.priority, item.expires_at, item.sequence}));
      }
      Left(item);
    }
  }

  void Left(const WorkItem& item) { EXPECT_EQ(waiting_.erase(item.sequence), 1U); }

  std::mt19937 random_;
  const BatchLimits limits_;
  const std::size_t capacity_;
  WorkQueue queue_;
  std::set<std::uint64_t> waiting_;
  std::uint64_t next_ = 0;
  int now_ = 0;
};

TEST(WorkQueueTest, RandomSchedulesLoseAndDoubleNothing) {
  for (unsigned seed = 0; seed < 5000; ++seed) {
    SCOPED_TRACE(seed);
    Schedule(seed).Run();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace biglittle
