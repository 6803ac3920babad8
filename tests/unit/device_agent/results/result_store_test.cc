#include "device_agent/results/result_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>
#include <vector>

#include "device_agent/results/sqlite.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_versions.h"

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

mode_t ModeOf(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

TEST_F(ResultStoreTest, IsForItsUserAlone) {
  const mode_t umask_before = umask(0);
  ResultStore store = Open();
  umask(umask_before);
  ASSERT_TRUE(store.Put(FinalKey(0), false, "x").ok());
  EXPECT_EQ(ModeOf(file_.parent_path()), 0700U);
  for (const auto& entry : std::filesystem::directory_iterator(file_.parent_path())) {
    EXPECT_EQ(ModeOf(entry.path()), 0600U) << entry.path();
  }
  EXPECT_TRUE(store.notes().empty());
}

TEST_F(ResultStoreTest, WhatIsOpenToOthersIsTightened) {
  { ASSERT_TRUE(Open().Put(FinalKey(0), false, "x").ok()); }
  chmod(file_.c_str(), 0644);
  chmod(file_.parent_path().c_str(), 0755);
  ResultStore store = Open();
  EXPECT_EQ(ModeOf(file_), 0600U);
  EXPECT_EQ(ModeOf(file_.parent_path()), 0700U);
  EXPECT_THAT(store.notes(),
              ElementsAre(file_.parent_path().string() + " was open to others, and is now 0700",
                          file_.string() + " was open to others, and is now 0600"));
  EXPECT_EQ(store.rows(), 1U);
}

// It may be another's too.
TEST_F(ResultStoreTest, AFolderWithOtherThingsIsLeftAsItIs) {
  folder_.Write("state/letters.txt", "");
  chmod(file_.parent_path().c_str(), 0755);
  { EXPECT_TRUE(Open().notes().empty()); }
  EXPECT_EQ(ModeOf(file_.parent_path()), 0755U);
  chmod(file_.parent_path().c_str(), 0777);
  const absl::Status status = ResultStore::Open(file_, {}, clock_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(std::string(status.message()),
            file_.parent_path().string() +
                " is a folder that others may write to, and not the store's alone: give the store "
                "a folder of its own, or chmod go-w this one");
  chmod(file_.parent_path().c_str(), 01777);  // as /tmp
  EXPECT_TRUE(ResultStore::Open(file_, {}, clock_).ok());
}

TEST_F(ResultStoreTest, ALinkInPlaceOfAFileIsRefused) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const auto elsewhere = folder_.Write("elsewhere", "precious");
    std::filesystem::create_directories(file_.parent_path());
    const std::filesystem::path link = file_.string() + suffix;
    std::filesystem::create_symlink(elsewhere, link);
    const absl::Status status = ResultStore::Open(file_, {}, clock_).status();
    EXPECT_EQ(status,
              absl::FailedPreconditionError(
                  link.string() + " is a symbolic link where the store should be: remove it"));
    EXPECT_EQ(std::filesystem::file_size(elsewhere), 8U);
    std::filesystem::remove(link);
  }
  std::filesystem::create_directory(file_);
  EXPECT_EQ(ResultStore::Open(file_, {}, clock_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

// Where state lies is the operator's business.
TEST_F(ResultStoreTest, TheFolderMayBeReachedByALink) {
  std::filesystem::create_directory(folder_.path() / "disk");
  std::filesystem::create_directory_symlink(folder_.path() / "disk", folder_.path() / "state");
  { ASSERT_TRUE(Open().Put(FinalKey(0), false, "x").ok()); }
  EXPECT_EQ(Open().rows(), 1U);
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "disk/pump.sqlite"));
}

TEST_F(ResultStoreTest, ADatabaseOfAnotherApplicationIsLeftAlone) {
  for (const char* content :
       {"PRAGMA application_id = 252006673; CREATE TABLE fossil (x)",
        "PRAGMA application_id = 7; CREATE TABLE results (key, payload)",
        "CREATE TABLE letters (x); INSERT INTO letters VALUES (1)",
        "CREATE TABLE results (exam, mark); INSERT INTO results VALUES (1, 2)"}) {
    std::filesystem::create_directories(file_.parent_path());
    Change(content);
    const std::string before = ReadWhole(file_);
    const absl::Status status = ResultStore::Open(file_, {}, clock_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << content;
    EXPECT_THAT(std::string(status.message()), HasSubstr("a database of another application"));
    EXPECT_EQ(ReadWhole(file_), before);
    std::filesystem::remove_all(file_.parent_path());
  }
}

TEST_F(ResultStoreTest, SaysWhoseItIs) {
  { ASSERT_TRUE(Open().Put(FinalKey(0), false, "x").ok()); }
  EXPECT_EQ(ReadWhole(file_).substr(68, 4), "BigL");  // of SQLite's file format
}

// As a version of before or after this one has them.
TEST_F(ResultStoreTest, AColumnMoreOrLessIsNoDamage) {
  for (const char* change : {"ALTER TABLE results ADD COLUMN more TEXT",
                             "ALTER TABLE results ADD COLUMN more INTEGER NOT NULL DEFAULT 7",
                             "DROP INDEX results_stored; ALTER TABLE results DROP COLUMN stored_ms",
                             "PRAGMA application_id = 0", "PRAGMA user_version = 0",
                             "PRAGMA user_version = 0; ALTER TABLE results ADD COLUMN more TEXT"}) {
    {
      ResultStore store = Open();
      ASSERT_TRUE(store.Put(FinalKey(0), false, "x").ok());
      ASSERT_TRUE(store.Put(FinalKey(1), true, "y").ok());
    }
    Change(change);
    ResultStore store = Open();
    EXPECT_FALSE(store.put_aside().has_value()) << change;
    EXPECT_EQ(store.From(0, 9)->front().payload, "x") << change;
    EXPECT_EQ(store.OpenRows(0, 9)->front().payload, "y") << change;
    EXPECT_TRUE(store.Put(FinalKey(2), false, "z").ok()) << change;
    EXPECT_EQ(store.next_sequence(), 3U);
    std::filesystem::remove_all(file_.parent_path());
  }
}

TEST_F(ResultStoreTest, OfDamagedFilesAFewAreKept) {
  const auto spoil = [this](std::size_t bytes) {
    std::filesystem::create_directories(file_.parent_path());
    std::ofstream(file_, std::ios::binary) << std::string(bytes, '#');
  };
  for (std::size_t i = 1; i <= 6; ++i) {
    spoil(9000 + i);
    ResultStore store = Open();
    EXPECT_EQ(*store.put_aside(), file_.string() + ".damaged-" + std::to_string(i));
    EXPECT_EQ(store.notes().size(), i > 4 ? 1U : 0U);
  }
  const auto left = [this](int number) {
    return std::filesystem::exists(file_.string() + ".damaged-" + std::to_string(number));
  };
  EXPECT_FALSE(left(2));
  EXPECT_TRUE(left(3));
  EXPECT_TRUE(left(6));
  // Of more bytes than a store may have, the newest alone; by any start.
  EXPECT_THAT(Open({.max_bytes = 18'000}).notes(),
              ElementsAre(HasSubstr(".damaged-5 was put aside as damaged long ago, and is removed"),
                          HasSubstr(".damaged-4"), HasSubstr(".damaged-3")));
  EXPECT_TRUE(left(6));
}

TEST_F(ResultStoreTest, AFolderThatCannotBeThereIsAnError) {
  std::ofstream(folder_.path() / "state") << "a file";
  EXPECT_FALSE(ResultStore::Open(file_, {}, clock_).ok());
}

}  // namespace
}  // namespace biglittle
