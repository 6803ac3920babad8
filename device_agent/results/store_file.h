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
  SqliteStatement put;        // key, open, captured_ms, payload
  SqliteStatement size_of;    // key -> open, bytes
  SqliteStatement remove;     // key
  SqliteStatement set_next;   // sequence
  SqliteStatement oldest;     // key modulo 2 -> key, nothing
  SqliteStatement older;      // captured_ms -> key, nothing
  SqliteStatement from;       // key, limit -> key, payload
  SqliteStatement open_rows;  // the same
};

struct StoreFile {
  SqliteDatabase database;
  StoreStatements statements;
};

// Makes the file if there is none. DataLoss: it is no store, or a damaged one. Unavailable: another
// process has it. Otherwise what SQLite says.
absl::StatusOr<StoreFile> OpenStoreFile(const std::filesystem::path& file);

// DataLoss.
absl::Status Damaged(std::string_view what);

}  // namespace biglittle
