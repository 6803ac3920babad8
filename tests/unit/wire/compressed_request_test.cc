// Requests whose readings travel as zstd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "biglittle/v1/escalation.pb.h"
#include "wire/messages/compression.h"
#include "wire/messages/escalation.h"

namespace biglittle::wire {
namespace {

using testing::HasSubstr;

// Of pixels that all are `pixel` or, without one, noise.
EscalationRequest Request(std::size_t readings, std::size_t pixels, std::optional<int> pixel) {
  std::mt19937 random(1);
  EscalationRequest request{"mnist", {}};
  request.compress = true;
  for (std::size_t i = 0; i < readings; ++i) {
    Tensor window{DType::kUint8, {static_cast<std::int64_t>(pixels)}, {}};
    window.data.resize(pixels);
    for (std::byte& byte : window.data) {
      byte = static_cast<std::byte>(pixel ? *pixel : static_cast<int>(random() & 0xffU));
    }
    request.readings.push_back({.sequence = i, .time_left = Milliseconds(100), .window = window});
  }
  return request;
}

v1::EscalationRequest Proto(const EscalationRequest& request) {
  v1::EscalationRequest proto;
  EXPECT_TRUE(proto.ParseFromString(Encode(request)));
  return proto;
}

std::string RefusalOf(const v1::EscalationRequest& proto, const CodecLimits& limits = {}) {
  const auto decoded = DecodeEscalationRequest(proto.SerializeAsString(), limits);
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(decoded.status().message());
}

void ExpectComesBack(const EscalationRequest& request) {
  const auto decoded = DecodeEscalationRequest(Encode(request));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->task, "mnist");
  ASSERT_EQ(decoded->readings.size(), request.readings.size());
  for (std::size_t i = 0; i < request.readings.size(); ++i) {
    EXPECT_EQ(decoded->readings[i].sequence, request.readings[i].sequence);
    EXPECT_EQ(decoded->readings[i].time_left, request.readings[i].time_left);
    EXPECT_EQ(decoded->readings[i].window, request.readings[i].window);
  }
}

TEST(CompressedRequestTest, ComesBackAsItWas) {
  for (const std::size_t readings : {1U, 32U}) {
    const EscalationRequest request = Request(readings, 784, 3);
    const v1::EscalationRequest proto = Proto(request);
    EXPECT_FALSE(proto.zstd_readings().empty());
    EXPECT_TRUE(proto.readings().empty());
    EXPECT_LT(proto.ByteSizeLong(), 784 * readings / 4);
    ExpectComesBack(request);
  }
}

TEST(CompressedRequestTest, WhatDoesNotGetShorterTravelsAsItIs) {
  const EscalationRequest noise = Request(3, 784, std::nullopt);
  EXPECT_TRUE(Proto(noise).zstd_readings().empty());
  ExpectComesBack(noise);
  EscalationRequest unasked = Request(3, 784, 3);
  unasked.compress = false;
  EXPECT_TRUE(Proto(unasked).zstd_readings().empty());
}

TEST(CompressedRequestTest, WhatAReceiverWouldNotTakeTravelsAsItIs) {
  const EscalationRequest large = Request(5, kMaxCompressedReadings / 4, 3);
  EXPECT_TRUE(Proto(large).zstd_readings().empty());
  ExpectComesBack(large);
}

TEST(CompressedRequestTest, RefusesABomb) {
  v1::EscalationRequest proto = Proto(Request(1, 784, 3));
  const std::string zeros(kMaxCompressedReadings + 1, '\0');
  proto.set_zstd_readings(*Compress(zeros, zeros.size()));
  EXPECT_LT(proto.ByteSizeLong(), 1000U);
  EXPECT_THAT(RefusalOf(proto), HasSubstr("it holds 4194305 bytes, at most 4194304 are taken"));
  CodecLimits limits;
  limits.max_decompressed_bytes = 100;
  EXPECT_THAT(RefusalOf(Proto(Request(1, 784, 3)), limits), HasSubstr("at most 100 are taken"));
}

// Two bytes each on the wire, some seventy in memory.
TEST(CompressedRequestTest, RefusesMillionsOfEmptyReadingsBeforeTheyAreBuilt) {
  std::string empty;
  while (empty.size() + 2 <= kMaxCompressedReadings) empty += std::string("\x12\x00", 2);
  EXPECT_THAT(std::string(DecodeEscalationRequest(empty).status().message()),
              HasSubstr("257 readings or more"));
  v1::EscalationRequest proto;
  proto.set_task("t");
  proto.set_zstd_readings(*Compress(empty, empty.size()));
  EXPECT_LT(proto.ByteSizeLong(), 1000U);
  EXPECT_THAT(RefusalOf(proto), HasSubstr("257 readings or more"));
}

TEST(CompressedRequestTest, HoldsCompressedReadingsToTheSameLimits) {
  v1::EscalationRequest proto = Proto(Request(257, 16, 3));
  EXPECT_FALSE(proto.zstd_readings().empty());
  EXPECT_THAT(RefusalOf(proto), HasSubstr("257 readings"));
  EscalationRequest twice = Request(2, 784, 3);
  twice.readings[1].sequence = 0;
  EXPECT_THAT(RefusalOf(Proto(twice)), HasSubstr("reading 0 occurs twice"));
}

TEST(CompressedRequestTest, RefusesReadingsInBothFormsAndFramesOfSomethingElse) {
  v1::EscalationRequest proto = Proto(Request(1, 784, 3));
  *proto.add_readings() = v1::EscalatedReading();
  EXPECT_THAT(RefusalOf(proto), HasSubstr("compressed readings and plain ones"));
  proto.clear_readings();
  const std::string text(1000, '\xff');
  proto.set_zstd_readings(*Compress(text, text.size()));
  EXPECT_THAT(RefusalOf(proto), HasSubstr("no protobuf of readings"));
  proto.set_zstd_readings("garbage");
  EXPECT_THAT(RefusalOf(proto), HasSubstr("compressed readings: it is no zstd frame"));
  // Compressed readings within compressed ones are none.
  v1::EscalationRequest nested = Proto(Request(1, 784, 3));
  const std::string inner = nested.SerializeAsString();
  nested.set_zstd_readings(*Compress(inner, inner.size() + 100));
  EXPECT_THAT(RefusalOf(nested), HasSubstr("0 readings"));
}

}  // namespace
}  // namespace biglittle::wire
