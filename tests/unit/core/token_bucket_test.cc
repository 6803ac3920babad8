#include "core/token_bucket.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

SteadyTime At(int milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

TEST(TokenBucketTest, GivesABurstThenTheRate) {
  TokenBucket bucket(10.0, Milliseconds(1000));
  int taken = 0;
  for (int now = 0; now < 3000; ++now) {
    while (bucket.Has(1, At(now))) {
      bucket.Take(1);
      ++taken;
    }
  }
  EXPECT_EQ(taken, 10 + 29);
}

TEST(TokenBucketTest, SaysWhen) {
  TokenBucket bucket(10.0, Milliseconds(100));
  EXPECT_EQ(bucket.When(1, At(5)), At(5));
  bucket.Take(1);
  EXPECT_EQ(bucket.When(1, At(5)), At(105));
  EXPECT_FALSE(bucket.Has(1, At(104)));
  EXPECT_TRUE(bucket.Has(1, At(105)));
}

TEST(TokenBucketTest, WhatIsLargerThanTheBucketPassesWhenItIsFull) {
  TokenBucket bucket(1000.0, Milliseconds(100));
  EXPECT_TRUE(bucket.Has(5000, At(0)));
  bucket.Take(5000);
  EXPECT_FALSE(bucket.Has(1, At(4900)));
  EXPECT_TRUE(bucket.Has(5000, At(5000)));
}

// Tokens may be seconds: what is less than one is no more than it is.
TEST(TokenBucketTest, ABucketMayHoldLessThanOne) {
  TokenBucket bucket(0.05, Milliseconds(1000));
  EXPECT_TRUE(bucket.Has(0.03, At(0)));
  bucket.Take(0.03);
  EXPECT_FALSE(bucket.Has(0.03, At(0)));
  EXPECT_EQ(bucket.When(0.03, At(0)), At(200));
}

// A message every two seconds, from the first on.
TEST(TokenBucketTest, WholeTokensComeAtTheirRateThroughASmallerBucket) {
  TokenBucket bucket(0.5, Milliseconds(1000));
  int taken = 0;
  for (int now = 0; now < 10'000; ++now) {
    if (!bucket.Has(1, At(now))) continue;
    bucket.Take(1);
    ++taken;
  }
  EXPECT_EQ(taken, 5);
}

TEST(TokenBucketTest, WithoutARateEverythingPasses) {
  TokenBucket bucket(std::nullopt, Milliseconds(1));
  bucket.Take(1e12);
  EXPECT_TRUE(bucket.Has(1e12, At(0)));
}

}  // namespace
}  // namespace biglittle
