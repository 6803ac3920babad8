#include "device_agent/sources/formats/ndjson_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/device_agent/sources/formats/collected_frames.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const NdjsonFormat kXy{{"/acc/x", "/acc/y"}};

CollectedFrames Read(const NdjsonFormat& format, std::string_view text) {
  NdjsonFrames reader(format);
  return ReadWhole(reader, text);
}

TEST(NdjsonFrames, ReadsAFieldAChannel) {
  const CollectedFrames found =
      Read(kXy, "{\"acc\":{\"x\":1,\"y\":-2.5},\"t\":7}\r\n\n{\"acc\":{\"y\":4,\"x\":3}}");
  EXPECT_THAT(found.values, ElementsAre(1, -2.5, 3, 4));
  EXPECT_THAT(found.reasons, IsEmpty());
}

TEST(NdjsonFrames, AnArrayIsThatManyFrames) {
  EXPECT_THAT(Read(kXy, "{\"acc\":{\"x\":[1,2,3],\"y\":[4,5,6]}}\n").values,
              ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(Read({{""}}, "[7,8]\n9\n").values, ElementsAre(7, 8, 9));
}

TEST(NdjsonFrames, ATimeIsThatOfTheLastFrame) {
  NdjsonFrames reader({.fields = {"/x"}, .time = "/t", .time_unit = TimeUnit::kMicroseconds});
  const CollectedFrames found = ReadWhole(reader, R"({"x": [1, 2], "t": 3000000})"
                                                  "\n"
                                                  R"({"x": 3})"
                                                  "\n"
                                                  R"({"x": 4, "t": null})"
                                                  "\n"
                                                  R"({"x": 5, "t": "2026-01-01"})"
                                                  "\n");
  EXPECT_THAT(found.values, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(found.times, ElementsAre(3));
  EXPECT_EQ(found.no_times.size(), 3U);
  EXPECT_THAT(found.reasons, IsEmpty());
}

TEST(NdjsonFrames, AnArrayOfTimesIsATimeAFrame) {
  NdjsonFrames reader({.fields = {"/x"}, .time = "/t"});
  const CollectedFrames found = ReadWhole(reader, R"({"x": [1, 2], "t": [10, 20]})"
                                                  "\n"
                                                  R"({"x": [3, 4], "t": [30]})"
                                                  "\n");
  EXPECT_THAT(found.values, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(found.times, ElementsAre(10, 20));
  EXPECT_EQ(found.no_times.size(), 1U);
}

TEST(NdjsonFrames, RefusesWhatIsNoFrameAndGoesOn) {
  const CollectedFrames found = Read(kXy,
                                     "{\"acc\":{\"x\":1\n"
                                     "{\"acc\":{\"x\":1}}\n"
                                     "{\"acc\":{\"x\":1,\"y\":null}}\n"
                                     "{\"acc\":{\"x\":1,\"y\":\"2\"}}\n"
                                     "{\"acc\":{\"x\":1,\"y\":1e300}}\n"
                                     "{\"acc\":{\"x\":[1,2],\"y\":[1]}}\n"
                                     "[1,2]\n"
                                     "{\"acc\":{\"x\":1,\"y\":2}}\n");
  EXPECT_THAT(found.values, ElementsAre(1, 2));
  EXPECT_THAT(found.reasons,
              ElementsAre("json", "missing", "number", "number", "number", "lengths", "missing"));
  EXPECT_THAT(found.said[1], HasSubstr("has no /acc/y"));
}

TEST(NdjsonFrames, RefusesWhatIsNestedTooDeep) {
  const std::string deep(20'000, '[');
  EXPECT_THAT(Read(kXy, deep + "\n{\"acc\":{\"x\":1,\"y\":2}}\n").reasons, ElementsAre("json"));
  EXPECT_THAT(Read({{""}}, std::string(40, '[') + "1" + std::string(40, ']') + "\n").reasons,
              ElementsAre("json"));
}

TEST(NdjsonFrames, WantsPointers) {
  EXPECT_TRUE(NdjsonFrames::Check(kXy).ok());
  EXPECT_TRUE(NdjsonFrames::Check({{"", "/a~1b/0"}}).ok());
  EXPECT_EQ(NdjsonFrames::Check({{"acc.x"}}).message(),
            "'fields' must be JSON pointers like /acceleration/x, not 'acc.x'");
}

TEST(NdjsonFrames, HoweverItIsCutItSaysTheSame) {
  const std::string text = "{\"acc\":{\"x\":1,\"y\":2}}\nno\n{\"acc\":{\"x\":[3],\"y\":[4]}}";
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    NdjsonFrames reader(kXy);
    const CollectedFrames pieces = ReadInPieces(reader, text, random);
    EXPECT_THAT(pieces.values, ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(pieces.reasons, ElementsAre("json"));
  }
}

}  // namespace
}  // namespace biglittle
