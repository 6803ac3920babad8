#include "device_agent/results/result_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "device_agent/results/sqlite.h"
#include "tests/fakes/temporary_folder.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

WallTime Wall(int seconds) { return WallTime(std::chrono::seconds(seconds)); }

class ResultStoreTest : public testing::Test {
 protected:
  ResultStore Open(ResultStore::Limits limits = {}) {
    auto store = ResultStore::Open(file_, limits);
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

  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "state" / "pump.sqlite";
};

TEST_F(ResultStoreTest, KeepsWhatItWasGivenAcrossItsOwnEnd) {
  const std::string payload("a\0b", 3);
  {
    ResultStore store = Open();
    EXPECT_EQ(store.next_sequence(), 0U);
    ASSERT_TRUE(store.Put(FinalKey(0), false, Wall(1), payload).ok());
    ASSERT_TRUE(store.Put(FinalKey(4), true, Wall(1), "open").ok());
    ASSERT_TRUE(store.Put(ProvisionalKey(4), false, Wall(1), "now").ok());
    ASSERT_TRUE(store.Put(FinalKey(2), false, Wall(1), "later").ok());
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
    ASSERT_TRUE(store.Put(FinalKey(7), false, Wall(1), "x").ok());
    const std::vector<ResultKey> keys{FinalKey(7), FinalKey(99)};
    ASSERT_TRUE(store.Remove(keys).ok());
    EXPECT_EQ(store.rows(), 0U);
    EXPECT_EQ(store.bytes(), 0U);
  }
  EXPECT_EQ(Open().next_sequence(), 8U);
}

// As after a power cut that the counter did not outlive, or with a file that an older program wrote.
TEST_F(ResultStoreTest, NoSequenceNumberOfARowComesTwiceEvenWhenTheCounterIsBehind) {
  for (const char* change : {"UPDATE next_sequence SET value = 3", "DELETE FROM next_sequence"}) {
    for (const ResultKey last : {FinalKey(7), ProvisionalKey(7)}) {
      TemporaryFolder folder;
      const std::filesystem::path file = folder.path() / "pump.sqlite";
      {
        auto store = ResultStore::Open(file, {});
        ASSERT_TRUE(store.ok()) << store.status();
        ASSERT_TRUE(store->Put(FinalKey(5), false, Wall(1), "x").ok());
        ASSERT_TRUE(store->Put(last, false, Wall(1), "y").ok());
      }
      {
        auto database = SqliteDatabase::Open(file.string());
        ASSERT_TRUE(database.ok());
        ASSERT_TRUE(database->Execute(change).ok());
      }
      auto store = ResultStore::Open(file, {});
      ASSERT_TRUE(store.ok()) << store.status();
      EXPECT_EQ(store->next_sequence(), 8U) << change << ", row " << last;
      EXPECT_FALSE(store->put_aside().has_value());
    }
  }
}

TEST_F(ResultStoreTest, TheFinalResultReplacesTheOpenOne) {
  ResultStore store = Open();
  ASSERT_TRUE(store.Put(FinalKey(1), true, Wall(1), "if lost").ok());
  ASSERT_TRUE(store.Put(FinalKey(1), false, Wall(1), "final").ok());
  EXPECT_EQ(store.rows(), 1U);
  EXPECT_EQ(store.open_rows(), 0U);
  EXPECT_EQ(store.From(0, 9)->front().payload, "final");
}

TEST_F(ResultStoreTest, FullTheOldestProvisionalOnesGoFirst) {
  const std::string payload(936, 'x');  // 1000 with its overhead
  ResultStore store = Open({.max_bytes = 4000});
  ASSERT_TRUE(store.Put(FinalKey(0), false, Wall(1), payload).ok());
  ASSERT_TRUE(store.Put(FinalKey(1), true, Wall(1), payload).ok());
  ASSERT_TRUE(store.Put(ProvisionalKey(1), false, Wall(1), payload).ok());
  ASSERT_TRUE(store.Put(FinalKey(2), false, Wall(1), payload).ok());
  ASSERT_TRUE(store.Put(FinalKey(3), false, Wall(1), payload).ok());
  EXPECT_THAT(Keys(store), ElementsAre(FinalKey(0), FinalKey(2), FinalKey(3)));
  EXPECT_EQ(store.dropped().provisional, 1U);
  ASSERT_TRUE(store.Put(FinalKey(4), false, Wall(1), payload).ok());
  EXPECT_THAT(Keys(store), ElementsAre(FinalKey(2), FinalKey(3), FinalKey(4)));
  EXPECT_EQ(store.dropped().final, 1U);
  EXPECT_EQ(store.open_rows(), 1U);  // those are never dropped
  EXPECT_EQ(store.bytes(), 4000U);
  EXPECT_EQ(store.Put(FinalKey(9), false, Wall(1), std::string(5000, 'y')).code(),
            absl::StatusCode::kResourceExhausted);
  // What failed has changed nothing.
  EXPECT_THAT(Keys(store), ElementsAre(FinalKey(2), FinalKey(3), FinalKey(4)));
  EXPECT_EQ(store.dropped().final, 1U);
  EXPECT_EQ(store.bytes(), 4000U);
  EXPECT_EQ(store.next_sequence(), 5U);
}

TEST_F(ResultStoreTest, DropsWhatIsTooOldAndNothingWhenTheClockGoesBack) {
  ResultStore store = Open({.max_age = std::chrono::seconds(100)});
  for (std::uint64_t i = 0; i < 600; ++i) {
    ASSERT_TRUE(store.Put(FinalKey(i), false, Wall(1000 + static_cast<int>(i)), "x").ok());
  }
  ASSERT_TRUE(store.RemoveOld(Wall(0)).ok());
  EXPECT_EQ(store.rows(), 600U);
  ASSERT_TRUE(store.RemoveOld(Wall(1600)).ok());
  EXPECT_EQ(store.rows(), 100U);
  EXPECT_EQ(store.dropped().too_old, 500U);
}

TEST_F(ResultStoreTest, OneAgentAtATime) {
  const ResultStore store = Open();
  EXPECT_EQ(ResultStore::Open(file_, {}).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ResultStoreTest, ADamagedFileIsPutAsideAndANewOneBegun) {
  std::filesystem::create_directories(file_.parent_path());
  std::ofstream(file_) << std::string(9000, '#');
  ResultStore store = Open();
  ASSERT_TRUE(store.put_aside().has_value());
  EXPECT_EQ(std::filesystem::file_size(*store.put_aside()), 9000U);
  EXPECT_TRUE(store.Put(FinalKey(0), false, Wall(1), "x").ok());
}

TEST_F(ResultStoreTest, RowsThatNoAgentHasWrittenAreDamage) {
  for (const char* change :
       {"UPDATE results SET open = 2", "UPDATE results SET open = 0x7fffffffffffffff",
        "UPDATE results SET key = -key", "UPDATE next_sequence SET value = -1",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM "
        "sqlite_schema WHERE name = 'results_captured') WHERE name = 'results_open'"}) {
    {
      ResultStore store = Open();
      ASSERT_TRUE(store.Put(FinalKey(0), true, Wall(1), "x").ok());
      ASSERT_TRUE(store.Put(FinalKey(1), true, Wall(1), "y").ok());
    }
    {
      auto database = SqliteDatabase::Open(file_.string());
      ASSERT_TRUE(database.ok());
      ASSERT_TRUE(database->Execute(change).ok());
    }
    ResultStore store = Open();
    EXPECT_TRUE(store.put_aside().has_value()) << change;
    EXPECT_EQ(store.rows(), 0U);
  }
}

TEST_F(ResultStoreTest, TriggersThatAreNotOursDoNothing) {
  { ASSERT_TRUE(Open().Put(FinalKey(0), false, Wall(1), "x").ok()); }
  {
    auto database = SqliteDatabase::Open(file_.string());
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(database
                    ->Execute("CREATE TRIGGER again AFTER DELETE ON results BEGIN INSERT INTO "
                              "results VALUES (old.key + 2, 0, 1, old.payload); END")
                    .ok());
  }
  ResultStore store = Open({.max_age = std::chrono::seconds(100)});
  ASSERT_TRUE(store.RemoveOld(Wall(1000)).ok());
  EXPECT_THAT(Keys(store), testing::IsEmpty());
}

TEST_F(ResultStoreTest, AFolderThatCannotBeThereIsAnError) {
  std::ofstream(folder_.path() / "state") << "a file";
  EXPECT_FALSE(ResultStore::Open(file_, {}).ok());
}

}  // namespace
}  // namespace biglittle
