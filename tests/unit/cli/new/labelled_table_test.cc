#include "cli/new/labelled_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "tests/unit/cli/new/new_fixture.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class NewTableTest : public NewTest {
 protected:
  NewTableTest() {
    options_.cut.samples = 2;
    options_.csv.columns.clear();
    options_.table.label_column = "label";
  }

  void PutTable(const std::string& content) {
    Put("table.csv", content);
    options_.from = folder_.path() / "in" / "table.csv";
  }
  // The same, and what is said of it.
  void ExpectTableRefused(const std::string& content, const std::string& words) {
    std::ofstream(folder_.path() / "in" / "table.csv", std::ios::binary) << content;
    ExpectRefused(words);
  }
};

TEST_F(NewTableTest, NamesItsColumnsByTheHeader) {
  PutTable("x,label,y\n1,stuck,10\n2,stuck,20\n3,idle,30\n4,idle,40\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Array("X.npy").shape, (Shape{2, 2, 2}));
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(1, 2, 10, 20, 3, 4, 30, 40));
  EXPECT_THAT(Values<std::int32_t>("y.npy"), ElementsAre(1, 0));
  EXPECT_EQ(Text("labels.txt"), "idle\nstuck\n");
  EXPECT_THAT(out_.str(), HasSubstr("channels: x, y\n"));
}

TEST_F(NewTableTest, CountsItsColumnsWithoutAHeader) {
  options_.table.label_column = "3";
  PutTable("1,10,stuck\n2,20,stuck\n3,30,idle\n4,40,idle\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(1, 2, 10, 20, 3, 4, 30, 40));
}

TEST_F(NewTableTest, TakesTheChannelsThatAreNamed) {
  options_.csv.columns = {"y"};
  PutTable("x,label,y\nmonday,stuck,10\nmonday,stuck,20\n-,idle,30\n-,idle,40\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(10, 20, 30, 40));
}

TEST_F(NewTableTest, SkipsColumnsWithoutAHeader) {
  options_.table.label_column = "1";
  options_.csv.columns = {"_", "_", "y"};
  PutTable("stuck,noon,10\nstuck,noon,20\nidle,noon,30\nidle,noon,40\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(10, 20, 30, 40));
}

TEST_F(NewTableTest, LetsNoWindowGoAcrossLabels) {
  PutTable("v,label\n1,a\n2,a\n3,a\n4,b\n5,b\n6,a\n7,b\n8,a\n9,a\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(1, 2, 4, 5, 8, 9));
  EXPECT_THAT(Values<std::int32_t>("y.npy"), ElementsAre(0, 1, 0));
  EXPECT_THAT(out_.str(), HasSubstr("left out: 2 runs, first"));
}

TEST_F(NewTableTest, LetsNoWindowGoAcrossGroups) {
  options_.table.group_column = "who";
  PutTable("v,who,label\n1,eve,a\n2,eve,a\n3,eve,a\n4,bob,a\n5,bob,a\n6,eve,a\n7,eve,b\n8,eve,b\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(1, 2, 4, 5, 7, 8));
}

TEST_F(NewTableTest, AGroupIsASession) {
  options_.table.group_column = "who";
  std::string rows = "v,who,label\n";
  for (const std::string who : {"a", "b", "c", "d", "e", "a"}) {
    rows += "1," + who + ",x\n2," + who + ",x\n3," + who + ",y\n4," + who + ",y\n";
  }
  PutTable(rows);
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<std::int32_t>("groups.npy"), ElementsAre(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 0));
}

TEST_F(NewTableTest, AFileOfAFolderIsASession) {
  for (const std::string day : {"1", "2", "3", "4", "5"}) {
    Put(day + ".csv", day == "3" ? "label,v\nx,1\nx,2\n" : "v,label\n1,y\n2,y\n");
  }
  Put("notes.md", "cold");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<std::int32_t>("groups.npy"), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(Values<std::int32_t>("y.npy"), ElementsAre(1, 1, 0, 1, 1));
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(1, 2, 1, 2, 1, 2, 1, 2, 1, 2));
  EXPECT_THAT(out_.str(), HasSubstr("no tables, so passed over: 1, first"));
}

TEST_F(NewTableTest, EachFileBeginsAnew) {
  Put("1.csv", "v,label\n1,x\n2,y\n3,y\n");
  Put("2.csv", "v,label\n4,y\n5,x\n6,x\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(2, 3, 5, 6));
}

TEST_F(NewTableTest, RowsMayBeWindows) {
  options_.cut.samples = 1;
  PutTable("f1,f2,f3,label\n1,2,3,a\n4,5,6,b\n7,8,9,a\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Array("X.npy").shape, (Shape{3, 3, 1}));
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST_F(NewTableTest, SortsLabelsThatAreNumbersByTheirValue) {
  options_.cut.samples = 1;
  PutTable("v,label\n1,10\n2,9\n3,0\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Text("labels.txt"), "0\n9\n10\n");
  EXPECT_THAT(Values<std::int32_t>("y.npy"), ElementsAre(2, 1, 0));
}

TEST_F(NewTableTest, TakesTablesAsOfficeProgramsSaveThem) {
  options_.csv.delimiter = ';';
  options_.csv.decimal = ',';
  PutTable("\xef\xbb\xbf\"label\";\"v\"\r\n\"a\";1,5\r\n\"a\";2,5\r\n\r\n\"b\";3\r\n\"b\";4");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(1.5, 2.5, 3, 4));
}

TEST_F(NewTableTest, ABadRowIsAnErrorThatSaysWhere) {
  PutTable("");
  const std::string head = "x,y,label\n1,2,a\n3,4,a\n";
  const std::string file = options_.from.string();
  ExpectTableRefused(head + "5,b\n", file + ", line 4: the row has 2 columns, not 3\n");
  ExpectTableRefused(head + "5,6,7,b\n", "is a comma the decimal mark?");
  ExpectTableRefused(head + "5,NaN,b\n", ", line 4: 'NaN' of 'y' is no finite number");
  ExpectTableRefused(head + "1e39,6,b\n", ", line 4: '1e39' of 'x' is no finite number");
  ExpectTableRefused(head + "5,,b\n", ", line 4: '' of 'y' is no finite number");
  ExpectTableRefused(head + "5,6,\n", ", line 4: the label is empty");
  ExpectTableRefused(head + "5,6,b\x1b[2J\n", ", line 4: 'b\\x1b[2J' cannot be a label");
  options_.csv.delimiter = ';';
  ExpectTableRefused("x;label\n1,5;a\n", "'1,5' of 'x' is no finite number: where a comma");
  options_.csv.delimiter = ',';
  options_.table.group_column = "x";
  ExpectTableRefused(head + " ,6,b\n", ", line 4: the group is empty");
}

TEST_F(NewTableTest, BadRowsMayBeGaps) {
  options_.table.skip_bad_rows = true;
  PutTable("v,label\n,a\n1,a\nNaN,a\n2,a\n3,a\n4,b\n5,\n6,b\n7,b\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(2, 3, 6, 7));
  EXPECT_THAT(out_.str(), HasSubstr("lines that are no samples: 3"));
}

TEST_F(NewTableTest, RefusesColumnsThatAreNotThere) {
  PutTable("");
  const std::string rows = "x,y,label\n1,2,a\n3,4,b\n";
  options_.table.label_column = "lable";
  ExpectTableRefused(rows, "line 1: the header has no column 'lable' (did you mean 'label'?)");
  options_.table.label_column = "4";
  ExpectTableRefused("1,2,a\n3,4,b\n", "there is no column '4': a row has 3");
  options_.table = {.label_column = "label", .group_column = "who"};
  ExpectTableRefused(rows, "the header has no column 'who'");
  options_.table.group_column = "label";
  ExpectTableRefused(rows, "--label-column and --group-column are the same");
  options_.table.group_column.clear();
  options_.csv.columns = {"x", "z"};
  ExpectTableRefused(rows, "the header has no column 'z'");
  options_.csv.columns = {"x", "label"};
  ExpectTableRefused(rows, "--columns names 'label', which is the label or the group");
  options_.csv.columns.clear();
  ExpectTableRefused("label\na\nb\n", "no column is left for a channel");
  ExpectTableRefused("x,label,label\n1,a,b\n", "the header has two columns 'label'");
  options_.table.label_column = "2";
  options_.csv.columns = {"x"};
  ExpectTableRefused("1,a\n2,b\n", "--columns names 1 columns, a row has 2");
}

TEST_F(NewTableTest, RefusesTablesWithoutTwoClasses) {
  PutTable("");
  ExpectTableRefused("", "table.csv: it has no samples");
  ExpectTableRefused("v,label\n", "table.csv: it has no samples");
  ExpectTableRefused("v,label\n1,a\n2,a\n", "all rows have the label 'a'; there must be 2");
  ExpectTableRefused("v,label\n1,a\n2,a\n3,b\n", "no recording of 'b' is as long as a window");
}

TEST_F(NewTableTest, RefusesWhatIsNoTable) {
  ExpectRefused("in: no such file");
  Put("notes.md", "");
  ExpectRefused("in has no tables: .csv or .txt files");
  options_.from = folder_.path() / "in" / "none.csv";
  ExpectRefused("none.csv: ");
  options_.from = folder_.path() / "in" / "notes.md";
  options_.table = {};
  ExpectRefused("of a table, pass --label-column");
}

TEST_F(NewTableTest, TheChannelsOfAllTablesAreThoseOfTheFirst) {
  Put("1.csv", "x,label\n1,a\n2,a\n");
  Put("2.csv", "x,y,label\n1,2,b\n3,4,b\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Values<float>("X.npy"), ElementsAre(1, 2, 1, 3));
  EXPECT_THAT(out_.str(), HasSubstr("channels: x\n"));
}

}  // namespace
}  // namespace biglittle
