// The inbox, and what it hands to the batcher: the two under their one lock.
#include "cloud_worker/queue/inbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "cloud_worker/queue/batcher.h"

namespace biglittle {
namespace {

constexpr BatchLimits kAtOnce{4, Milliseconds(0)};

void Push(Batcher& batcher, std::uint64_t sequence) {
  const SteadyTime now = Clock::Real().Now();
  std::vector<WorkItem> items;
  items.push_back({.task = "a",
                   .sequence = sequence,
                   .arrived_at = now,
                   .expires_at = now + Milliseconds(60'000)});
  EXPECT_TRUE(batcher.Push(std::move(items)).empty());
}

wire::Message Numbered(std::uint64_t number) {
  wire::Message message;
  message.payload = std::to_string(number);
  return message;
}

// A message, a number, becomes the item of that number.
class InboxTest : public testing::Test {
 protected:
  void Check(const wire::Message& message) {
    checked_by_ = std::this_thread::get_id();
    Push(batcher_, std::stoull(message.payload));
  }

  static constexpr std::size_t kInbox = 8;
  std::thread::id checked_by_;  // one thread at a time in the tests that look at it
  WorkMonitor monitor_;
  Inbox inbox_{monitor_, Clock::Real(), kInbox,
               [this](const wire::Message& message) { Check(message); }};
  Batcher batcher_{monitor_, inbox_, Clock::Real(), kAtOnce, 100, 1};
};

TEST_F(InboxTest, WhoHasNothingToComputeChecks) {
  ASSERT_TRUE(inbox_.Offer("a", Numbered(7)));
  EXPECT_EQ(batcher_.Next()->items.front().sequence, 7U);
  EXPECT_EQ(checked_by_, std::this_thread::get_id());
  std::thread later([this] { EXPECT_TRUE(inbox_.Offer("a", Numbered(8))); });
  EXPECT_EQ(batcher_.Next()->items.front().sequence, 8U);
  later.join();
}

TEST_F(InboxTest, WhileAllComputeTheIntakeThreadDoes) {
  ASSERT_TRUE(inbox_.Offer("a", Numbered(7)));
  inbox_.Close();
  std::thread intake([this] { inbox_.Serve(); });
  const std::thread::id intake_id = intake.get_id();
  intake.join();
  EXPECT_EQ(checked_by_, intake_id);
  EXPECT_EQ(batcher_.size(), 1U);
}

TEST_F(InboxTest, IsBoundedAndEnds) {
  for (std::size_t i = 0; i < kInbox; ++i)
    ASSERT_TRUE(inbox_.Offer(std::to_string(i), Numbered(i)));
  wire::Message left = Numbered(99);
  EXPECT_FALSE(inbox_.Offer("another", std::move(left)));
  EXPECT_EQ(left.payload, "99");
  EXPECT_EQ(inbox_.size(), kInbox);
  inbox_.Close();
  inbox_.Serve();  // what waits is still checked
  EXPECT_EQ(inbox_.size(), 0U);
  EXPECT_FALSE(inbox_.Offer("a", Numbered(1)));
}

// A stranger's few large messages may not take what many small ones would.
TEST_F(InboxTest, IsBoundedInBytes) {
  wire::Message half = Numbered(1);
  half.payload.resize(Inbox::kMaxBytes / 2, ' ');
  wire::Message more = half;
  more.payload += ' ';
  ASSERT_TRUE(inbox_.Offer("a", std::move(half)));
  EXPECT_FALSE(inbox_.Offer("another", std::move(more)));
  EXPECT_FALSE(more.payload.empty());
  inbox_.Close();
  inbox_.Serve();
  EXPECT_EQ(inbox_.size(), 0U);
}

// Whoever sleeps, computes or checks: each message comes out once.
TEST(InboxAndBatcherTest, LosesNothingBetweenThreads) {
  constexpr std::uint64_t kMessages = 5000;
  for (const std::size_t computing : {1U, 3U}) {
    WorkMonitor monitor;
    Batcher* queue = nullptr;
    Inbox inbox(monitor, Clock::Real(), 10 * kMessages, [&queue](const wire::Message& message) {
      Push(*queue, std::stoull(message.payload));
    });
    Batcher batcher(monitor, inbox, Clock::Real(), kAtOnce, kMessages, computing);
    queue = &batcher;
    std::vector<std::atomic<int>> seen(kMessages);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < computing; ++i) {
      threads.emplace_back([&] {
        while (const auto batch = batcher.Next()) {
          for (const WorkItem& item : batch->items) ++seen[item.sequence];
        }
      });
    }
    std::thread intake([&] { inbox.Serve(); });
    for (std::uint64_t i = 0; i < kMessages; ++i) {
      EXPECT_TRUE(inbox.Offer(std::to_string(i % 5), Numbered(i)));
      if (i % 64 == 0) std::this_thread::yield();
    }
    inbox.Close();
    intake.join();
    batcher.Close();
    for (std::thread& thread : threads) thread.join();
    for (const auto& count : seen) EXPECT_EQ(count, 1);
  }
}

}  // namespace
}  // namespace biglittle
