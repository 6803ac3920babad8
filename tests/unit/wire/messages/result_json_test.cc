// What is written by hand must be what protobuf's own mapping would have written, to the last
// field.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "biglittle/v1/result.pb.h"
#include "core/random.h"
#include "wire/message.h"
#include "wire/messages/json.h"
#include "wire/messages/result.h"

namespace biglittle::wire {
namespace {

using nlohmann::json;

// What protobuf makes of the same result. It writes messages of its own library after all other
// fields, where docs/wire.md has the time in its place.
std::string ByProtobuf(const Result& result) {
  v1::Result message;
  EXPECT_TRUE(message.ParseFromString(Encode(result, ResultFormat::kProtobuf)));
  std::string text = ToJson(message);
  const std::size_t time = text.rfind(R"(,"capture_time":)");
  const std::size_t place = text.find(R"(,"stage":)");
  std::rotate(text.begin() + static_cast<std::ptrdiff_t>(place),
              text.begin() + static_cast<std::ptrdiff_t>(time), text.end() - 1);
  return text;
}

// Protobuf writes more digits of some floats than it takes to tell them from others.
json Parsed(const std::string& line) {
  json result = json::parse(line);
  for (json* answer : {&result, &result["little"]}) {
    (*answer)["confidence"] = (*answer)["confidence"].get<float>();
  }
  return result;
}

// The same value in every field, by protobuf's reader of JSON.
void ExpectComesBack(const Result& result) {
  const std::string line = Encode(result);
  const auto decoded = DecodeResult(line, kJsonContent);
  ASSERT_TRUE(decoded.ok()) << line << std::string(decoded.status().message());
  EXPECT_EQ(Encode(*decoded, ResultFormat::kProtobuf), Encode(result, ResultFormat::kProtobuf))
      << line;
}

Result Plain() {
  Result result;
  result.fleet = "plant-7";
  result.device = "pump-1";
  result.task = "vibration";
  result.run = "0123456789abcdef";
  result.sequence = 18'446'744'073'709'551'615U;
  result.capture_time = WallTime(std::chrono::milliseconds(1700000000123));
  result.decided_by = DecidedBy::kLittle;
  result.label = "healthy";
  result.confidence = 0.984375F;
  result.total_ms = 4.25;
  result.little_ms = 0.5;
  result.deadline_ms = 500;
  result.little_digest = std::string(64, 'a');
  result.little_class_index = -1;
  result.little_label = "other";
  result.little_confidence = 0.25F;
  return result;
}

// Whatever fields can hold, and each of the optional ones there or not.
Result Anything(Random& random) {
  const auto bits = [&random] {
    return static_cast<std::uint64_t>(random.Uniform(0.0, 4294967296.0)) << 32U |
           static_cast<std::uint64_t>(random.Uniform(0.0, 4294967296.0));
  };
  const auto number = [&bits] {
    const auto value = std::bit_cast<double>(bits());
    return std::isfinite(value) ? value : 0.1;
  };
  const auto small = [&bits] {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits()));
    return std::isfinite(value) ? value : 0.1F;
  };
  const auto maybe = [&]() -> std::optional<double> {
    if (bits() % 2 == 0) return std::nullopt;
    return number();
  };
  const auto text = [&bits] {
    static const std::string kPieces[] = {"\"", "\\", "\n", "\x01", "\x7f", "</b>", "ä",  "€",
                                          "😀",  "/",  "\t", "\r",   "\b",   "\f",   "ab", " "};
    std::string pieces;
    for (std::uint64_t left = bits() % 8; left > 0; --left) pieces += kPieces[bits() % 16];
    return pieces + std::string(1, '\0') + "x";
  };
  Result result{text(), text(), text(), text(), bits()};
  result.capture_time = WallTime(std::chrono::nanoseconds(static_cast<std::int64_t>(bits() / 2)));
  result.stage = static_cast<Stage>(bits() % 2);
  result.decided_by = static_cast<DecidedBy>(bits() % 3);
  result.reason = text();
  result.class_index = static_cast<int>(bits());
  result.label = text();
  result.confidence = small();
  result.total_ms = number();
  result.little_ms = number();
  result.round_trip_ms = maybe();
  result.cloud_queue_ms = maybe();
  result.cloud_compute_ms = maybe();
  result.cloud_take_ms = maybe();
  result.cloud_send_ms = maybe();
  result.deadline_ms = number();
  result.little_digest = text();
  result.big_digest = text();
  result.worker = text();
  result.little_class_index = static_cast<int>(bits());
  result.little_label = text();
  result.little_confidence = small();
  result.unlike_training = bits() % 2 == 0;
  result.little_head = static_cast<std::uint32_t>(bits());
  if (bits() % 2 == 0) result.truth = static_cast<int>(bits());
  result.resent = bits() % 2 == 0;
  return result;
}

TEST(ResultJsonTest, IsByteForByteWhatProtobufWrites) {
  Result result = Plain();
  EXPECT_EQ(Encode(result), ByProtobuf(result));
  // Protobuf puts optional fields behind the others, where docs/wire.md has them in their places.
  result.decided_by = DecidedBy::kBig;
  result.stage = Stage::kProvisional;
  result.round_trip_ms = 3.5;
  result.cloud_queue_ms = 0.0;
  result.cloud_compute_ms = 2.125;
  result.cloud_take_ms = 0.25;
  result.cloud_send_ms = 1e-7;
  result.big_digest = std::string(64, 'b');
  result.worker = "worker-1";
  result.truth = -3;
  result.unlike_training = result.resent = true;
  result.little_head = 1;
  EXPECT_EQ(Parsed(Encode(result)), Parsed(ByProtobuf(result)));
}

TEST(ResultJsonTest, EveryFieldComesBack) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const Result result = Anything(random);
    ExpectComesBack(result);
    EXPECT_EQ(Parsed(Encode(result)), Parsed(ByProtobuf(result))) << Encode(result);
    if (HasFailure()) break;
  }
}

TEST(ResultJsonTest, EscapesAsProtobufDoes) {
  Result result = Plain();
  for (int byte = 0; byte < 128; ++byte) result.reason += static_cast<char>(byte);
  EXPECT_EQ(Encode(result), ByProtobuf(result));
}

TEST(ResultJsonTest, TimesHaveAsManyDigitsAsTheyNeed) {
  for (const std::int64_t nanoseconds :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{1'000}, std::int64_t{1'001'000'000},
        std::int64_t{120'000'000}, std::int64_t{-1}, std::int64_t{951'782'400'000'000'000},
        std::int64_t{1'700'000'000'123'456'789}, std::int64_t{-2'208'988'800'000'000'000}}) {
    Result result = Plain();
    result.capture_time = WallTime(std::chrono::nanoseconds(nanoseconds));
    EXPECT_EQ(Encode(result), ByProtobuf(result)) << nanoseconds;
  }
}

TEST(ResultJsonTest, NumbersThatAreNoneAreStringsAsInProtobuf) {
  for (const double value : {std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(), std::nan("")}) {
    Result result = Plain();
    result.total_ms = value;
    result.confidence = static_cast<float>(value);
    EXPECT_EQ(Encode(result), ByProtobuf(result));
  }
}

// They come from nowhere: labels, replies and refusals are checked where they arrive.
TEST(ResultJsonTest, BytesThatAreNoTextDoNoHarm) {
  for (const char* bytes : {"\xff", "a\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                            "\xc0\xaf", "\x80z", "\xf0\x9f\x98"}) {
    Result result = Plain();
    result.reason = bytes;
    const auto decoded = DecodeResult(Encode(result), kJsonContent);
    ASSERT_TRUE(decoded.ok()) << Encode(result);
    EXPECT_THAT(decoded->reason, testing::HasSubstr("\xEF\xBF\xBD"));
    EXPECT_EQ(decoded->sequence, result.sequence);
  }
}

}  // namespace
}  // namespace biglittle::wire
