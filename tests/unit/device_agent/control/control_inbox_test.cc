#include "device_agent/control/control_inbox.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "device_agent/control/paused_times.h"
#include "wire/messages/control.h"

namespace biglittle {
namespace {

using std::chrono::seconds;

constexpr SteadyTime kNow{std::chrono::hours(1)};

class ControlInboxTest : public testing::Test {
 protected:
  void Send(std::string payload, SteadyTime at = kNow, bool retained = false) {
    wire::Message message;
    message.payload = std::move(payload);
    message.received_at = at;
    message.retained = retained;
    inbox_.OnTopicMessage(std::move(message));
  }
  std::uint64_t Counted(const std::string& name) {
    std::map<std::string, std::uint64_t> counters;
    inbox_.AddCounters(counters);
    return counters[name];
  }

  int woken_ = 0;
  ControlInbox inbox_{"a/control", [this] { ++woken_; }};
};

TEST_F(ControlInboxTest, AFloodIsCountedAndNotLookedAt) {
  for (int i = 0; i < 10'000; ++i) Send(std::to_string(i));
  EXPECT_EQ(woken_, ControlInbox::kBurst);
  for (int i = 0; i < ControlInbox::kBurst; ++i) EXPECT_EQ(inbox_.Take(), std::to_string(i));
  EXPECT_EQ(inbox_.Take(), std::nullopt);
  EXPECT_EQ(Counted("control_throttled"), 10'000U - ControlInbox::kBurst);
  // Later there is room again, by the rate.
  for (int i = 0; i < 10; ++i) Send("later", kNow + seconds(1));
  EXPECT_EQ(woken_, ControlInbox::kBurst + static_cast<int>(ControlInbox::kPerSecond));
}

TEST_F(ControlInboxTest, WhatIsRetainedIsIgnored) {
  Send("pause", kNow, true);
  Send("", kNow, true);
  EXPECT_TRUE(inbox_.empty());
  EXPECT_EQ(woken_, 0);
  EXPECT_EQ(Counted("control_retained"), 1U);
}

TEST_F(ControlInboxTest, WhatIsTooLargeIsCut) {
  Send(std::string(1U << 20U, ' '));
  EXPECT_EQ(inbox_.Take()->size(), wire::kMaxControlBytes + 1);
  EXPECT_EQ(Counted("control_too_large"), 1U);
}

TEST_F(ControlInboxTest, SaysThatTheBrokerRefuses) {
  inbox_.OnTopicState(absl::PermissionDeniedError("not authorized"));
  EXPECT_EQ(inbox_.Trouble(), "not authorized");
  inbox_.OnTopicState(absl::UnavailableError("away"));
  EXPECT_EQ(inbox_.Trouble(), "not authorized");
  inbox_.OnTopicState(absl::OkStatus());
  EXPECT_EQ(inbox_.Trouble(), "");
}

TEST(PausedTimesTest, CoverWhatWasCapturedMeanwhile) {
  PausedTimes times;
  EXPECT_FALSE(times.Cover(kNow));
  times.Begin(kNow);
  times.Begin(kNow + seconds(1));  // it is paused already
  EXPECT_EQ(times.since(), kNow);
  EXPECT_FALSE(times.Cover(kNow - seconds(1)));
  EXPECT_TRUE(times.Cover(kNow));
  times.End(kNow + seconds(5));
  EXPECT_EQ(times.since(), std::nullopt);
  times.Begin(kNow + seconds(7));
  times.End(kNow + seconds(9));
  EXPECT_TRUE(times.Cover(kNow + seconds(4)));
  EXPECT_FALSE(times.Cover(kNow + seconds(5)));
  EXPECT_TRUE(times.Cover(kNow + seconds(8)));
  EXPECT_FALSE(times.Cover(kNow + seconds(9)));
}

TEST(PausedTimesTest, AreBounded) {
  PausedTimes times;
  for (int i = 0; i < 100; ++i) {
    times.Begin(kNow + seconds(2 * i));
    times.End(kNow + seconds(2 * i + 1));
  }
  EXPECT_TRUE(times.Cover(kNow));
  EXPECT_TRUE(times.Cover(kNow + seconds(198)));
  EXPECT_FALSE(times.Cover(kNow + seconds(199)));
}

}  // namespace
}  // namespace biglittle
