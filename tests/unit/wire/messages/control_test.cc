#include "wire/messages/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace biglittle::wire {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const std::string& payload, const std::string& expected_id = "7") {
  std::string id = "of before";
  const auto request = DecodeControlRequest(payload, id);
  EXPECT_EQ(id, expected_id) << payload;
  EXPECT_TRUE(absl::IsInvalidArgument(request.status())) << payload;
  const std::string error(request.status().message());
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  return error;
}

TEST(ControlTest, ARequestComesBackAsItWas) {
  std::string id;
  for (const ControlRequest& request :
       {ControlRequest{.id = "a", .verb = ControlVerb::kPause, .lasts = std::chrono::hours(8)},
        ControlRequest{.id = "", .verb = ControlVerb::kResume},
        ControlRequest{.id = "\"x\"",
        .verb = ControlVerb::kSet,
        .lasts = std::chrono::seconds(1),
        .values = {{"policy", {"big-only", true}},
                   {"threshold", {"0.8", false}},
                   {"budget.messages_per_s", {"5", false}}}},
        ControlRequest{.id = "b", .verb = ControlVerb::kSnapshot, .next = true},
        ControlRequest{.id = "c", .verb = ControlVerb::kRestartSource}}) {
    const auto again = DecodeControlRequest(Encode(request), id);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, request);
    EXPECT_EQ(id, request.id);
  }
}

TEST(ControlTest, WhatIsNoRequestIsRefusedInOneLine) {
  EXPECT_THAT(ErrorOf("", ""), HasSubstr("JSON"));
  EXPECT_THAT(ErrorOf("[1]", ""), HasSubstr("JSON"));
  EXPECT_THAT(ErrorOf("{\"id\":\"\xff\"}", ""), HasSubstr("JSON"));
  EXPECT_THAT(ErrorOf(R"({"verb":"pause"})", ""), HasSubstr("'id'"));
  EXPECT_THAT(ErrorOf(R"({"id":7,"verb":"pause"})", ""), HasSubstr("'id'"));
  EXPECT_THAT(ErrorOf(R"({"id":")" + std::string(65, 'x') + R"(","verb":"pause"})", ""),
              HasSubstr("64 bytes"));
  EXPECT_THAT(ErrorOf(std::string(kMaxControlBytes + 1, ' '), ""), HasSubstr("4096 bytes"));
  EXPECT_THAT(ErrorOf(R"({"id":"7"})"), HasSubstr("'verb'"));
  EXPECT_THAT(ErrorOf(R"({"id":"7","verb":"explode\u001b"})"),
              HasSubstr("no verb 'explode\\x1b': there are pause, resume, set"));
}

TEST(ControlTest, AFieldThatAVerbDoesNotHaveIsNamed) {
  EXPECT_THAT(ErrorOf(R"({"id":"7","verb":"resume","for_s":3})"), HasSubstr("resume has no field"));
  EXPECT_THAT(ErrorOf(R"({"id":"7","verb":"pause","policy":"big-only"})"),
              HasSubstr("pause has no field 'policy': it has id, verb, for_s"));
  EXPECT_THAT(ErrorOf(R"({"id":"7","verb":"set","deadline_ms":3})"),
              HasSubstr("set has no field 'deadline_ms'"));
  EXPECT_THAT(ErrorOf(R"({"id":"7","verb":"set","budget":{"burst_ms":3}})"),
              HasSubstr("set has no field 'budget.burst_ms'"));
  EXPECT_THAT(ErrorOf(R"({"id":"7","verb":"set","budget":5})"), HasSubstr("'budget'"));
  EXPECT_THAT(ErrorOf(R"({"id":"7","verb":"set","threshold":null})"), HasSubstr("'threshold'"));
  EXPECT_THAT(ErrorOf(R"({"id":"7","verb":"set","policy":["x"]})"), HasSubstr("'policy'"));
  EXPECT_THAT(ErrorOf(R"({"id":"7","verb":"set","for_s":5})"), HasSubstr("set needs one of"));
  EXPECT_THAT(ErrorOf(R"({"id":"7","verb":"snapshot","reading":"first"})"), HasSubstr("'reading'"));
}

TEST(ControlTest, HowLongItLastsIsBounded) {
  for (const char* seconds : {"0", "-1", "1.5", "\"8h\"", "31536001", "1e300"}) {
    EXPECT_THAT(ErrorOf(std::string(R"({"id":"7","verb":"pause","for_s":)") + seconds + "}"),
                HasSubstr("'for_s' must be 1 to 31536000 seconds"));
  }
}

TEST(ControlTest, ARepliesStatusIsAnyObject) {
  const auto reply =
      DecodeControlReply(Encode(ControlReply{"7", false, "no", R"({"paused":true})"}));
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->id, "7");
  EXPECT_FALSE(reply->ok);
  EXPECT_EQ(reply->error, "no");
  EXPECT_EQ(reply->status, R"({"paused":true})");
  EXPECT_EQ(Encode(ControlReply{"7", true, "", ""}), R"({"id":"7","ok":true})");
  for (const char* payload : {"", "{}", R"({"id":7,"ok":true})", R"({"id":"7","ok":1})"}) {
    EXPECT_FALSE(DecodeControlReply(payload).ok()) << payload;
  }
}

TEST(ControlTest, ACommandLinesValueIsANumberWhereItLooksLikeOne) {
  EXPECT_EQ(ValueOf("0.8"), (SettingValue{"0.8", false}));
  EXPECT_EQ(ValueOf("big-only"), (SettingValue{"big-only", true}));
  EXPECT_EQ(ValueOf("\"x\""), (SettingValue{"\"x\"", true}));
  EXPECT_EQ(ToJson(ValueOf("a\"b")), R"("a\"b")");
}

}  // namespace
}  // namespace biglittle::wire
