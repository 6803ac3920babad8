#include "cli/control/control_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace biglittle {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

std::string Refusal(const std::string& verb, const std::vector<std::string>& settings,
                    const std::string& lasts = "") {
  const auto request = RequestOf(verb, settings, lasts);
  EXPECT_TRUE(absl::IsInvalidArgument(request.status()));
  return std::string(request.status().message());
}

TEST(ControlWordsTest, ATimeHasAUnit) {
  EXPECT_EQ(ParseLasting("90").value(), seconds(90));
  EXPECT_EQ(ParseLasting("90s").value(), seconds(90));
  EXPECT_EQ(ParseLasting("15m").value(), seconds(900));
  EXPECT_EQ(ParseLasting("8h").value(), seconds(28'800));
  EXPECT_EQ(ParseLasting("365d").value(), seconds(31'536'000));
  for (const char* text : {"", "0", "-1", "8x", "8hh", "h", "366d", "99999999999", "1.5h", " 1"}) {
    EXPECT_FALSE(ParseLasting(text).ok()) << text;
  }
}

TEST(ControlWordsTest, SettingsBecomeTheRequests) {
  const auto request =
      RequestOf("set", {"policy=big-only", "threshold=0.8", "budget.bytes_per_s=1000"}, "8h");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(Encode(*request),
            R"({"id":"","verb":"set","for_s":28800,"budget":{"bytes_per_s":1000},)"
            R"("policy":"big-only","threshold":0.8})");
  EXPECT_TRUE(RequestOf("snapshot", {"reading=next"}, "")->next);
}

TEST(ControlWordsTest, WhatNoDeviceWouldTakeIsRefusedHere) {
  EXPECT_THAT(Refusal("explode", {}), HasSubstr("there is no verb 'explode'"));
  EXPECT_THAT(Refusal("set", {}), HasSubstr("set needs one of policy"));
  EXPECT_THAT(Refusal("set", {"policy"}), HasSubstr("'policy' must be KEY=VALUE"));
  EXPECT_THAT(Refusal("set", {"deadline_ms=3"}), HasSubstr("no field 'deadline_ms'"));
  EXPECT_THAT(Refusal("pause", {"policy=big-only"}), HasSubstr("pause has no field 'policy'"));
  EXPECT_THAT(Refusal("resume", {}, "8h"), HasSubstr("resume has no field 'for_s'"));
  EXPECT_THAT(Refusal("pause", {}, "soon"), HasSubstr("--for must be a time"));
  EXPECT_THAT(Refusal("snapshot", {"reading=first"}), HasSubstr("'reading' must be last or next"));
}

}  // namespace
}  // namespace biglittle
