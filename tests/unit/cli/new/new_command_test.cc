#include "cli/new/new_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <span>

#include "device_agent/sources/arrays/npy_file.h"
#include "tests/unit/cli/new/new_fixture.h"
#include "tests/unit/cli/new/wav_bytes.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(NewTest, CutsEachRecordingAndNumbersItsClass) {
  Put("b/one.csv", Lines(100, 5));
  Put("a/one.csv", Lines(0, 8));
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Array("X.npy").shape, (Shape{3, 1, 4}));
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 103));
  EXPECT_THAT(Values<std::int32_t>("y.npy"), ElementsAre(0, 0, 1));
  EXPECT_EQ(Text("labels.txt"), "a\nb\n");
  EXPECT_THAT(out_.str(), HasSubstr("./biglittle train --task valve --data"));
}

TEST_F(NewTest, OverlapsWindowsByTheHop) {
  options_.cut.hop = 2;
  Put("a/one.csv", Lines(0, 8));
  Put("b/one.csv", Lines(0, 4));
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 0, 1, 2, 3));
}

TEST_F(NewTest, FillsShortRecordingsUpWhereItIsAskedFor) {
  Put("a/one.csv", Lines(1, 2));
  Put("b/one.csv", Lines(1, 4));
  options_.cut.pad = true;
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(0, 1, 2, 0, 1, 2, 3, 4));
}

TEST_F(NewTest, LaysChannelsOneAfterTheOther) {
  Put("a/one.csv", "t,x,y\n9,1,10\n9,2,20\n9,3,30\n9,4,40\n");
  Put("b/one.csv", "y,t,x\n50,9,5\n60,9,6\n70,9,7\n80,9,8\n");
  options_.csv = {.columns = {"x", "y"}, .header = true};
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Array("X.npy").shape, (Shape{2, 2, 4}));
  EXPECT_THAT(Values<float>("X.npy"),
              ElementsAre(1, 2, 3, 4, 10, 20, 30, 40, 5, 6, 7, 8, 50, 60, 70, 80));
}

TEST_F(NewTest, TakesLinesAsOfficeProgramsSaveThem) {
  options_.csv = {.columns = {}, .delimiter = ';', .decimal = ','};
  Put("a/one.csv",
      "\xef\xbb\xbf"
      "1,5;10\r\n2;20\r\n3;30\r\n4;40\r\n");
  Put("b/one.csv", "1;2\n3;4\n5;6\n7;8\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Values<float>("X.npy").at(0), 1.5F);
}

TEST_F(NewTest, CountsColumnsAtAnyWhiteSpace) {
  options_.csv.delimiter = ' ';
  Put("a/one.txt", "1  2\n3 4\n5\t6\n7 8\n");
  Put("b/one.txt", "1 2\n3 4\n5 6\n7 8\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Array("X.npy").shape, (Shape{2, 2, 4}));
}

TEST_F(NewTest, KeepsWholeNumbersOfSound) {
  Put("a/one.WAV", WavBytes({}, {1, 2, 3, 0xFFFF}));
  Put("b/one.wav", WavBytes({}, {5, 6, 7, 8}));
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Array("X.npy").type, ElementType::kInt16);
  EXPECT_THAT(Values<std::int16_t>("X.npy"), ElementsAre(1, 2, 3, -1, 5, 6, 7, 8));
}

TEST_F(NewTest, TakesArraysOfSamplesAndChannels) {
  std::filesystem::create_directories(options_.from / "a");
  const std::vector<std::int16_t> values{1, 10, 2, 20, 3, 30, 4, 40};
  ASSERT_TRUE(WriteNpy(options_.from / "a" / "one.npy", ElementType::kInt16, {4, 2},
                       std::as_bytes(std::span(values)))
                  .ok());
  Put("b/one.csv", "1,2\n3,4\n5,6\n7,8\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Array("X.npy").type, ElementType::kFloat32);
  EXPECT_THAT(Values<float>("X.npy"),
              ElementsAre(1, 2, 3, 4, 10, 20, 30, 40, 1, 3, 5, 7, 2, 4, 6, 8));
}

TEST_F(NewTest, LetsNoWindowGoAcrossALineThatIsNoSample) {
  Put("a/one.csv", Lines(0, 3) + "nonsense\n" + Lines(10, 5));
  Put("b/one.csv", Lines(0, 4));
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(10, 11, 12, 13, 0, 1, 2, 3));
  EXPECT_THAT(out_.str(), HasSubstr("lines that are no samples: 1"));
}

TEST_F(NewTest, LetsNoWindowHaveWhatIsNoNumber) {
  const std::uint32_t nan = std::bit_cast<std::uint32_t>(std::numeric_limits<float>::quiet_NaN());
  const auto one = std::bit_cast<std::uint32_t>(1.0F);
  Put("a/one.wav", WavBytes({.kind = 3, .bits = 32}, {one, nan, one, one, one, one}));
  Put("b/one.wav", WavBytes({.kind = 3, .bits = 32}, {one, one, one, one}));
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), testing::Each(1.0F));
}

TEST_F(NewTest, GroupsTheRecordingsOfASession) {
  for (const std::string session :
       {"a/monday/1.csv", "a/monday/2.csv", "a/3.csv", "b/4.csv", "b/5.csv", "b/6.csv"}) {
    Put(session, Lines(0, 4));
  }
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<std::int32_t>("groups.npy"), ElementsAre(0, 1, 1, 2, 3, 4));
}

TEST_F(NewTest, TakesFoldersOfOneNameForOneSession) {
  for (const std::string session : {"alice", "bob", "eve", "ivan", "zoe"}) {
    Put("a/" + session + "/1.csv", Lines(0, 4));
    Put("b/" + session + "/1.csv", Lines(0, 4));
  }
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<std::int32_t>("groups.npy"), ElementsAre(0, 1, 2, 3, 4, 0, 1, 2, 3, 4));
}

TEST_F(NewTest, SaysWhatTooFewSessionsMean) {
  Put("a/one.csv", Lines(0, 4));
  Put("b/one.csv", Lines(0, 4));
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_FALSE(std::filesystem::exists(options_.out / "groups.npy"));
  EXPECT_THAT(out_.str(), HasSubstr("no groups.npy: with 2 sessions"));
}

TEST_F(NewTest, SaysWhatItLeavesOut) {
  Put("a/one.csv", Lines(0, 4));
  Put("a/short.csv", Lines(0, 3));
  Put("a/NOTES.md", "cold");
  Put("a/.hidden", "");
  Put("b/one.csv", Lines(0, 4));
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("left out: 1 recordings, first " +
                                    (options_.from / "a" / "short.csv").string()));
  EXPECT_THAT(out_.str(), HasSubstr("passed over: 1, first"));
  EXPECT_THAT(out_.str(), Not(HasSubstr(".hidden")));
}

TEST_F(NewTest, RefusesAnotherRateUnlessItMayResample) {
  Put("a/one.wav", WavBytes({.rate_hz = 1000}, std::vector<std::uint32_t>(400, 3)));
  Put("b/one.wav", WavBytes({.rate_hz = 2000}, std::vector<std::uint32_t>(400, 3)));
  ExpectRefused("one.wav: it has 2000 Hz, those before it 1000; pass --resample");
  options_.cut.resample = true;
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  const std::vector<std::int32_t> truth = Values<std::int32_t>("y.npy");
  EXPECT_EQ(std::ranges::count(truth, 0), 100);
  // Half as many, less those that the resampling filter holds back at the end.
  EXPECT_LE(std::ranges::count(truth, 1), 50);
  EXPECT_GE(std::ranges::count(truth, 1), 40);
  EXPECT_EQ(Array("X.npy").type, ElementType::kFloat32);
}

TEST_F(NewTest, MeasuresWindowsInMillisecondsAtTheRate) {
  options_.cut.samples.reset();
  options_.cut.length_ms = 5;
  Put("a/one.csv", Lines(0, 5));
  Put("b/one.csv", Lines(0, 5));
  ExpectRefused("pass --rate-hz, or --samples");
  options_.cut.rate_hz = 1000;
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Array("X.npy").shape, (Shape{2, 1, 5}));
}

TEST_F(NewTest, WritesNothingOver) {
  Put("a/one.csv", Lines(0, 4));
  Put("b/one.csv", Lines(0, 4));
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), HasSubstr("X.npy is there already"));
}

TEST_F(NewTest, RefusesAClassWithoutWindows) {
  Put("a/one.csv", Lines(0, 4));
  Put("b/one.csv", Lines(0, 3));
  ExpectRefused("no recording of 'b' is as long as a window of 4 samples");
  Put("a/one.csv", Lines(0, 3));
  ExpectRefused("no recording is as long as a window of 4 samples");
}

TEST_F(NewTest, RefusesFoldersThatAreNoClasses) {
  ExpectRefused("in cannot be read");
  Put("a/one.csv", Lines(0, 4));
  ExpectRefused("has 1 folders; it must have one for each class");
  Put("b/readme.md", "");
  ExpectRefused("b has no recordings");
  std::filesystem::remove_all(options_.from / "b");
  Put("b\x1b[2J/one.csv", Lines(0, 4));
  ExpectRefused("cannot be a label");
}

TEST_F(NewTest, RefusesFilesThatItCannotRead) {
  Put("a/one.csv", Lines(0, 4));
  Put("b/one.csv", "no number at all\n");
  ExpectRefused("one.csv: ");
  Put("b/one.csv", "1,2\n3,4\n5,6\n7,8\n");
  ExpectRefused("one.csv: it has 2 channels, those before it 1");
  Put("b/one.csv", "");
  ExpectRefused("one.csv: it has no samples");
}

TEST_F(NewTest, RefusesOptionsThatMeanNothing) {
  options_.task = "My Task";
  ExpectRefused("'My Task' cannot be a task's name");
  options_.task = "valve";
  options_.csv.header = true;
  ExpectRefused("--header needs --columns");
  options_.csv = {.columns = {}};
  options_.table.group_column = "who";
  ExpectRefused("--group-column and --skip-bad-rows are of a table");
  options_.table = {};
  options_.csv = {.columns = {"_", "_"}};
  ExpectRefused("--columns names no channel");
  options_.cut.samples.reset();
  ExpectRefused("Pass --samples or --length-ms");
}

}  // namespace
}  // namespace biglittle
