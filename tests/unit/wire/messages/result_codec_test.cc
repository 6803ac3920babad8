#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include <nlohmann/json.hpp>

#include "wire/message.h"
#include "wire/messages/result.h"

namespace biglittle::wire {
namespace {

Result Full() {
  Result result;
  result.fleet = "plant-7";
  result.device = "pump-1";
  result.task = "vibration";
  result.run = "0123456789abcdef";
  result.sequence = 42;
  result.capture_time = WallTime(std::chrono::milliseconds(1700000000123));
  result.stage = Stage::kFinal;
  result.decided_by = DecidedBy::kBig;
  result.class_index = 0;
  result.label = "healthy";
  result.confidence = 0.5F;
  result.total_ms = 4.25;
  result.little_ms = 0.5;
  result.round_trip_ms = 3.5;
  result.cloud_queue_ms = 0.0;
  result.cloud_compute_ms = 2.0;
  result.cloud_take_ms = 0.25;
  result.cloud_send_ms = 0.5;
  result.deadline_ms = 500;
  result.little_digest = "aa";
  result.big_digest = "bb";
  result.worker = "worker-1";
  result.little_class_index = -1;
  result.little_label = "other";
  result.little_confidence = 0.25F;
  result.unlike_training = true;
  result.little_head = 1;
  result.truth = 0;
  result.resent = true;
  return result;
}

TEST(ResultTest, JsonIsThatOfTheContract) {
  EXPECT_EQ(nlohmann::json::parse(Encode(Full())), nlohmann::json::parse(R"({
    "fleet": "plant-7", "device": "pump-1", "task": "vibration", "run": "0123456789abcdef",
    "sequence": "42", "capture_time": "2023-11-14T22:13:20.123Z", "stage": "final",
    "decided_by": "big", "reason": "", "class_index": 0, "label": "healthy", "confidence": 0.5,
    "latency_ms": {"total": 4.25, "little": 0.5, "round_trip": 3.5, "cloud_queue": 0.0,
                   "cloud_compute": 2.0, "deadline": 500.0, "cloud_take": 0.25,
                   "cloud_send": 0.5},
    "models": {"little": "aa", "big": "bb", "big_unexpected": false},
    "little": {"class_index": -1, "label": "other", "confidence": 0.25,
               "unlike_training": true, "head": 1},
    "worker": "worker-1", "truth": 0, "resent": true})"));
  EXPECT_THAT(Encode(Full()), testing::Not(testing::HasSubstr("\n")));
}

TEST(ResultTest, WhatIsNotKnownIsNotWritten) {
  const std::string json = Encode(Result{.device = "d", .run = "r"});
  EXPECT_THAT(json, testing::Not(testing::HasSubstr("truth")));
  EXPECT_THAT(json, testing::Not(testing::HasSubstr("round_trip")));
  EXPECT_THAT(json, testing::Not(testing::HasSubstr("cloud_")));
}

class ResultFormatTest : public testing::TestWithParam<ResultFormat> {};

TEST_P(ResultFormatTest, ComesBackAsItWas) {
  const auto* type = GetParam() == ResultFormat::kJson ? kJsonContent : kProtobufContent;
  const auto decoded = DecodeResult(Encode(Full(), GetParam()), type);
  ASSERT_TRUE(decoded.ok()) << std::string(decoded.status().message());
  // JSON holds every field, so equal JSON is an equal result.
  EXPECT_EQ(Encode(*decoded), Encode(Full()));
}

INSTANTIATE_TEST_SUITE_P(Formats, ResultFormatTest,
                         testing::Values(ResultFormat::kJson, ResultFormat::kProtobuf));

TEST(ResultTest, KnowsEveryStageAndDecider) {
  for (const DecidedBy by : {DecidedBy::kLittle, DecidedBy::kBig, DecidedBy::kFallback}) {
    for (const Stage stage : {Stage::kProvisional, Stage::kFinal}) {
      Result result = Full();
      result.decided_by = by;
      result.stage = stage;
      const auto decoded = DecodeResult(Encode(result), kJsonContent);
      ASSERT_TRUE(decoded.ok());
      EXPECT_EQ(decoded->decided_by, by);
      EXPECT_EQ(decoded->stage, stage);
    }
  }
}

TEST(ResultTest, FieldsOfANewerSenderAreIgnored) {
  std::string json = Encode(Full());
  json.insert(1, R"("mood":"good",)");
  EXPECT_TRUE(DecodeResult(json, kJsonContent).ok());
}

TEST(ResultTest, RefusesWhatIsNoResult) {
  EXPECT_FALSE(DecodeResult("", kJsonContent).ok());
  EXPECT_FALSE(DecodeResult("{}", kJsonContent).ok());
  EXPECT_FALSE(DecodeResult("[1,2]", kJsonContent).ok());
  EXPECT_FALSE(DecodeResult(R"({"device":"d","run":"r","stage":"final"})", kJsonContent).ok());
  EXPECT_FALSE(DecodeResult("garbage", kProtobufContent).ok());
  EXPECT_FALSE(DecodeResult(Encode(Full()).substr(0, 100), kJsonContent).ok());
}

TEST(ResultsTest, OneOrALineEach) {
  const std::string line = Encode(Full());
  for (const auto& [payload, type, count] :
       {std::tuple(line, kJsonContent, 1U), std::tuple(line, "", 1U),
        std::tuple(Encode(Full(), ResultFormat::kProtobuf), kProtobufContent, 1U),
        std::tuple(line + "\n" + line + "\n", kJsonLinesContent, 2U),
        std::tuple(line + "\n" + line, kJsonLinesContent, 2U),
        std::tuple(line, kJsonLinesContent, 1U),
        // A bridge of MQTT 3.1.1 takes the content type away.
        std::tuple(line + "\n" + line + "\n", "", 2U)}) {
    const auto results = DecodeResults(payload, type);
    ASSERT_TRUE(results.ok()) << payload;
    ASSERT_EQ(results->size(), count) << payload;
    for (const Result& result : *results) EXPECT_EQ(Encode(result), line);
  }
}

TEST(ResultsTest, RefusesWhatIsNoResultAndNamesTheLine) {
  const std::string line = Encode(Full());
  EXPECT_FALSE(DecodeResults("", kJsonLinesContent).ok());
  EXPECT_FALSE(DecodeResults("\n", kJsonLinesContent).ok());
  EXPECT_FALSE(DecodeResults(line + "\n" + line, kJsonContent).ok());
  EXPECT_FALSE(DecodeResults("garbage", kProtobufContent).ok());
  EXPECT_THAT(std::string(DecodeResults("garbage", "").status().message()),
              testing::HasSubstr("without a content type"));
  const auto cut = DecodeResults(line + "\n" + line.substr(0, 50), kJsonLinesContent);
  ASSERT_FALSE(cut.ok());
  EXPECT_THAT(std::string(cut.status().message()), testing::StartsWith("line 2: "));
}

}  // namespace
}  // namespace biglittle::wire
