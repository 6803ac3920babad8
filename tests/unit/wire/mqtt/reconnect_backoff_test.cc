#include "wire/mqtt/reconnect_backoff.h"

#include <gtest/gtest.h>

namespace biglittle::wire {
namespace {

constexpr Milliseconds kShortest{200};
constexpr Milliseconds kLongest{30'000};

void ExpectBetween(Milliseconds delay, Milliseconds least, Milliseconds most) {
  EXPECT_GE(delay, least);
  EXPECT_LE(delay, most);
}

TEST(ReconnectBackoffTest, DoublesUpToTheLongestAndHalfOfItIsRandom) {
  ReconnectBackoff backoff(kShortest, kLongest, 7);
  for (Milliseconds whole = kShortest; whole < kLongest; whole *= 2) {
    ExpectBetween(backoff.Next(false), whole / 2, whole);
  }
  for (int i = 0; i < 3; ++i) ExpectBetween(backoff.Next(false), kLongest / 2, kLongest);
}

TEST(ReconnectBackoffTest, AFleetDoesNotComeBackInOneWave) {
  EXPECT_NE(ReconnectBackoff(kLongest, kLongest, 1).Next(false),
            ReconnectBackoff(kLongest, kLongest, 2).Next(false));
}

TEST(ReconnectBackoffTest, BeginsAnewAfterAConnectionThatStood) {
  ReconnectBackoff backoff(kShortest, kLongest, 7);
  for (int i = 0; i < 9; ++i) static_cast<void>(backoff.Next(false));
  ExpectBetween(backoff.Next(true), kShortest / 2, kShortest);
  ExpectBetween(backoff.Next(false), kShortest, 2 * kShortest);
}

TEST(ReconnectBackoffTest, WhatOnlySomebodyMendsIsNotTriedOften) {
  ReconnectBackoff backoff(kShortest, kLongest, 7);
  backoff.NoteFailure(absl::UnavailableError("away"));
  ExpectBetween(backoff.Next(false), kShortest / 2, kShortest);
  backoff.NoteFailure(absl::FailedPreconditionError("it speaks MQTT 3.1.1"));
  ExpectBetween(backoff.Next(false), kLongest / 2, kLongest);
}

TEST(ReconnectBackoffTest, NewCredentialsAreSeenWithinTheirPause) {
  ReconnectBackoff backoff(kShortest, kLongest, 7);
  for (int i = 0; i < 9; ++i) static_cast<void>(backoff.Next(false));
  backoff.NoteFailure(absl::UnauthenticatedError("expired"));
  constexpr Milliseconds kPause = ReconnectBackoff::kCredentialsPause;
  ExpectBetween(backoff.Next(false), kPause / 2, kPause);
  ReconnectBackoff slow(Milliseconds(5000), kLongest, 7);
  slow.NoteFailure(absl::UnauthenticatedError("expired"));
  ExpectBetween(slow.Next(false), Milliseconds(2500), Milliseconds(5000));
}

}  // namespace
}  // namespace biglittle::wire
