#include "device_agent/results/store_file.h"

#include <fmt/format.h>

#include <optional>
#include <string>
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

absl::StatusOr<StoreStatements> PrepareAll(SqliteDatabase& database) {
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
  return StoreStatements{*std::move(put),      *std::move(size_of),  *std::move(remove),
                         *std::move(set_next), *std::move(oldest),   *std::move(older),
                         *std::move(from),     *std::move(open_rows)};
}

}  // namespace

absl::StatusOr<StoreFile> OpenStoreFile(const std::filesystem::path& file) {
  absl::StatusOr<SqliteDatabase> database = SqliteDatabase::Open(file.string());
  if (!database.ok()) return database.status();
  if (absl::Status status = database->Execute(kSetUp); !status.ok()) return status;
  if (absl::Status status = CheckFile(*database); !status.ok()) return status;
  absl::StatusOr<StoreStatements> statements = PrepareAll(*database);
  if (!statements.ok()) return absl::DataLossError(statements.status().message());
  return StoreFile{*std::move(database), *std::move(statements)};
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(fmt::format("the file is damaged: {}", what));
}

}  // namespace biglittle
