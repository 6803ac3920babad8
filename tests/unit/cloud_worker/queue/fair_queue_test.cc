#include "cloud_worker/queue/fair_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace biglittle {
namespace {

using Queue = FairQueue<int>;

std::string Order(Queue& queue) {
  std::string senders;
  while (!queue.empty()) senders += queue.Pop().sender;
  return senders;
}

TEST(FairQueueTest, OfOneSenderFirstInFirstOut) {
  Queue queue({.elements = 10, .bytes = 1000});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.Push("a", 10, int{i}));
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.bytes(), 30U);
  for (int i = 0; i < 3; ++i) {
    const Queue::Taken taken = queue.Pop();
    EXPECT_EQ(taken.sender, "a");
    EXPECT_EQ(taken.element, i);
    EXPECT_EQ(taken.bytes, 10U);
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST(FairQueueTest, SendersTakeTurns) {
  Queue queue({.elements = 100, .bytes = 10000});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(queue.Push("a", 1, int{i}));
  ASSERT_TRUE(queue.Push("b", 1, 0));
  ASSERT_TRUE(queue.Push("c", 1, 0));
  ASSERT_TRUE(queue.Push("c", 1, 1));
  EXPECT_EQ(Order(queue), "abcacaa");
}

// Whoever comes while another has a backlog is next.
TEST(FairQueueTest, ABacklogDelaysItsOwnOnly) {
  Queue queue({.elements = 1000, .bytes = 100000});
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(queue.Push("a", 1, int{i}));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(queue.Pop().sender, "a");
  ASSERT_TRUE(queue.Push("b", 1, 0));
  EXPECT_EQ(queue.Pop().sender, "b");
}

TEST(FairQueueTest, LargeElementsHaveFewerTurns) {
  Queue queue({.elements = 1000, .bytes = 1U << 20U});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(queue.Push("a", 10 << 10U, int{i}));
  for (int i = 0; i < 22; ++i) ASSERT_TRUE(queue.Push("b", 0, int{i}));
  const std::string order = Order(queue);
  // Eleven kilobytes of each.
  EXPECT_EQ(order.substr(0, 24),
            "ab"
            "bbbbbbbbbb"
            "ab"
            "bbbbbbbbbb");
}

TEST(FairQueueTest, WhatCostMoreThanItsBytesIsPaidForLater) {
  Queue queue({.elements = 1000, .bytes = 100000});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(queue.Push("a", 0, int{i}));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(queue.Push("b", 0, int{i}));
  EXPECT_EQ(queue.Pop().sender, "a");
  queue.Charge("a", 3 * 1024);
  EXPECT_EQ(Order(queue), "bbbbaba");
}

// Also of one that has nothing here any more.
TEST(FairQueueTest, ADebtOutlastsTheLastElement) {
  Queue queue({.elements = 1000, .bytes = 100000});
  ASSERT_TRUE(queue.Push("a", 0, 0));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(queue.Push("b", 0, int{i}));
  EXPECT_EQ(queue.Pop().sender, "a");
  queue.Charge("a", 10 * 1024);
  ASSERT_TRUE(queue.Push("a", 0, 1));
  EXPECT_EQ(Order(queue), "bbba");
}

TEST(FairQueueTest, IdleTimeEarnsNothing) {
  Queue queue({.elements = 1000, .bytes = 100000});
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(queue.Push("a", 0, 0));
    ASSERT_TRUE(queue.Push("a", 0, 0));
    static_cast<void>(queue.Pop());
  }
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(queue.Push("b", 0, int{i}));
  EXPECT_EQ(Order(queue).substr(0, 6), "bababa");
}

TEST(FairQueueTest, NobodyMayHoldMoreThanIsFree) {
  Queue queue({.elements = 8, .bytes = 1U << 20U});
  int mine = 0;
  while (queue.Push("a", 0, int{mine})) ++mine;
  EXPECT_EQ(mine, 4);
  int others = 0;
  while (queue.Push("b", 0, int{others})) ++others;
  EXPECT_EQ(others, 2);
  EXPECT_TRUE(queue.Push("c", 0, 0));
}

TEST(FairQueueTest, SoWithBytesButOneAloneMayHaveMore) {
  Queue queue({.elements = 100, .bytes = 100});
  EXPECT_TRUE(queue.Push("a", 40, 0));
  EXPECT_FALSE(queue.Push("a", 40, 1));
  EXPECT_TRUE(queue.Push("b", 40, 1));
  EXPECT_FALSE(queue.Push("c", 30, 1));
  EXPECT_TRUE(queue.Push("c", 20, 1));
  while (!queue.empty()) static_cast<void>(queue.Pop());
  EXPECT_TRUE(queue.Push("a", 1000, 0));
  EXPECT_FALSE(queue.Push("b", 1, 0));
}

// What waits is not copied, however much it is.
TEST(FairQueueTest, TakesWhatCannotBeCopied) {
  FairQueue<std::unique_ptr<int>> queue({.elements = 10, .bytes = 10});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(queue.Push("a", 1, std::make_unique<int>(i)));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(*queue.Pop().element, i);
}

TEST(FairQueueTest, ARefusedElementIsLeftAsItWas) {
  FairQueue<std::string> queue({.elements = 0, .bytes = 10});
  std::string element = "whole";
  EXPECT_FALSE(queue.Push("a", 1, std::move(element)));
  EXPECT_EQ(element, "whole");
}

}  // namespace
}  // namespace biglittle
