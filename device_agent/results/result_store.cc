#include "device_agent/results/result_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace biglittle {
namespace {

// Far from where the keys would end.
constexpr std::uint64_t kMaxSequence = 1ULL << 60U;

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t Unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

std::int64_t ToMs(WallTime time) {
  return std::chrono::duration_cast<Milliseconds>(time.time_since_epoch()).count();
}

std::filesystem::path FreeName(const std::filesystem::path& file) {
  std::error_code ignored;
  for (int number = 1;; ++number) {
    std::filesystem::path name = file;
    name += fmt::format(".damaged-{}", number);
    if (!std::filesystem::exists(name, ignored)) return name;
  }
}

}  // namespace

absl::StatusOr<ResultStore> ResultStore::Open(const std::filesystem::path& file,
                                              const Limits& limits) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  absl::StatusOr<ResultStore> store = OpenSound(file, limits);
  if (store.status().code() != absl::StatusCode::kDataLoss) return store;

  const std::filesystem::path aside = FreeName(file);
  std::filesystem::rename(file, aside, error);
  if (error) return store;
  for (const char* suffix : {"-wal", "-shm"}) {
    std::filesystem::path other = file;
    other += suffix;
    std::filesystem::remove(other, error);
  }
  store = OpenSound(file, limits);
  if (store.ok()) store->put_aside_ = aside;
  return store;
}

absl::StatusOr<ResultStore> ResultStore::OpenSound(const std::filesystem::path& file,
                                                   const Limits& limits) {
  absl::StatusOr<StoreFile> opened = OpenStoreFile(file);
  if (!opened.ok()) return opened.status();
  ResultStore store(*std::move(opened), limits);
  if (absl::Status status = store.Load(); !status.ok()) return status;
  return store;
}

ResultStore::ResultStore(StoreFile file, const Limits& limits)
    : file_(std::move(file)), limits_(limits) {}

absl::Status ResultStore::Load() {
  auto sums = file_.database.Prepare(
      "SELECT count(*), coalesce(sum(open), 0), coalesce(sum(length(payload)), 0), "
      "(SELECT value FROM next_sequence), coalesce(max(key), 0), coalesce(sum(key % 2), 0), "
      "coalesce(min(key), 1), coalesce(sum(open NOT IN (0, 1)), 0) FROM results");
  if (!sums.ok()) return absl::DataLossError(sums.status().message());
  const absl::StatusOr<bool> row = sums->Step();
  if (!row.ok()) return row.status();
  sums_.rows = Unsigned(sums->Whole(0));
  sums_.open_rows = Unsigned(sums->Whole(1));
  sums_.bytes = Unsigned(sums->Whole(2)) + sums_.rows * kRowOverhead;
  sums_.provisional_rows = Unsigned(sums->Whole(5));
  const std::uint64_t after_rows = (Unsigned(sums->Whole(4)) + 1) / 2;
  sums_.next_sequence = std::max(Unsigned(sums->Whole(3)), after_rows);
  if (sums->Whole(6) < 1 || sums->Whole(7) > 0 || sums_.next_sequence > kMaxSequence) {
    return Damaged("rows that no agent has written");
  }
  return absl::OkStatus();
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
  return transaction_;
}

template <typename Work>
absl::Status ResultStore::InTransaction(const Work& work) {
  const bool alone = !in_transaction_;
  if (alone) static_cast<void>(Begin());
  if (transaction_.ok()) transaction_ = work();
  return alone ? Commit() : transaction_;
}

absl::Status ResultStore::Put(ResultKey key, bool open, WallTime captured,
                              std::string_view payload) {
  return InTransaction([&] { return PutInTransaction(key, open, captured, payload); });
}

absl::Status ResultStore::PutInTransaction(ResultKey key, bool open, WallTime captured,
                                           std::string_view payload) {
  if (absl::Status status = RemoveRow(key); !status.ok()) return status;
  if (absl::Status status = MakeRoom(payload.size() + kRowOverhead); !status.ok()) return status;
  SqliteStatement& put = file_.statements.put;
  put.Bind(1, Signed(key));
  put.Bind(2, std::int64_t{open ? 1 : 0});
  put.Bind(3, ToMs(captured));
  put.Bind(4, payload);
  if (absl::Status status = put.Run(); !status.ok()) return status;
  ++sums_.rows;
  if (open) ++sums_.open_rows;
  if (!IsFinalKey(key)) ++sums_.provisional_rows;
  sums_.bytes += payload.size() + kRowOverhead;

  return NoteUsedInTransaction((key - 1) / 2);
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

absl::Status ResultStore::RemoveOld(WallTime now) {
  return InTransaction([&]() -> absl::Status {
    for (;;) {
      file_.statements.older.Bind(1, ToMs(now - limits_.max_age));
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

// All rows of (key[, payload]), and Reset. Their keys ascend from `from`, or who goes on after the
// last one would meet the same rows again.
absl::StatusOr<std::vector<ResultStore::Row>> ResultStore::Rows(SqliteStatement& statement,
                                                                ResultKey from) {
  std::vector<Row> rows;
  bool ascend = true;
  absl::StatusOr<bool> more = statement.Step();
  for (; more.ok() && *more; more = statement.Step()) {
    const ResultKey key = Unsigned(statement.Whole(0));
    ascend = ascend && key >= from;
    from = key + 1;
    rows.push_back({key, statement.Blob(1)});
  }
  statement.Reset();
  if (!more.ok()) return more.status();
  if (!ascend) return Damaged("rows out of order");
  return rows;
}

}  // namespace biglittle
