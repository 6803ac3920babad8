#include "device_agent/results/result_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace biglittle {
namespace {

// Exclusive: one agent a file, and no shared-memory file beside it. NORMAL: a transaction is in the
// operating system's hands when it ends, which a killed process does not undo; a power cut may cost
// the last ones, never the file.
constexpr char kSetUp[] =
    "PRAGMA cell_size_check = ON;"
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA journal_size_limit = 4194304;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS results (key INTEGER PRIMARY KEY, open INTEGER NOT NULL,"
    " captured_ms INTEGER NOT NULL, payload BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS results_open ON results (key) WHERE open = 1;"
    "CREATE INDEX IF NOT EXISTS results_captured ON results (captured_ms);"
    "CREATE TABLE IF NOT EXISTS next_sequence (id INTEGER PRIMARY KEY CHECK (id = 1),"
    " value INTEGER NOT NULL);"
    "INSERT OR IGNORE INTO next_sequence VALUES (1, 0);"
    "COMMIT;";

// Far from where the keys would end.
constexpr std::uint64_t kMaxSequence = 1ULL << 60U;

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t Unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

std::int64_t ToMs(WallTime time) {
  return std::chrono::duration_cast<Milliseconds>(time.time_since_epoch()).count();
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(fmt::format("the file is damaged: {}", what));
}

// Reads the whole file, which the sums do anyway. What SQLite meets only later it would report with
// every use, and a run after this one would do no better.
absl::Status CheckFile(SqliteDatabase& database) {
  absl::StatusOr<SqliteStatement> check = database.Prepare("PRAGMA integrity_check(1)");
  if (!check.ok()) return check.status();
  const absl::StatusOr<bool> row = check->Step();
  if (!row.ok()) return row.status();
  const std::string found = *row ? check->Blob(0) : "";
  return found == "ok" ? absl::OkStatus() : Damaged(found);
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
  absl::StatusOr<SqliteDatabase> database = SqliteDatabase::Open(file.string());
  if (!database.ok()) return database.status();
  if (absl::Status status = database->Execute(kSetUp); !status.ok()) return status;
  if (absl::Status status = CheckFile(*database); !status.ok()) return status;
  absl::StatusOr<Statements> statements = PrepareAll(*database);
  if (!statements.ok()) return absl::DataLossError(statements.status().message());
  ResultStore store(*std::move(database), *std::move(statements), limits);
  if (absl::Status status = store.Load(); !status.ok()) return status;
  return store;
}

absl::StatusOr<ResultStore::Statements> ResultStore::PrepareAll(SqliteDatabase& database) {
  absl::Status failed;
  const auto prepare = [&](const char* sql) -> std::optional<SqliteStatement> {
    auto statement = database.Prepare(sql);
    if (statement.ok()) return *std::move(statement);
    failed = statement.status();
    return std::nullopt;
  };
  auto put = prepare("INSERT OR REPLACE INTO results VALUES (?1, ?2, ?3, ?4)");
  auto size_of = prepare("SELECT open, length(payload) FROM results WHERE key = ?1");
  auto remove = prepare("DELETE FROM results WHERE key = ?1");
  auto set_next = prepare("UPDATE next_sequence SET value = ?1");
  // Provisional ones before final ones, then by age.
  auto oldest = prepare(
      "SELECT key, NULL FROM results WHERE open = 0 AND key % 2 = ?1 ORDER BY key LIMIT 16");
  auto older = prepare(
      "SELECT key, NULL FROM results WHERE captured_ms < ?1 AND open = 0 ORDER BY key LIMIT 256");
  auto from = prepare(
      "SELECT key, payload FROM results WHERE key >= ?1 AND open = 0 ORDER BY key LIMIT ?2");
  auto open_rows = prepare(
      "SELECT key, payload FROM results WHERE open = 1 AND key >= ?1 ORDER BY key LIMIT ?2");
  if (!failed.ok()) return failed;
  return Statements{*std::move(put),      *std::move(size_of),  *std::move(remove),
                    *std::move(set_next), *std::move(oldest),   *std::move(older),
                    *std::move(from),     *std::move(open_rows)};
}

ResultStore::ResultStore(SqliteDatabase database, Statements statements, const Limits& limits)
    : database_(std::move(database)), statements_(std::move(statements)), limits_(limits) {}

absl::Status ResultStore::Load() {
  auto sums = database_.Prepare(
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
  transaction_ = database_.Execute("BEGIN IMMEDIATE");
  return transaction_;
}

absl::Status ResultStore::Commit() {
  in_transaction_ = false;
  if (transaction_.ok()) transaction_ = database_.Execute("COMMIT");
  if (transaction_.ok()) return transaction_;
  static_cast<void>(database_.Execute("ROLLBACK"));
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
  SqliteStatement& put = statements_.put;
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
  statements_.set_next.Bind(1, Signed(sums_.next_sequence));
  return statements_.set_next.Run();
}

absl::Status ResultStore::RemoveRow(ResultKey key) {
  SqliteStatement& size_of = statements_.size_of;
  size_of.Bind(1, Signed(key));
  const absl::StatusOr<bool> found = size_of.Step();
  const bool exists = found.ok() && *found;
  const bool open = exists && size_of.Whole(0) != 0;
  const std::uint64_t bytes = exists ? Unsigned(size_of.Whole(1)) + kRowOverhead : 0;
  size_of.Reset();
  if (!found.ok() || !exists) return found.status();
  statements_.remove.Bind(1, Signed(key));
  if (absl::Status status = statements_.remove.Run(); !status.ok()) return status;
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
      statements_.oldest.Bind(1, std::int64_t{final ? 0 : 1});
      const auto keys = Rows(statements_.oldest);
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
      statements_.older.Bind(1, ToMs(now - limits_.max_age));
      const auto old = Rows(statements_.older);
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
  statements_.size_of.Bind(1, Signed(key));
  const absl::StatusOr<bool> found = statements_.size_of.Step();
  statements_.size_of.Reset();
  return found;
}

absl::StatusOr<std::vector<ResultStore::Row>> ResultStore::From(ResultKey key, std::size_t limit) {
  statements_.from.Bind(1, Signed(key));
  statements_.from.Bind(2, static_cast<std::int64_t>(limit));
  return Rows(statements_.from, key);
}

absl::StatusOr<std::vector<ResultStore::Row>> ResultStore::OpenRows(ResultKey key,
                                                                    std::size_t limit) {
  statements_.open_rows.Bind(1, Signed(key));
  statements_.open_rows.Bind(2, static_cast<std::int64_t>(limit));
  return Rows(statements_.open_rows, key);
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
