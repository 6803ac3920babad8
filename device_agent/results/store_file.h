// The file of a result store: its tables, and the statements that are made for them once. For use
// inside results/ only.
//
// Not thread-safe.
#pragma once

#include <filesystem>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "device_agent/results/sqlite.h"

namespace biglittle {

struct StoreStatements {
  SqliteStatement put;        // key, open, stored_ms, payload
  SqliteStatement size_of;    // key -> open, bytes
  SqliteStatement remove;     // key
  SqliteStatement set_next;   // sequence
  SqliteStatement oldest;     // key modulo 2 -> key, nothing
  SqliteStatement older;      // stored_ms -> key, nothing
  SqliteStatement from;       // key, limit -> key, payload, stored_ms
  SqliteStatement open_rows;  // the same
  SqliteStatement set_clock;  // store_ms, steady_ms, boot
};

struct StoreFile {
  SqliteDatabase database;
  StoreStatements statements;
};

// Makes the file if there is none, and brings one of an earlier program up to date; nothing in it
// is lost by that. DataLoss: it is no database, or a damaged store. FailedPrecondition: a later
// program, or another application, has made it; it is as it was. Unavailable: another process has
// it. Otherwise what SQLite says.
absl::StatusOr<StoreFile> OpenStoreFile(const std::filesystem::path& file);

// DataLoss.
absl::Status Damaged(std::string_view what);

}  // namespace biglittle
