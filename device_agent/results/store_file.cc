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
constexpr char kReading[] =
    "PRAGMA cell_size_check = ON;"
    "PRAGMA locking_mode = EXCLUSIVE;";
// These change the file.
constexpr char kSettings[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA journal_size_limit = 4194304;";

// Of the file, as its application_id says: "BigL". Files of before say 0.
constexpr std::int64_t kApplication = 0x4269674C;

// Of the file, as its user_version says: 0 has no clock, and of rows the wall time of capture.
constexpr std::int64_t kVersion = 1;

// How long those rows have waited cannot be known from that: they begin to.
constexpr char kFromVersion0[] =
    "DROP INDEX IF EXISTS results_captured;"
    "ALTER TABLE results RENAME COLUMN captured_ms TO stored_ms;"
    "UPDATE results SET stored_ms = 0;";

constexpr char kTables[] =
    "CREATE TABLE IF NOT EXISTS results (key INTEGER PRIMARY KEY, open INTEGER NOT NULL,"
    " stored_ms INTEGER NOT NULL, payload BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS results_open ON results (key) WHERE open = 1;"
    "CREATE INDEX IF NOT EXISTS results_stored ON results (stored_ms);"
    "CREATE TABLE IF NOT EXISTS next_sequence (id INTEGER PRIMARY KEY CHECK (id = 1),"
    " value INTEGER NOT NULL);"
    "INSERT OR IGNORE INTO next_sequence VALUES (1, 0);"
    "CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY CHECK (id = 1),"
    " store_ms INTEGER NOT NULL, steady_ms INTEGER NOT NULL, boot BLOB NOT NULL);"
    "INSERT OR IGNORE INTO clock VALUES (1, 0, 0, x'');";

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

absl::StatusOr<std::int64_t> Number(SqliteDatabase& database, std::string_view sql) {
  absl::StatusOr<SqliteStatement> statement = database.Prepare(sql);
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  return statement->Whole(0);
}

// What another application keeps is none of ours to change, nor damaged. Ours before it had an id
// has a table of results with at least these two columns.
absl::Status CheckOurs(SqliteDatabase& database) {
  const auto application = Number(database, "PRAGMA application_id");
  if (!application.ok()) return application.status();
  const auto tables = Number(database, "SELECT count(*) FROM sqlite_master WHERE type = 'table'");
  if (!tables.ok()) return tables.status();
  const auto columns = Number(database,
                              "SELECT count(*) FROM pragma_table_info('results')"
                              " WHERE name IN ('key', 'payload')");
  if (!columns.ok()) return columns.status();
  const bool of_before = *application == 0 && (*tables == 0 || *columns == 2);
  if (*application == kApplication || of_before) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("it is a database of another application (application_id {:#x}): name another "
                  "folder for the store",
                  *application));
}

absl::StatusOr<bool> HasColumn(SqliteDatabase& database, std::string_view name) {
  const auto found =
      Number(database, fmt::format("SELECT count(*) FROM pragma_table_info('results')"
                                   " WHERE name = '{}'",
                                   name));
  if (!found.ok()) return found.status();
  return *found > 0;
}

// Columns that a store of before, or of another version, may lack. Those that it has more do not
// matter, since we name ours.
absl::Status AddColumns(SqliteDatabase& database) {
  for (const char* column : {"open", "stored_ms"}) {
    const absl::StatusOr<bool> there = HasColumn(database, column);
    if (!there.ok()) return there.status();
    if (*there) continue;
    absl::Status added = database.Execute(
        fmt::format("ALTER TABLE results ADD COLUMN {} INTEGER NOT NULL DEFAULT 0", column));
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::Status MakeTables(SqliteDatabase& database) {
  const auto version = Number(database, "PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version > kVersion) {
    return absl::FailedPreconditionError(fmt::format(
        "a later program has made it (version {}, this one knows {}): update this one, or name "
        "another folder",
        *version, kVersion));
  }
  const auto tables = Number(
      database, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'results'");
  if (!tables.ok()) return tables.status();
  if (*tables > 0) {
    const absl::StatusOr<bool> captured = HasColumn(database, "captured_ms");
    if (!captured.ok()) return captured.status();
    absl::Status migrated = absl::OkStatus();
    if (*version == 0 && *captured) migrated = database.Execute(kFromVersion0);
    if (migrated.ok()) migrated = AddColumns(database);
    if (!migrated.ok()) return migrated;
  }
  if (absl::Status made = database.Execute(kTables); !made.ok()) return made;
  const auto application = Number(database, "PRAGMA application_id");
  if (!application.ok()) return application.status();
  if (*version == kVersion && *application == kApplication) return absl::OkStatus();
  return database.Execute(
      fmt::format("PRAGMA user_version = {}; PRAGMA application_id = {}", kVersion, kApplication));
}

// All of it or nothing.
absl::Status SetUp(SqliteDatabase& database) {
  if (absl::Status status = database.Execute("BEGIN IMMEDIATE"); !status.ok()) return status;
  absl::Status status = MakeTables(database);
  if (status.ok()) status = database.Execute("COMMIT");
  if (!status.ok()) static_cast<void>(database.Execute("ROLLBACK"));
  return status;
}

absl::StatusOr<StoreStatements> PrepareAll(SqliteDatabase& database) {
  absl::Status failed;
  const auto prepare = [&](const char* sql) -> std::optional<SqliteStatement> {
    auto statement = database.Prepare(sql);
    if (statement.ok()) return *std::move(statement);
    failed = statement.status();
    return std::nullopt;
  };
  auto put = prepare(
      "INSERT OR REPLACE INTO results (key, open, stored_ms, payload) VALUES (?1, ?2, ?3, ?4)");
  auto size_of = prepare("SELECT open, length(payload) FROM results WHERE key = ?1");
  auto remove = prepare("DELETE FROM results WHERE key = ?1");
  auto set_next = prepare("UPDATE next_sequence SET value = ?1");
  // Provisional ones before final ones, then by age.
  auto oldest = prepare(
      "SELECT key, NULL, 0 FROM results WHERE open = 0 AND key % 2 = ?1 ORDER BY key LIMIT 16");
  auto older = prepare(
      "SELECT key, NULL, 0 FROM results WHERE stored_ms < ?1 AND open = 0 ORDER BY key LIMIT 256");
  auto from = prepare(
      "SELECT key, payload, stored_ms FROM results WHERE key >= ?1 AND open = 0 ORDER BY key LIMIT "
      "?2");
  auto open_rows = prepare(
      "SELECT key, payload, stored_ms FROM results WHERE open = 1 AND key >= ?1 ORDER BY key LIMIT "
      "?2");
  auto set_clock = prepare("UPDATE clock SET store_ms = ?1, steady_ms = ?2, boot = ?3");
  if (!failed.ok()) return failed;
  return StoreStatements{*std::move(put),      *std::move(size_of),   *std::move(remove),
                         *std::move(set_next), *std::move(oldest),    *std::move(older),
                         *std::move(from),     *std::move(open_rows), *std::move(set_clock)};
}

}  // namespace

absl::StatusOr<StoreFile> OpenStoreFile(const std::filesystem::path& file) {
  absl::StatusOr<SqliteDatabase> database = SqliteDatabase::Open(file.string());
  if (!database.ok()) return database.status();
  if (absl::Status status = database->Execute(kReading); !status.ok()) return status;
  if (absl::Status status = CheckOurs(*database); !status.ok()) return status;
  if (absl::Status status = database->Execute(kSettings); !status.ok()) return status;
  if (absl::Status status = CheckFile(*database); !status.ok()) return status;
  if (absl::Status status = SetUp(*database); !status.ok()) return status;
  absl::StatusOr<StoreStatements> statements = PrepareAll(*database);
  if (!statements.ok()) return absl::DataLossError(statements.status().message());
  return StoreFile{*std::move(database), *std::move(statements)};
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(fmt::format("the file is damaged: {}", what));
}

}  // namespace biglittle
