// Results on disk, from the moment a reading has one until the broker has taken it: they survive a
// lost connection and a killed process. SQLite in WAL mode; bounded by bytes and age.
//
// A reading that is escalated has a row from then on, `open`, with the result that it has if the
// process dies. Its final result replaces it. Nothing is written for a reading before it has one of
// the two, so that a reading without a row has not been taken from the sensor yet.
//
// Not thread-safe: the agent's thread owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"
#include "device_agent/results/store_clock.h"
#include "device_agent/results/store_file.h"

namespace biglittle {

// The row of a reading's provisional or final result; ascending in the order of the readings.
using ResultKey = std::uint64_t;
constexpr ResultKey ProvisionalKey(std::uint64_t sequence) { return 2 * sequence + 1; }
constexpr ResultKey FinalKey(std::uint64_t sequence) { return 2 * sequence + 2; }
constexpr std::uint64_t SequenceOf(ResultKey key) { return (key - 1) / 2; }
constexpr bool IsFinalKey(ResultKey key) { return key % 2 == 0; }

class ResultStore {
 public:
  struct Limits {
    std::uint64_t max_bytes = 64U << 20U;   // of payloads, and kRowOverhead for each
    std::chrono::seconds max_age{604'800};  // of store time: see StoreClock
  };
  // What left the store without having been delivered.
  struct Dropped {
    std::uint64_t provisional = 0;  // no room
    std::uint64_t final = 0;        // no room, and no provisional one left
    std::uint64_t too_old = 0;

    bool operator==(const Dropped&) const = default;
  };
  struct Row {
    ResultKey key = 0;
    std::string payload;
    std::int64_t stored_ms = 0;  // of the store's time
  };

  static constexpr std::uint64_t kRowOverhead = 64;

  // Makes file and folder where they are missing, for this user alone (store_place.h). A file that
  // is no database, or a damaged one, is put aside under another name (`put_aside`), a few of which
  // are kept. Unavailable: another process uses it. FailedPrecondition: a later program or another
  // application has made it, or as PrepareStorePlace. Otherwise what SQLite says. `clock` must
  // outlive the store.
  static absl::StatusOr<ResultStore> Open(const std::filesystem::path& file, const Limits& limits,
                                          const Clock& clock);

  // The sequence number after the largest that has ever been in here, or was noted.
  std::uint64_t next_sequence() const { return sums_.next_sequence; }

  // Writes the row, or writes it anew. Makes room first if it must; an open row is never dropped
  // for that. Returns when the row survives the end of the process. ResourceExhausted: the disk is
  // full, or there is nothing to drop.
  absl::Status Put(ResultKey key, bool open, std::string_view payload);
  // A reading has the number though its result could not be written.
  absl::Status NoteUsed(std::uint64_t sequence);
  // Several changes in one transaction: Begin, Put and Remove as often as needed, Commit. If one of
  // them fails none has happened, and Commit says so.
  absl::Status Begin();
  absl::Status Commit();
  // Forgets rows; those that are not there do not matter.
  absl::Status Remove(std::span<const ResultKey> keys);
  // Drops what has been in here for longer than max_age. To be called now and then: what was not
  // noted of the store's time by the end of the process is not counted.
  absl::Status RemoveOld();
  // For how long the row has been in here, as far as is known.
  Milliseconds Age(const Row& row) const { return clock_.Since(row.stored_ms); }

  // The first `limit` rows from `key` on, in order, that are not open.
  absl::StatusOr<std::vector<Row>> From(ResultKey key, std::size_t limit);
  // The first `limit` rows from `key` on that are open.
  absl::StatusOr<std::vector<Row>> OpenRows(ResultKey key, std::size_t limit);
  absl::StatusOr<bool> Contains(ResultKey key);

  std::uint64_t rows() const { return sums_.rows; }
  std::uint64_t open_rows() const { return sums_.open_rows; }
  std::uint64_t bytes() const { return sums_.bytes; }
  const Dropped& dropped() const { return sums_.dropped; }
  const std::optional<std::filesystem::path>& put_aside() const { return put_aside_; }
  // What Open changed that somebody should know, a sentence each.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct Sums {
    std::uint64_t next_sequence = 0;
    std::uint64_t rows = 0;
    std::uint64_t open_rows = 0;
    std::uint64_t provisional_rows = 0;
    std::uint64_t bytes = 0;
    Dropped dropped;
  };
  ResultStore(StoreFile file, const Limits& limits, const Sums& sums, StoreClock clock);

  static absl::StatusOr<ResultStore> OpenSound(const std::filesystem::path& file,
                                               const Limits& limits, const Clock& clock);
  static absl::StatusOr<Sums> LoadSums(StoreFile& file);
  static absl::StatusOr<StoreClock> LoadClock(StoreFile& file, const Clock& clock);
  absl::Status PutInTransaction(ResultKey key, bool open, std::string_view payload);
  absl::Status NoteUsedInTransaction(std::uint64_t sequence);
  absl::Status RemoveRow(ResultKey key);
  absl::Status DropRow(ResultKey key, std::uint64_t& dropped);
  absl::Status MakeRoom(std::uint64_t bytes);
  absl::Status NoteTime();
  // Runs `work` in a transaction; the sums are as before if it fails.
  template <typename Work>
  absl::Status InTransaction(const Work& work);
  static absl::StatusOr<std::vector<Row>> Rows(SqliteStatement& statement, ResultKey from = 0);

  StoreFile file_;
  Limits limits_;
  Sums sums_;
  Sums before_;  // of the transaction that runs
  StoreClock clock_;
  bool time_noted_ = false;  // in this run
  bool in_transaction_ = false;
  absl::Status transaction_;  // the first failure in it
  std::optional<std::filesystem::path> put_aside_;
  std::vector<std::string> notes_;
};

}  // namespace biglittle
