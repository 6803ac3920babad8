#include "device_agent/results/result_journal.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "wire/message.h"

namespace biglittle {
namespace {

// Rows that cannot be removed are remembered, up to so many.
constexpr std::size_t kMostDone = 65536;
constexpr Milliseconds kFlushInterval{200};
constexpr std::chrono::seconds kAgingInterval{60};
constexpr std::size_t kRowsAtOnce = 32;

}  // namespace

ResultJournal::ResultJournal(std::optional<ResultStore> store, Milliseconds keep,
                             Counters& counters, const Clock& clock)
    : store_(std::move(store)),
      keep_(keep),
      counters_(counters),
      last_sign_of_life_(clock.Now()),
      next_flush_(clock.Now()),
      next_aging_(clock.Now()) {}

std::uint64_t ResultJournal::undelivered() const {
  if (!store_) return 0;
  const std::uint64_t done = store_->open_rows() + done_.size();
  return store_->rows() - std::min(store_->rows(), done);
}

bool ResultJournal::Write(const wire::Result& result, ResultKey key, bool open) {
  if (!store_) return false;
  const absl::Status status = store_->Put(key, open, Encode(result, wire::ResultFormat::kProtobuf));
  CountDropped();
  NoteStore(status);
  // A full store may still have room for a number, if not for a result.
  if (!status.ok()) static_cast<void>(store_->NoteUsed(result.sequence));
  return status.ok();
}

bool ResultJournal::WriteFinals(std::span<const wire::Result> results) {
  if (!store_ || results.empty()) return false;
  static_cast<void>(store_->Begin());
  for (const wire::Result& result : results) {
    if (!Write(result, FinalKey(result.sequence), false)) break;
  }
  const absl::Status written = store_->Commit();
  NoteStore(written);
  if (!written.ok()) static_cast<void>(store_->NoteUsed(results.back().sequence));
  return written.ok();
}

void ResultJournal::ForEachOpen(const Opened& opened) {
  if (!store_) return;
  for (ResultKey from = 0;;) {
    const auto rows = store_->OpenRows(from, kRowsAtOnce);
    if (!rows.ok()) return NoteStore(rows.status());
    if (rows->empty()) return;
    for (const ResultStore::Row& row : *rows) {
      from = row.key + 1;
      auto result = wire::DecodeResult(row.payload, wire::kProtobufContent);
      if (result.ok()) {
        opened(*std::move(result), row.key, store_->Age(row));
      } else {
        ++counters_["store_rows_unreadable"];
        NoteStore(store_->Remove(std::span(&row.key, 1)));
      }
    }
  }
}

std::vector<ResultStore::Row> ResultJournal::From(ResultKey key) {
  auto rows = store_->From(key, kRowsAtOnce);
  read_failed_ = !rows.ok();
  if (rows.ok()) return *std::move(rows);
  NoteStore(rows.status());
  return {};
}

std::optional<wire::Result> ResultJournal::Read(const ResultStore::Row& row) {
  auto result = wire::DecodeResult(row.payload, wire::kProtobufContent);
  if (result.ok()) return *std::move(result);
  ++counters_["store_rows_unreadable"];
  Discard(row.key);
  return std::nullopt;
}

void ResultJournal::OnDelivered(ResultKey key, SteadyTime now) {
  last_sign_of_life_ = now;
  done_.AddDelivered(key, now);
}

void ResultJournal::DiscardIfWritten(ResultKey key) {
  const absl::StatusOr<bool> written = store_->Contains(key);
  if (!written.ok() || *written) Discard(key);
}

void ResultJournal::OnTime(SteadyTime now) {
  if (!store_) return;
  if (now >= next_flush_) {
    Forget(last_sign_of_life_ - keep_);
    next_flush_ = now + kFlushInterval;
  }
  if (now >= next_aging_) {
    RemoveOld();
    next_aging_ = now + kAgingInterval;
  }
}

// Together: a transaction for each would cost more than the rest.
void ResultJournal::Forget(SteadyTime delivered_by) {
  if (!store_) return;
  const std::vector<ResultKey> keys = done_.Until(delivered_by);
  if (keys.empty()) return;
  const absl::Status status = store_->Remove(keys);
  NoteStore(status);
  // Tried again later. Rows that stay are sent again after a restart, which a consumer recognises.
  if (!status.ok() && done_.size() < kMostDone) return;
  done_.DropFirst(keys.size());
}

void ResultJournal::RemoveOld() {
  const std::uint64_t before = store_->dropped().too_old;
  NoteStore(store_->RemoveOld());
  CountDropped();
  const std::uint64_t dropped = store_->dropped().too_old - before;
  if (dropped > 0) {
    spdlog::warn("{} stored results were older than max_age_s and are dropped", dropped);
  }
}

SteadyTime ResultJournal::NextWake() const {
  if (!store_) return SteadyTime::max();
  const bool waits = done_.HasUntil(last_sign_of_life_ - keep_);
  return waits ? std::min(next_aging_, next_flush_) : next_aging_;
}

// Each change is said once; a disk may stay full for days.
void ResultJournal::NoteStore(const absl::Status& status) {
  if (!status.ok()) ++counters_["store_failures"];
  if (status.ok() == !store_fails_) return;
  store_fails_ = !status.ok();
  if (store_fails_) {
    spdlog::error("the result store cannot be written: {}; results go to the broker without it",
                  std::string(status.message()));
  } else {
    spdlog::info("the result store can be written again");
  }
}

// With every row that is written: the names only when there is something to say.
void ResultJournal::CountDropped() {
  if (store_->dropped() == counted_dropped_) return;
  counted_dropped_ = store_->dropped();
  counters_["store_dropped_provisional"] = store_->dropped().provisional;
  counters_["store_dropped_final"] = store_->dropped().final;
  counters_["store_dropped_too_old"] = store_->dropped().too_old;
}

}  // namespace biglittle
