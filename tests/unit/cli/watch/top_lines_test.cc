#include "cli/watch/top_lines.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/display_width.h"
#include "tests/unit/cli/watch/watch_fixture.h"

namespace biglittle {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// A line as a terminal shows it.
std::string TextOf(const ScreenLine& line) {
  std::string text;
  for (const ScreenText& part : line) {
    const std::size_t at = DisplayWidth(text);
    EXPECT_LE(at, part.column) << text << " runs into " << part.text;
    text.append(part.column - std::min(at, part.column), ' ');
    text += part.text;
  }
  return text;
}

class TopLinesTest : public WatchFixture {
 protected:
  std::vector<std::string> Lines(ScreenSize size = {120, 24}) {
    std::vector<std::string> texts;
    for (const ScreenLine& line : TopLines(fleet_, view_, now_, size)) {
      texts.push_back(TextOf(line));
      EXPECT_LE(DisplayWidth(texts.back()), size.columns) << texts.back();
    }
    EXPECT_LE(texts.size(), size.rows);
    return texts;
  }
  // The names, in their order.
  std::vector<std::string> Names(ScreenSize size = {120, 24}) {
    std::vector<std::string> names;
    const auto lines = Lines(size);
    for (std::size_t i = 3; i + 1 < lines.size(); ++i) {
      const std::size_t begin = lines[i].find(' ') + 1;
      names.push_back(lines[i].substr(begin, lines[i].find(' ', begin) - begin));
    }
    return names;
  }
  void MakePlant() {
    for (const char* id : {"pump-1", "pump-2", "pump-10", "pump-17"}) {
      Say(id, wire::State::kOnline);
      Settle(id, "healthy", now_ - hours(73));
    }
    SayOfWorker("worker-1", wire::State::kOnline);
    Settle("pump-10", "outer_race_severe", now_ - seconds(192), true);
    Say("pump-17", wire::State::kOffline);
    Decide("pump-2", wire::DecidedBy::kLittle, 59);
    Decide("pump-2", wire::DecidedBy::kBig, 41);
    Pass(minutes(12));
  }

  TopView view_;
};

TEST_F(TopLinesTest, WaitsForAFleet) {
  EXPECT_THAT(Lines(), ElementsAre("Waiting for the fleet", "0 devices · 0 workers",
                                   HasSubstr("device  state"),
                                   "trouble first · s: another order · q: quit"));
}

TEST_F(TopLinesTest, SaysWhetherAllIsWellThenEachDevice) {
  MakePlant();
  const auto lines = Lines({140, 24});
  ASSERT_EQ(lines.size(), 8U);
  EXPECT_EQ(
      lines[0],
      "All well but three: ▲ pump-10 outer race, severe for 15 min · ○ pump-17 offline for 12 "
      "min · △ pump-2 escalates 41 % (tuning promised 13 %)");
  EXPECT_EQ(lines[1], "4 devices · 1 worker");
  EXPECT_EQ(lines[2],
            "  device   state                               since  decided by  escalated "
            " round trip  fallbacks     last seen");
  EXPECT_THAT(lines[3], StartsWith("▲ pump-10  outer race, severe "));
  EXPECT_THAT(lines[4], StartsWith("○ pump-17  offline "));
  EXPECT_EQ(lines[5],
            "△ pump-2   healthy                               3 d     59/41/0       41 % "
            "     1.6 ms          0    12 min ago");
  EXPECT_THAT(lines[6], StartsWith("● pump-1   healthy "));
  EXPECT_EQ(lines[7], "trouble first · s: another order · q: quit");
}

TEST_F(TopLinesTest, HasThreeOrders) {
  MakePlant();
  EXPECT_THAT(Names(), ElementsAre("pump-10", "pump-17", "pump-2", "pump-1"));
  view_.order = NextOrder(view_.order);
  EXPECT_THAT(Names(), ElementsAre("pump-1", "pump-2", "pump-10", "pump-17"));
  view_.order = NextOrder(view_.order);
  EXPECT_THAT(Names(), ElementsAre("pump-2", "pump-1", "pump-10", "pump-17"));
  EXPECT_EQ(NextOrder(view_.order), TopOrder::kTrouble);
}

TEST_F(TopLinesTest, CountsWhatHasNoRoom) {
  for (int i = 0; i < 412; ++i) Say(fmt::format("pump-{}", i), wire::State::kOnline);
  Say("pump-400", wire::State::kOffline);
  const auto lines = Lines({80, 10});
  EXPECT_EQ(lines.size(), 10U);
  EXPECT_THAT(lines[3], StartsWith("○ pump-400"));
  EXPECT_THAT(lines.back(), StartsWith("406 more not shown · "));
}

TEST_F(TopLinesTest, FitsIntoEveryTerminal) {
  MakePlant();
  Say("a-device-of-a-name-that-is-longer-than-there-is-room-for-it", wire::State::kOnline);
  Say("\xe5\x86\xb2\xe5\x8e\x8b\xe6\x9c\xba-1", wire::State::kOnline);
  Apply(ResultOf("pump-1", 999, "\xe5\xa4\x96\xe5\x9c\x88\xe5\xa4\x96\xe5\x9c\x88"));
  view_.log = "a line of the log";
  for (std::size_t columns = 1; columns < 150; ++columns) Lines({columns, 24});
  for (std::size_t rows = 0; rows < 12; ++rows) Lines({80, rows});
  EXPECT_THAT(Lines({80, 2}), ElementsAre(StartsWith("All well but"), StartsWith("6 more not")));
  // The state is the last to go.
  EXPECT_THAT(Lines({40, 24})[3], StartsWith("▲ pump-10"));
}

TEST_F(TopLinesTest, NamesAsManyAsThereIsRoomFor) {
  for (int i = 0; i < 7; ++i) Say(fmt::format("pump-{}", i), wire::State::kOffline);
  SayOfWorker("worker-1", wire::State::kOffline);
  SayOfWorker("worker-2", wire::State::kOnline);
  EXPECT_EQ(Lines({200, 24})[0],
            "All well but eight: ○ worker-1 offline for 0 s · ○ pump-0 offline for 0 s · "
            "○ pump-1 offline for 0 s · ○ pump-2 offline for 0 s · and four more");
  EXPECT_EQ(Lines({70, 24})[0], "All well but eight: ○ worker-1 offline for 0 s · and seven more");
  SayOfWorker("worker-2", wire::State::kOffline);
  EXPECT_THAT(Lines()[0], StartsWith("Nothing is well: "));
}

TEST_F(TopLinesTest, FiltersTheLinesNotTheSentence) {
  MakePlant();
  view_.label = "outer_race_severe";
  EXPECT_THAT(Names(), ElementsAre("pump-10"));
  EXPECT_THAT(Lines()[0], StartsWith("All well but three"));
  EXPECT_EQ(Lines()[1], "1 of 4 devices · 1 worker");
  view_.label.clear();
  view_.since = now_ - hours(1);
  EXPECT_THAT(Names(), testing::UnorderedElementsAre("pump-10", "pump-17", "pump-1", "pump-2"))
      << "they came online while we looked";
}

TEST_F(TopLinesTest, SaysWhatIsNotShown) {
  Say("pump-1", wire::State::kOnline);
  view_.expected = 3;
  view_.dropped = 2;
  Apply(topics_.Result("pump-1"), "{\x1b[2J");
  EXPECT_THAT(
      Lines({200, 24})[1],
      StartsWith("1 device · 0 workers · 2 of the fleet file not heard of · 2 came too fast "
                 "· 1 message refused, the last: biglittle/v1/plant/devices/pump-1/result"));
  view_.trouble = "no connection to the broker at tcp://127.0.0.1:1";
  view_.log = "the broker refuses a subscription";
  EXPECT_EQ(Lines()[0],
            "Not connected: no connection to the broker at tcp://127.0.0.1:1; what is shown is of "
            "before");
  EXPECT_EQ(Lines()[4], "log: the broker refuses a subscription");
}

}  // namespace
}  // namespace biglittle
