// The results that a device has written down: until the broker has outlived them, whatever happens
// to the process. What the store says when it fails is said once, and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"
#include "device_agent/results/done_rows.h"
#include "device_agent/results/result_store.h"
#include "wire/messages/result.h"

namespace biglittle {

// Not thread-safe.
class ResultJournal {
 public:
  using Counters = std::map<std::string, std::uint64_t>;

  // Without a store nothing is written, and nothing is in here. What was delivered `keep` before
  // the broker's last sign of life is kept, for a broker that dies takes with it what it had.
  // `counters` and `clock` must outlive the journal.
  ResultJournal(std::optional<ResultStore> store, Milliseconds keep, Counters& counters,
                const Clock& clock);

  bool exists() const { return store_.has_value(); }
  // The first sequence number that was never used.
  std::uint64_t next_sequence() const { return store_ ? store_->next_sequence() : 0; }
  std::uint64_t rows() const { return store_ ? store_->rows() : 0; }
  std::uint64_t bytes() const { return store_ ? store_->bytes() : 0; }
  // Results that were not delivered, without those of escalations under way.
  std::uint64_t undelivered() const;

  // Written; false: it could not be. `open`: the reading is still under way.
  bool Write(const wire::Result& result, ResultKey key, bool open);
  // All of them, in one transaction, or none.
  bool WriteFinals(std::span<const wire::Result> results);

  // Of the readings that an earlier run left open, in order: their results as they were written,
  // and how long ago that was, at least.
  using Opened = std::function<void(wire::Result result, ResultKey key, Milliseconds age)>;
  void ForEachOpen(const Opened& opened);
  // The first rows from `key` on that are not open; none where there are no more, or the store
  // fails.
  std::vector<ResultStore::Row> From(ResultKey key);
  bool last_read_failed() const { return read_failed_; }
  // What a row says; nullopt, and the row is to be removed, where it says nothing.
  std::optional<wire::Result> Read(const ResultStore::Row& row);

  // The broker took it.
  void OnDelivered(ResultKey key, SteadyTime now);
  // Nobody needs it any more.
  void Discard(ResultKey key) { done_.AddObsolete(key); }
  // The same, if a row of it is there; then it is one that said what is wrong by now.
  void DiscardIfWritten(ResultKey key);
  bool IsDone(ResultKey key) const { return done_.Contains(key); }
  // What was delivered and is still here, for the broker may have lost it; it counts as not
  // delivered any more.
  std::vector<ResultKey> TakeDelivered() { return done_.TakeDelivered(); }

  // Removes what has done its duty, and what is too old.
  void OnTime(SteadyTime now);
  // Removes at once all that was delivered.
  void Flush() { Forget(SteadyTime::max()); }
  SteadyTime NextWake() const;

 private:
  void Forget(SteadyTime delivered_by);
  void RemoveOld();
  void NoteStore(const absl::Status& status);
  void CountDropped();

  std::optional<ResultStore> store_;
  const Milliseconds keep_;
  Counters& counters_;

  DoneRows done_;  // bounded
  ResultStore::Dropped counted_dropped_;
  bool store_fails_ = false;
  bool read_failed_ = false;
  SteadyTime last_sign_of_life_;  // of the broker
  SteadyTime next_flush_;
  SteadyTime next_aging_;
};

}  // namespace biglittle
