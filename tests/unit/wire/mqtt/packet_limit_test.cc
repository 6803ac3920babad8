#include "wire/mqtt/packet_limit.h"

#include <gtest/gtest.h>

namespace biglittle::wire {
namespace {

const SteadyTime kNow(std::chrono::hours(5));

TEST(PacketLimitTest, IsWhatTheBrokerSaysAndElseMqtts) {
  PacketLimit limit;
  EXPECT_EQ(limit.bytes(), kMaxPacketBytes);
  limit.Say(1000, kNow);
  EXPECT_EQ(limit.bytes(), 1000U);
  limit.Say(0, kNow);
  EXPECT_EQ(limit.bytes(), kMaxPacketBytes);
}

TEST(PacketLimitTest, WhatItDoesNotSayIsLearnedAndForgottenAgain) {
  PacketLimit limit;
  limit.Say(0, kNow);
  limit.Learn(0, kNow);  // it was given nothing: something else was too large
  limit.Say(0, kNow);
  EXPECT_EQ(limit.bytes(), kMaxPacketBytes);
  limit.Learn(5000, kNow);
  EXPECT_EQ(limit.bytes(), kMaxPacketBytes);  // of the connection that has ended
  limit.Say(0, kNow);
  EXPECT_EQ(limit.bytes(), 4999U);
  limit.Learn(6000, kNow);
  limit.Say(0, kNow);
  EXPECT_EQ(limit.bytes(), 4999U);
  limit.Say(3000, kNow);
  EXPECT_EQ(limit.bytes(), 3000U);
  limit.Say(0, kNow + PacketLimit::kLearnedFor);
  EXPECT_EQ(limit.bytes(), 4999U);
  limit.Say(0, kNow + PacketLimit::kLearnedFor + Milliseconds(1));
  EXPECT_EQ(limit.bytes(), kMaxPacketBytes);
}

}  // namespace
}  // namespace biglittle::wire
