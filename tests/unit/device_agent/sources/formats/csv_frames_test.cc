#include "device_agent/sources/formats/csv_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/device_agent/sources/formats/collected_frames.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CollectedFrames Read(const CsvFormat& format, std::string_view text) {
  CsvFrames reader(format);
  return ReadWhole(reader, text);
}

const CsvFormat kXyz{.columns = {"x", "y", "z"}};

TEST(CsvFrames, ReadsLinesOfNumbers) {
  const CollectedFrames found = Read(kXyz, "1,2,3\r\n -4.5 , +5e-1 ,\"6\"\n\n# a remark\n7,8,9");
  EXPECT_THAT(found.values, ElementsAre(1, 2, 3, -4.5, 0.5, 6, 7, 8, 9));
  EXPECT_THAT(found.reasons, IsEmpty());
}

TEST(CsvFrames, SkipsColumnsThatAreNoChannel) {
  CsvFrames reader({.columns = {"_", "x", "_", "y"}});
  EXPECT_EQ(reader.channels(), 2U);
  EXPECT_THAT(ReadWhole(reader, "12:30:00,1,ok,2\n").values, ElementsAre(1, 2));
}

TEST(CsvFrames, FindsTheColumnsOfAHeader) {
  CsvFormat format{.columns = {"y", "x"}, .header = true};
  const CollectedFrames found = Read(format, "t,x,y\n0,1,2\nt,x,y\n1,3,4\n");
  EXPECT_THAT(found.values, ElementsAre(2, 1, 4, 3));
  EXPECT_THAT(found.reasons, IsEmpty());
}

TEST(CsvFrames, ATimeIsNoChannel) {
  CsvFormat format{.columns = {"t", "_", "x"}, .time = "t", .time_unit = TimeUnit::kMilliseconds};
  CsvFrames reader(format);
  EXPECT_EQ(reader.channels(), 1U);
  const CollectedFrames found = ReadWhole(reader, "1500,9,1\nnoon,9,2\n,9,3\nnan,9,4\n2500,9,x\n");
  EXPECT_THAT(found.values, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(found.times, ElementsAre(1.5));
  ASSERT_EQ(found.no_times.size(), 3U);
  EXPECT_EQ(found.no_times[0], "'noon' is no time, in the line 'noon,9,2'");
  EXPECT_THAT(found.reasons, ElementsAre("number"));
}

TEST(CsvFrames, FindsTheTimeInTheHeader) {
  CsvFrames reader({.columns = {"x"}, .header = true, .time = "t"});
  const CollectedFrames found = ReadWhole(reader, "x,t\n1,10\n2,11.5\n");
  EXPECT_THAT(found.values, ElementsAre(1, 2));
  EXPECT_THAT(found.times, ElementsAre(10, 11.5));
  CsvFrames other({.columns = {"x"}, .header = true, .time = "when"});
  CollectedFrames nothing;
  EXPECT_EQ(other.Read("x,t\n", nothing).message(),
            "the header has no column 'when': it is 'x,t'; mend 'time', or 'header: false'");
}

TEST(CsvFrames, WithoutAHeaderTheColumnsNameTheTime) {
  EXPECT_TRUE(CsvFrames::Check({.columns = {"t", "x"}, .time = "t"}).ok());
  EXPECT_TRUE(CsvFrames::Check({.columns = {"x"}, .header = true, .time = "t"}).ok());
  EXPECT_EQ(CsvFrames::Check({.columns = {"x"}, .time = "t"}).message(),
            "the 'time' 't' is none of the 'columns': without a 'header' they name it too");
  EXPECT_FALSE(CsvFrames::Check({.columns = {"_", "x"}, .time = "_"}).ok());
}

TEST(CsvFrames, AHeaderWithoutAColumnEndsTheReading) {
  CsvFrames reader({.columns = {"x", "w"}, .header = true});
  CollectedFrames found;
  EXPECT_EQ(reader.Read("x,y\n1,2\n", found).message(),
            "the header has no column 'w': it is 'x,y'; mend 'columns', or 'header: false'");
  EXPECT_THAT(found.values, IsEmpty());
}

TEST(CsvFrames, TakesADecimalCommaWhereItIsSaid) {
  const CsvFormat format{.columns = {"x", "y"}, .delimiter = ';', .decimal = ','};
  EXPECT_THAT(Read(format, "1,5;-2,25\n").values, ElementsAre(1.5, -2.25));
  EXPECT_THAT(Read(format, "1.5;2\n").reasons, ElementsAre("number"));
}

TEST(CsvFrames, WhiteSpaceMayDelimit) {
  const CsvFormat format{.columns = {"x", "y"}, .delimiter = ' '};
  EXPECT_THAT(Read(format, "  1 \t 2\n3  4\n").values, ElementsAre(1, 2, 3, 4));
}

TEST(CsvFrames, RefusesWhatIsNoFrameAndGoesOn) {
  const CollectedFrames found =
      Read(kXyz, "1,2\n1,2,3,4\n1,nan,3\n1,inf,3\n1,1e40,3\n1,,3\n1,2x,3\n1;2;3\n7,8,9\n");
  EXPECT_THAT(found.values, ElementsAre(7, 8, 9));
  EXPECT_THAT(found.reasons, ElementsAre("columns", "columns", "number", "number", "number",
                                         "number", "number", "columns"));
  EXPECT_EQ(found.said[0], "a line has 2 columns, not 3: '1,2'");
  EXPECT_EQ(found.said[6], "'2x' is no finite number, in the line '1,2x,3'");
}

TEST(CsvFrames, ALineWithoutEndTakesNoMemory) {
  CsvFrames reader(kXyz);
  CollectedFrames found;
  const std::string noise(LineSplitter::kMaxLineBytes / 2 + 1, '7');
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(reader.Read(noise, found).ok());
  EXPECT_THAT(found.reasons, ElementsAre("line"));
  ASSERT_TRUE(reader.Read("\n1,2,3\n", found).ok());
  EXPECT_THAT(found.values, ElementsAre(1, 2, 3));
  EXPECT_THAT(found.reasons, ElementsAre("line"));
}

TEST(CsvFrames, HalfALineIsForgottenByReset) {
  CsvFrames reader(kXyz);
  CollectedFrames found;
  ASSERT_TRUE(reader.Read("1,2", found).ok());
  reader.Reset();
  ASSERT_TRUE(reader.Read("4,5,6\n", found).ok());
  EXPECT_THAT(found.values, ElementsAre(4, 5, 6));
}

TEST(CsvFrames, HoweverItIsCutItSaysTheSame) {
  const std::string text = "t,x\n0,1.5\r\n1,-2\nbad\n3,4e2\n\n5,";
  const CsvFormat format{.columns = {"x"}, .header = true};
  const CollectedFrames whole = Read(format, text);
  EXPECT_THAT(whole.values, ElementsAre(1.5, -2, 400));
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    CsvFrames reader(format);
    const CollectedFrames pieces = ReadInPieces(reader, text, random);
    EXPECT_EQ(pieces.values, whole.values);
    EXPECT_EQ(pieces.reasons, whole.reasons);
  }
}

}  // namespace
}  // namespace biglittle
