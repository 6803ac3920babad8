#include "device_agent/results/result_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "device_agent/results/sqlite.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temporary_folder.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ResultStoreTest : public testing::Test {
 protected:
  ResultStore Open(ResultStore::Limits limits = {}) {
    auto store = ResultStore::Open(file_, limits, clock_);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  static std::vector<ResultKey> Keys(ResultStore& store, ResultKey from = 0) {
    std::vector<ResultKey> keys;
    const auto rows = store.From(from, 1000);
    EXPECT_TRUE(rows.ok());
    for (const auto& row : *rows) keys.push_back(row.key);
    return keys;
  }

  // As another program would.
  void Change(const std::string& sql) const {
    auto database = SqliteDatabase::Open(file_.string());
    ASSERT_TRUE(database.ok());
    const absl::Status status = database->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }

  FakeClock clock_;
  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "state" / "pump.sqlite";
};

TEST_F(ResultStoreTest, KeepsWhatItWasGivenAcrossItsOwnEnd) {
  const std::string payload("a\0b", 3);
  {
    ResultStore store = Open();
    EXPECT_EQ(store.next_sequence(), 0U);
    ASSERT_TRUE(store.Put(FinalKey(0), false, payload).ok());
    ASSERT_TRUE(store.Put(FinalKey(4), true, "open").ok());
    ASSERT_TRUE(store.Put(ProvisionalKey(4), false, "now").ok());
    ASSERT_TRUE(store.Put(FinalKey(2), false, "later").ok());
  }
  ResultStore store = Open();
  EXPECT_EQ(store.next_sequence(), 5U);
  EXPECT_EQ(store.rows(), 4U);
  EXPECT_EQ(store.open_rows(), 1U);
  EXPECT_EQ(store.bytes(), 3 + 4 + 3 + 5 + 4 * ResultStore::kRowOverhead);
  EXPECT_THAT(Keys(store), ElementsAre(FinalKey(0), FinalKey(2), ProvisionalKey(4)));
  EXPECT_THAT(Keys(store, FinalKey(2)), ElementsAre(FinalKey(2), ProvisionalKey(4)));
  EXPECT_EQ(store.From(0, 1)->front().payload, payload);
  EXPECT_EQ(store.OpenRows(0, 9)->front().payload, "open");
}

TEST_F(ResultStoreTest, NoSequenceNumberComesTwiceEvenWhenAllRowsAreGone) {
  {
    ResultStore store = Open();
    ASSERT_TRUE(store.Put(FinalKey(7), false, "x").ok());
    const std::vector<ResultKey> keys{FinalKey(7), FinalKey(99)};
    ASSERT_TRUE(store.Remove(keys).ok());
    EXPECT_EQ(store.rows(), 0U);
    EXPECT_EQ(store.bytes(), 0U);
  }
  EXPECT_EQ(Open().next_sequence(), 8U);
}

// As after a power cut that the counter did not outlive, or with a file that an older program
// wrote.
TEST_F(ResultStoreTest, NoSequenceNumberOfARowComesTwiceEvenWhenTheCounterIsBehind) {
  for (const char* change : {"UPDATE next_sequence SET value = 3", "DELETE FROM next_sequence"}) {
    for (const ResultKey last : {FinalKey(7), ProvisionalKey(7)}) {
      TemporaryFolder folder;
      const std::filesystem::path file = folder.path() / "pump.sqlite";
      {
        auto store = ResultStore::Open(file, {}, clock_);
        ASSERT_TRUE(store.ok()) << store.status();
        ASSERT_TRUE(store->Put(FinalKey(5), false, "x").ok());
        ASSERT_TRUE(store->Put(last, false, "y").ok());
      }
      {
        auto database = SqliteDatabase::Open(file.string());
        ASSERT_TRUE(database.ok());
        ASSERT_TRUE(database->Execute(change).ok());
      }
      auto store = ResultStore::Open(file, {}, clock_);
      ASSERT_TRUE(store.ok()) << store.status();
      EXPECT_EQ(store->next_sequence(), 8U) << change << ", row " << last;
      EXPECT_FALSE(store->put_aside().has_value());
    }
  }
}

TEST_F(ResultStoreTest, TheFinalResultReplacesTheOpenOne) {
  ResultStore store = Open();
  ASSERT_TRUE(store.Put(FinalKey(1), true, "if lost").ok());
  ASSERT_TRUE(store.Put(FinalKey(1), false, "final").ok());
  EXPECT_EQ(store.rows(), 1U);
  EXPECT_EQ(store.open_rows(), 0U);
  EXPECT_EQ(store.From(0, 9)->front().payload, "final");
}

TEST_F(ResultStoreTest, FullTheOldestProvisionalOnesGoFirst) {
  const std::string payload(936, 'x');  // 1000 with its overhead
  ResultStore store = Open({.max_bytes = 4000});
  ASSERT_TRUE(store.Put(FinalKey(0), false, payload).ok());
  ASSERT_TRUE(store.Put(FinalKey(1), true, payload).ok());
  ASSERT_TRUE(store.Put(ProvisionalKey(1), false, payload).ok());
  ASSERT_TRUE(store.Put(FinalKey(2), false, payload).ok());
  ASSERT_TRUE(store.Put(FinalKey(3), false, payload).ok());
  EXPECT_THAT(Keys(store), ElementsAre(FinalKey(0), FinalKey(2), FinalKey(3)));
  EXPECT_EQ(store.dropped().provisional, 1U);
  ASSERT_TRUE(store.Put(FinalKey(4), false, payload).ok());
  EXPECT_THAT(Keys(store), ElementsAre(FinalKey(2), FinalKey(3), FinalKey(4)));
  EXPECT_EQ(store.dropped().final, 1U);
  EXPECT_EQ(store.open_rows(), 1U);  // those are never dropped
  EXPECT_EQ(store.bytes(), 4000U);
  EXPECT_EQ(store.Put(FinalKey(9), false, std::string(5000, 'y')).code(),
            absl::StatusCode::kResourceExhausted);
  // What failed has changed nothing.
  EXPECT_THAT(Keys(store), ElementsAre(FinalKey(2), FinalKey(3), FinalKey(4)));
  EXPECT_EQ(store.dropped().final, 1U);
  EXPECT_EQ(store.bytes(), 4000U);
  EXPECT_EQ(store.next_sequence(), 5U);
}

TEST_F(ResultStoreTest, DropsWhatHasWaitedTooLong) {
  ResultStore store = Open({.max_age = std::chrono::seconds(100)});
  for (std::uint64_t i = 0; i < 600; ++i) {
    ASSERT_TRUE(store.Put(FinalKey(i), false, "x").ok());
    clock_.Advance(std::chrono::seconds(1));
  }
  ASSERT_TRUE(store.RemoveOld().ok());
  EXPECT_EQ(store.rows(), 100U);
  EXPECT_EQ(store.dropped().too_old, 500U);
  EXPECT_EQ(Keys(store).front(), FinalKey(500));
}

TEST_F(ResultStoreTest, TheClockOfTheDayMakesNothingOld) {
  const ResultStore::Limits limits{.max_age = std::chrono::seconds(100)};
  for (const int hours : {56 * 8766, -3, 24 * 8, -56 * 8766}) {
    ResultStore store = Open(limits);
    ASSERT_TRUE(store.Put(FinalKey(store.next_sequence()), false, "x").ok());
    clock_.JumpWall(std::chrono::hours(hours));
    clock_.Advance(std::chrono::seconds(10));
    ASSERT_TRUE(store.RemoveOld().ok());
    EXPECT_EQ(store.dropped().too_old, 0U) << hours;
  }
  clock_.JumpWall(std::chrono::hours(56 * 8766));
  ResultStore store = Open(limits);
  ASSERT_TRUE(store.RemoveOld().ok());
  EXPECT_EQ(store.rows(), 4U);
}

// Four runs, the last of them after the machine's start: a row is as old as the agents saw it wait.
TEST_F(ResultStoreTest, AgeAddsUpOverRuns) {
  const ResultStore::Limits limits{.max_age = std::chrono::seconds(100)};
  { ASSERT_TRUE(Open(limits).Put(FinalKey(0), false, "x").ok()); }
  for (int run = 0; run < 3; ++run) {
    clock_.Advance(std::chrono::hours(1000));  // nobody has it
    if (run == 2) clock_.Reboot();
    ResultStore store = Open(limits);
    clock_.Advance(std::chrono::seconds(33));
    ASSERT_TRUE(store.RemoveOld().ok());
    EXPECT_EQ(store.rows(), 1U);
  }
  ResultStore store = Open(limits);
  clock_.Advance(std::chrono::seconds(1));
  ASSERT_TRUE(store.RemoveOld().ok());
  EXPECT_EQ(store.rows(), 1U);  // 100 s
  clock_.Advance(std::chrono::seconds(1));
  ASSERT_TRUE(store.RemoveOld().ok());
  EXPECT_EQ(store.rows(), 0U);
}

// Though the run before was killed before it noted anything beyond its rows.
TEST_F(ResultStoreTest, ARowOfThisRunIsNoOlderThanOneOfTheLast) {
  {
    ResultStore store = Open();
    ASSERT_TRUE(store.Put(FinalKey(0), false, "x").ok());
    clock_.Advance(std::chrono::seconds(50));
    ASSERT_TRUE(store.Put(FinalKey(1), false, "x").ok());
  }
  ResultStore store = Open({.max_age = std::chrono::seconds(49)});
  ASSERT_TRUE(store.Put(FinalKey(2), false, "x").ok());
  ASSERT_TRUE(store.RemoveOld().ok());
  EXPECT_THAT(Keys(store), ElementsAre(FinalKey(1), FinalKey(2)));
}

TEST_F(ResultStoreTest, ThePauseBetweenTwoRunsIsKnownUntilTheMachineStartsAnew) {
  { ASSERT_TRUE(Open().Put(FinalKey(0), true, "x").ok()); }
  clock_.Advance(std::chrono::seconds(7));
  clock_.JumpWall(std::chrono::hours(56 * 8766));
  {
    ResultStore store = Open();
    clock_.Advance(std::chrono::seconds(2));
    EXPECT_EQ(store.Age(store.OpenRows(0, 1)->front()), std::chrono::seconds(9));
    ASSERT_TRUE(store.Put(FinalKey(1), true, "x").ok());
    EXPECT_EQ(store.Age(store.OpenRows(FinalKey(1), 1)->front()), std::chrono::seconds(0));
  }
  clock_.Reboot();
  ResultStore store = Open();
  clock_.Advance(std::chrono::seconds(3));
  EXPECT_EQ(store.Age(store.OpenRows(0, 1)->front()), std::chrono::seconds(5));
}

constexpr char kVersion0[] =
    "CREATE TABLE results (key INTEGER PRIMARY KEY, open INTEGER NOT NULL,"
    " captured_ms INTEGER NOT NULL, payload BLOB NOT NULL);"
    "CREATE INDEX results_open ON results (key) WHERE open = 1;"
    "CREATE INDEX results_captured ON results (captured_ms);"
    "CREATE TABLE next_sequence (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);"
    "INSERT INTO next_sequence VALUES (1, 9);"
    "INSERT INTO results VALUES (4, 0, 20000, x'61'), (6, 0, 1790000000000, x'62'),"
    " (8, 1, -5, x'63');";

TEST_F(ResultStoreTest, AFileOfAnEarlierProgramKeepsWhatWaitsInIt) {
  std::filesystem::create_directories(file_.parent_path());
  Change(kVersion0);
  const ResultStore::Limits limits{.max_age = std::chrono::seconds(100)};
  {
    ResultStore store = Open(limits);
    EXPECT_FALSE(store.put_aside().has_value());
    EXPECT_EQ(store.next_sequence(), 9U);
    clock_.Advance(std::chrono::seconds(100));
    ASSERT_TRUE(store.RemoveOld().ok());
    EXPECT_THAT(Keys(store), ElementsAre(4U, 6U));
    EXPECT_EQ(store.From(6, 1)->front().payload, "b");
    EXPECT_EQ(store.OpenRows(0, 9)->front().payload, "c");
  }
  ResultStore store = Open(limits);
  EXPECT_EQ(store.rows(), 3U);
  clock_.Advance(std::chrono::seconds(1));
  ASSERT_TRUE(store.RemoveOld().ok());
  EXPECT_EQ(store.rows(), 1U);
  EXPECT_EQ(store.dropped().too_old, 2U);
}

TEST_F(ResultStoreTest, AFileOfALaterProgramIsLeftAlone) {
  { ASSERT_TRUE(Open().Put(FinalKey(0), false, "x").ok()); }
  Change("PRAGMA user_version = 2; ALTER TABLE results ADD COLUMN more TEXT;");
  const absl::Status status = ResultStore::Open(file_, {}, clock_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("a later program has made it"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(file_.parent_path()), {}), 1);
}

TEST_F(ResultStoreTest, OneAgentAtATime) {
  const ResultStore store = Open();
  EXPECT_EQ(ResultStore::Open(file_, {}, clock_).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ResultStoreTest, ADamagedFileIsPutAsideAndANewOneBegun) {
  std::filesystem::create_directories(file_.parent_path());
  std::ofstream(file_) << std::string(9000, '#');
  ResultStore store = Open();
  ASSERT_TRUE(store.put_aside().has_value());
  EXPECT_EQ(std::filesystem::file_size(*store.put_aside()), 9000U);
  EXPECT_TRUE(store.Put(FinalKey(0), false, "x").ok());
}

TEST_F(ResultStoreTest, RowsThatNoAgentHasWrittenAreDamage) {
  for (const char* change :
       {"UPDATE results SET open = 2", "UPDATE results SET open = 0x7fffffffffffffff",
        "UPDATE results SET key = -key", "UPDATE next_sequence SET value = -1",
        "UPDATE results SET stored_ms = -1", "UPDATE results SET stored_ms = 'never'",
        "UPDATE clock SET store_ms = 0x7fffffffffffffff",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM "
        "sqlite_schema WHERE name = 'results_stored') WHERE name = 'results_open'"}) {
    {
      ResultStore store = Open();
      ASSERT_TRUE(store.Put(FinalKey(0), true, "x").ok());
      ASSERT_TRUE(store.Put(FinalKey(1), true, "y").ok());
    }
    Change(change);
    ResultStore store = Open();
    EXPECT_TRUE(store.put_aside().has_value()) << change;
    EXPECT_EQ(store.rows(), 0U);
  }
}

TEST_F(ResultStoreTest, TriggersThatAreNotOursDoNothing) {
  { ASSERT_TRUE(Open().Put(FinalKey(0), false, "x").ok()); }
  Change(
      "CREATE TRIGGER again AFTER DELETE ON results BEGIN INSERT INTO results VALUES (old.key + 2, "
      "0, 1, old.payload); END");
  ResultStore store = Open({.max_age = std::chrono::seconds(100)});
  clock_.Advance(std::chrono::seconds(101));
  ASSERT_TRUE(store.RemoveOld().ok());
  EXPECT_THAT(Keys(store), testing::IsEmpty());
}

TEST_F(ResultStoreTest, AFolderThatCannotBeThereIsAnError) {
  std::ofstream(folder_.path() / "state") << "a file";
  EXPECT_FALSE(ResultStore::Open(file_, {}, clock_).ok());
}

}  // namespace
}  // namespace biglittle
