// The little of SQLite that the result store needs, with its errors as Status. For use inside
// results/ only.
//
// Not thread-safe: a database and its statements belong to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace biglittle {

// A prepared statement. Use: Bind..., then Step until it says that there are no more rows, then
// Reset.
class SqliteStatement {
 public:
  void Bind(int index, std::int64_t value);
  // Not copied: must stay as it is until Reset.
  void Bind(int index, std::string_view blob);
  // True if there is a row.
  absl::StatusOr<bool> Step();
  // Of the row; columns count from 0.
  std::int64_t Whole(int column) const;
  std::string Blob(int column) const;
  void Reset();
  // Step of a statement without rows, and Reset.
  absl::Status Run();

 private:
  friend class SqliteDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class SqliteDatabase {
 public:
  // Makes the file if there is none; follows no link in its path. Unavailable: another process has
  // it. DataLoss: it is no database, here or later. Otherwise Internal with SQLite's words.
  static absl::StatusOr<SqliteDatabase> Open(const std::string& file);

  // One or several statements without rows to be looked at.
  absl::Status Execute(const std::string& sql);
  absl::StatusOr<SqliteStatement> Prepare(std::string_view sql);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  explicit SqliteDatabase(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace biglittle
