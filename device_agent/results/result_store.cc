#include "device_agent/results/result_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/program/exception_status.h"
#include "device_agent/results/store_place.h"

namespace biglittle {
namespace {

// Far from where the keys would end.
constexpr std::uint64_t kMaxSequence = 1ULL << 60U;

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t Unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

// Nobody has waited longer: some 280,000 years. LoadSums says it in SQL.
constexpr std::int64_t kMaxStoreMs = 1LL << 53U;

bool IsStoreTime(std::int64_t ms) { return ms >= 0 && ms <= kMaxStoreMs; }
bool IsSteadyTime(std::int64_t ms) { return ms >= -kMaxStoreMs && ms <= kMaxStoreMs; }

}  // namespace

absl::StatusOr<ResultStore> ResultStore::Open(const std::filesystem::path& file,
                                              const Limits& limits, const Clock& clock) {
  absl::StatusOr<StorePlace> place = PrepareStorePlace(file);
  if (!place.ok()) return place.status();
  std::optional<std::filesystem::path> put_aside;
  absl::StatusOr<ResultStore> store = OpenSound(place->file, limits, clock);
  if (absl::IsDataLoss(store.status())) {
    const auto aside = PutStoreAside(place->file);
    if (!aside.ok()) return store;
    put_aside = *aside;
    place = PrepareStorePlace(file);
    if (!place.ok()) return place.status();
    store = OpenSound(place->file, limits, clock);
  }
  if (!store.ok()) return store;
  for (const auto& removed : TrimPutAside(place->file, limits.max_bytes)) {
    place->notes.push_back(
        fmt::format("{} was put aside as damaged long ago, and is removed", removed.string()));
  }
  store->put_aside_ = std::move(put_aside);
  store->notes_ = std::move(place->notes);
  return store;
}

absl::StatusOr<ResultStore> ResultStore::OpenSound(const std::filesystem::path& file,
                                                   const Limits& limits, const Clock& clock) {
  absl::StatusOr<StoreFile> opened = OpenStoreFile(file);
  if (!opened.ok()) return opened.status();
  const absl::StatusOr<Sums> sums = LoadSums(*opened);
  if (!sums.ok()) return sums.status();
  absl::StatusOr<StoreClock> time = LoadClock(*opened, clock);
  if (!time.ok()) return time.status();
  return ResultStore(*std::move(opened), limits, *sums, *std::move(time));
}

ResultStore::ResultStore(StoreFile file, const Limits& limits, const Sums& sums, StoreClock clock)
    : file_(std::move(file)), limits_(limits), sums_(sums), clock_(std::move(clock)) {}

absl::StatusOr<ResultStore::Sums> ResultStore::LoadSums(StoreFile& file) {
  auto found = file.database.Prepare(
      "SELECT count(*), coalesce(sum(open), 0), coalesce(sum(length(payload)), 0), "
      "(SELECT value FROM next_sequence), coalesce(max(key), 0), coalesce(sum(key % 2), 0), "
      "coalesce(min(key), 1), coalesce(sum(open NOT IN (0, 1)), 0), "
      "coalesce(sum(stored_ms NOT BETWEEN 0 AND 9007199254740992), 0) FROM results");
  if (!found.ok()) return absl::DataLossError(found.status().message());
  const absl::StatusOr<bool> row = found->Step();
  if (!row.ok()) return row.status();
  Sums sums;
  sums.rows = Unsigned(found->Whole(0));
  sums.open_rows = Unsigned(found->Whole(1));
  sums.bytes = Unsigned(found->Whole(2)) + sums.rows * kRowOverhead;
  sums.provisional_rows = Unsigned(found->Whole(5));
  const std::uint64_t after_rows = (Unsigned(found->Whole(4)) + 1) / 2;
  sums.next_sequence = std::max(Unsigned(found->Whole(3)), after_rows);
  if (found->Whole(6) < 1 || found->Whole(7) > 0 || found->Whole(8) > 0 ||
      sums.next_sequence > kMaxSequence) {
    return Damaged("rows that no agent has written");
  }
  return sums;
}

absl::StatusOr<StoreClock> ResultStore::LoadClock(StoreFile& file, const Clock& clock) {
  auto found = file.database.Prepare(
      "SELECT store_ms, steady_ms, boot, (SELECT coalesce(max(stored_ms), 0) FROM results) "
      "FROM clock");
  if (!found.ok()) return absl::DataLossError(found.status().message());
  const absl::StatusOr<bool> row = found->Step();
  if (!row.ok()) return row.status();
  const StoreClock::Mark last{found->Whole(0), found->Whole(1), found->Blob(2)};
  if (!*row || !IsStoreTime(last.store_ms) || !IsSteadyTime(last.steady_ms)) {
    return Damaged("times that no agent has written");
  }
  return StoreClock(last, found->Whole(3), clock);
}

absl::Status ResultStore::Begin() {
  before_ = sums_;
  in_transaction_ = true;
  transaction_ = file_.database.Execute("BEGIN IMMEDIATE");
  return transaction_;
}

absl::Status ResultStore::Commit() {
  in_transaction_ = false;
  if (transaction_.ok()) transaction_ = file_.database.Execute("COMMIT");
  if (transaction_.ok()) return transaction_;
  static_cast<void>(file_.database.Execute("ROLLBACK"));
  sums_ = before_;
  time_noted_ = false;
  return transaction_;
}

template <typename Work>
absl::Status ResultStore::InTransaction(const Work& work) {
  const bool alone = !in_transaction_;
  if (alone) static_cast<void>(Begin());
  if (transaction_.ok()) transaction_ = StatusOrException(work);
  return alone ? Commit() : transaction_;
}

absl::Status ResultStore::Put(ResultKey key, bool open, std::string_view payload) {
  return InTransaction([&] { return PutInTransaction(key, open, payload); });
}

absl::Status ResultStore::PutInTransaction(ResultKey key, bool open, std::string_view payload) {
  if (absl::Status status = RemoveRow(key); !status.ok()) return status;
  if (absl::Status status = MakeRoom(payload.size() + kRowOverhead); !status.ok()) return status;
  SqliteStatement& put = file_.statements.put;
  put.Bind(1, Signed(key));
  put.Bind(2, std::int64_t{open ? 1 : 0});
  put.Bind(3, clock_.NowMs());
  put.Bind(4, payload);
  if (absl::Status status = put.Run(); !status.ok()) return status;
  ++sums_.rows;
  if (open) ++sums_.open_rows;
  if (!IsFinalKey(key)) ++sums_.provisional_rows;
  sums_.bytes += payload.size() + kRowOverhead;

  if (absl::Status status = time_noted_ ? absl::OkStatus() : NoteTime(); !status.ok()) {
    return status;
  }
  return NoteUsedInTransaction((key - 1) / 2);
}

// How far the store's time has come, beyond what the rows say of it; and for the next run, what it
// was when.
absl::Status ResultStore::NoteTime() {
  const StoreClock::Mark now = clock_.Now();
  SqliteStatement& set_clock = file_.statements.set_clock;
  set_clock.Bind(1, now.store_ms);
  set_clock.Bind(2, now.steady_ms);
  set_clock.Bind(3, std::string_view(now.boot));
  absl::Status status = set_clock.Run();
  time_noted_ = status.ok();
  return status;
}

absl::Status ResultStore::NoteUsed(std::uint64_t sequence) {
  return InTransaction([&] { return NoteUsedInTransaction(sequence); });
}

absl::Status ResultStore::NoteUsedInTransaction(std::uint64_t sequence) {
  if (sequence < sums_.next_sequence) return absl::OkStatus();
  sums_.next_sequence = sequence + 1;
  file_.statements.set_next.Bind(1, Signed(sums_.next_sequence));
  return file_.statements.set_next.Run();
}

absl::Status ResultStore::RemoveRow(ResultKey key) {
  SqliteStatement& size_of = file_.statements.size_of;
  size_of.Bind(1, Signed(key));
  const absl::StatusOr<bool> found = size_of.Step();
  const bool exists = found.ok() && *found;
  const bool open = exists && size_of.Whole(0) != 0;
  const std::uint64_t bytes = exists ? Unsigned(size_of.Whole(1)) + kRowOverhead : 0;
  size_of.Reset();
  if (!found.ok() || !exists) return found.status();
  file_.statements.remove.Bind(1, Signed(key));
  if (absl::Status status = file_.statements.remove.Run(); !status.ok()) return status;
  --sums_.rows;
  if (open) --sums_.open_rows;
  if (!IsFinalKey(key)) --sums_.provisional_rows;
  sums_.bytes -= bytes;
  return absl::OkStatus();
}

// A row that was just listed. It must be there: listed for ever, it would be dropped for ever.
absl::Status ResultStore::DropRow(ResultKey key, std::uint64_t& dropped) {
  const std::uint64_t rows = sums_.rows;
  if (absl::Status status = RemoveRow(key); !status.ok()) return status;
  if (sums_.rows == rows) return Damaged("a row of an index is not in the table");
  ++dropped;
  return absl::OkStatus();
}

absl::Status ResultStore::MakeRoom(std::uint64_t bytes) {
  for (const bool final : {false, true}) {
    while (sums_.bytes + bytes > limits_.max_bytes && (final || sums_.provisional_rows > 0)) {
      file_.statements.oldest.Bind(1, std::int64_t{final ? 0 : 1});
      const auto keys = Rows(file_.statements.oldest);
      if (!keys.ok()) return keys.status();
      if (keys->empty()) break;
      for (const Row& row : *keys) {
        if (sums_.bytes + bytes <= limits_.max_bytes) break;
        std::uint64_t& dropped = final ? sums_.dropped.final : sums_.dropped.provisional;
        if (absl::Status status = DropRow(row.key, dropped); !status.ok()) return status;
      }
    }
  }
  if (sums_.bytes + bytes <= limits_.max_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError("escalations under way fill max_bytes");
}

absl::Status ResultStore::Remove(std::span<const ResultKey> keys) {
  if (keys.empty()) return absl::OkStatus();
  return InTransaction([&]() -> absl::Status {
    for (const ResultKey key : keys) {
      if (absl::Status status = RemoveRow(key); !status.ok()) return status;
    }
    return absl::OkStatus();
  });
}

absl::Status ResultStore::RemoveOld() {
  if (sums_.rows == 0) return absl::OkStatus();
  return InTransaction([&]() -> absl::Status {
    if (absl::Status status = NoteTime(); !status.ok()) return status;
    for (;;) {
      file_.statements.older.Bind(1, clock_.NowMs() - Milliseconds(limits_.max_age).count());
      const auto old = Rows(file_.statements.older);
      if (!old.ok()) return old.status();
      if (old->empty()) return absl::OkStatus();
      for (const Row& row : *old) {
        if (absl::Status status = DropRow(row.key, sums_.dropped.too_old); !status.ok()) {
          return status;
        }
      }
    }
  });
}

absl::StatusOr<bool> ResultStore::Contains(ResultKey key) {
  file_.statements.size_of.Bind(1, Signed(key));
  const absl::StatusOr<bool> found = file_.statements.size_of.Step();
  file_.statements.size_of.Reset();
  return found;
}

absl::StatusOr<std::vector<ResultStore::Row>> ResultStore::From(ResultKey key, std::size_t limit) {
  file_.statements.from.Bind(1, Signed(key));
  file_.statements.from.Bind(2, static_cast<std::int64_t>(limit));
  return Rows(file_.statements.from, key);
}

absl::StatusOr<std::vector<ResultStore::Row>> ResultStore::OpenRows(ResultKey key,
                                                                    std::size_t limit) {
  file_.statements.open_rows.Bind(1, Signed(key));
  file_.statements.open_rows.Bind(2, static_cast<std::int64_t>(limit));
  return Rows(file_.statements.open_rows, key);
}

// All rows of (key[, payload, stored_ms]), and Reset. Their keys ascend from `from`, or who goes on
// after the last one would meet the same rows again.
absl::StatusOr<std::vector<ResultStore::Row>> ResultStore::Rows(SqliteStatement& statement,
                                                                ResultKey from) {
  std::vector<Row> rows;
  bool ascend = true;
  absl::StatusOr<bool> more = statement.Step();
  for (; more.ok() && *more; more = statement.Step()) {
    const ResultKey key = Unsigned(statement.Whole(0));
    ascend = ascend && key >= from;
    from = key + 1;
    rows.push_back({key, statement.Blob(1), statement.Whole(2)});
  }
  statement.Reset();
  if (!more.ok()) return more.status();
  if (!ascend) return Damaged("rows out of order");
  return rows;
}

}  // namespace biglittle
