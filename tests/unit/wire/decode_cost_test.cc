// Messages of strangers that are cheap to send and dear to read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "biglittle/v1/escalation.pb.h"
#include "wire/messages/compression.h"
#include "wire/messages/escalation.h"
#include "wire/messages/result.h"

using std::string_literals::operator""s;

namespace biglittle::wire {
namespace {

using testing::HasSubstr;

constexpr char kTooMuch[] = "far more fields than its readings need";

std::string Repeated(const std::string& piece, std::size_t bytes) {
  std::string text;
  text.reserve(bytes);
  while (text.size() + piece.size() <= bytes) text += piece;
  return text;
}

// As the readings of a request, compressed.
std::string RefusalOfCompressed(const std::string& readings) {
  v1::EscalationRequest proto;
  proto.set_task("t");
  proto.set_zstd_readings(*Compress(readings, readings.size()));
  EXPECT_LT(proto.ByteSizeLong(), 20'000U);
  const auto decoded = DecodeEscalationRequest(proto.SerializeAsString());
  EXPECT_FALSE(decoded.ok());
  return std::string(decoded.status().message());
}

struct Expensive {
  std::string name;
  std::string piece;
  std::string refusal;
};

class ExpensiveTest : public testing::TestWithParam<Expensive> {};

INSTANTIATE_TEST_SUITE_P(
    , ExpensiveTest,
    testing::Values(Expensive{"UnknownNumbers", "\x78\x01"s, kTooMuch},
                    Expensive{"UnknownEmptyTexts", "\x7a\x00"s, kTooMuch},
                    Expensive{"UnknownFixed", "\x7d\0\0\0\0"s, kTooMuch},
                    Expensive{"Groups", "\x7b\x7c"s, "no protobuf"},
                    // A window's shape: a list of numbers, as one field and as many.
                    Expensive{"PackedShape", "\x12\x0a\x1a\x08\x12\x06\1\1\1\1\1\1"s, "readings"}),
    [](const auto& test) { return test.param.name; });

TEST_P(ExpensiveTest, IsRefusedBeforeItIsBuilt) {
  const Expensive& what = GetParam();
  EXPECT_THAT(RefusalOfCompressed(Repeated(what.piece, kMaxCompressedReadings)),
              HasSubstr(what.refusal));
  const std::string plain = "\x0a\1t"s + Repeated(what.piece, 1U << 20U);
  EXPECT_THAT(std::string(DecodeEscalationRequest(plain).status().message()),
              HasSubstr(what.refusal));
}

TEST(DecodeCostTest, AReadingsShapeOfAMillionNumbersIsRefusedBeforeItIsBuilt) {
  v1::EscalationRequest readings;
  auto& shape = *readings.add_readings()->mutable_window()->mutable_shape();
  shape.Resize(1'000'000, 1);
  EXPECT_THAT(RefusalOfCompressed(readings.SerializeAsString()), HasSubstr(kTooMuch));
}

TEST(DecodeCostTest, TheLargestRequestThatIsMeantIsTaken) {
  const CodecLimits limits;
  EscalationRequest request{"task", {}};
  Tensor window{DType::kUint8, std::vector<std::int64_t>(limits.max_rank, 2), {}};
  window.data.resize(256);
  for (std::size_t i = 0; i < limits.max_readings; ++i) {
    request.readings.push_back({.sequence = ~std::uint64_t{0} - i,
                                .time_left = Milliseconds(3'000'000'000),
                                .window = window,
                                .priority = 1});
  }
  EXPECT_TRUE(DecodeEscalationRequest(Encode(request)).ok());
  request.compress = true;
  EXPECT_TRUE(DecodeEscalationRequest(Encode(request)).ok());
}

// What is charged for it, also where it is refused.
TEST(DecodeCostTest, SaysHowMuchWasLookedAt) {
  EscalationRequest request{"tiny", {}};
  request.readings.push_back(
      {1, Milliseconds(1), {DType::kUint8, {5000}, std::vector<std::byte>(5000)}});
  std::size_t looked_at = 0;
  EXPECT_TRUE(DecodeEscalationRequest(Encode(request), {}, &looked_at).ok());
  EXPECT_EQ(looked_at, Encode(request).size());
  request.compress = true;
  const std::string packed = Encode(request);
  ASSERT_LT(packed.size(), 200U);
  EXPECT_TRUE(DecodeEscalationRequest(packed, {}, &looked_at).ok());
  EXPECT_GT(looked_at, 5000U);
  EXPECT_FALSE(DecodeEscalationRequest("garbage", {}, &looked_at).ok());
  EXPECT_EQ(looked_at, 7U);
  // Of a frame that cannot be read nobody knows how far the reading came.
  v1::EscalationRequest broken;
  broken.set_task("tiny");
  broken.set_zstd_readings("no frame");
  EXPECT_FALSE(DecodeEscalationRequest(broken.SerializeAsString(), {}, &looked_at).ok());
  EXPECT_GT(looked_at, kMaxCompressedReadings);
}

TEST(DecodeCostTest, TheLargestReplyThatIsMeantIsTaken) {
  EscalationReply reply;
  for (std::uint64_t i = 0; i < CodecLimits{}.max_readings; ++i) {
    CloudPrediction prediction;
    prediction.prediction.class_index = 0;
    prediction.prediction.confidence = 0.5F;
    prediction.prediction.probabilities.assign(1000, 0.001F);
    prediction.model_digest = std::string(64, 'a' + static_cast<char>(i % 26));
    prediction.take_time = std::chrono::microseconds(1);
    reply.replies.push_back({i, prediction, "run/" + std::to_string(i)});
  }
  const auto decoded = DecodeEscalationReply(Encode(reply));
  EXPECT_TRUE(decoded.ok()) << decoded.status();
}

// In 12 s such replies made an agent grow from 20 MB to 2.2 GB.
TEST(DecodeCostTest, AReplyOfEmptyAnswersIsRefusedBeforeItIsBuilt) {
  EXPECT_THAT(
      std::string(DecodeEscalationReply(Repeated("\x12\x00"s, 1U << 20U)).status().message()),
      HasSubstr("257 readings or more"));
  EXPECT_THAT(
      std::string(DecodeEscalationReply(Repeated("\x7a\x00"s, 1U << 20U)).status().message()),
      HasSubstr(kTooMuch));
}

TEST(DecodeCostTest, AResultOfUnknownFieldsIsRefused) {
  EXPECT_FALSE(DecodeResult(Repeated("\xfa\x07\x00"s, 3000), "application/x-protobuf").ok());
}

}  // namespace
}  // namespace biglittle::wire
