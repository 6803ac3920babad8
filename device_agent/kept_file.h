// A small file of a device's own beside its store: what has to survive a restart.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace biglittle {

// Not thread-safe.
class KeptFile {
 public:
  explicit KeptFile(std::filesystem::path file) : file_(std::move(file)) {}

  const std::filesystem::path& path() const { return file_; }
  // Its text; nullopt where there is none. FailedPrecondition, in one line: it is a link or no
  // file, is another user's, or others may write to it. Else as ReadWholeFile.
  absl::StatusOr<std::optional<std::string>> Read() const;
  // Errors as ReplaceFile; an empty text removes the file.
  absl::Status Write(std::string_view text) const;
  // Renames it to <file>.damaged, in place of an earlier one.
  void PutAside() const;

 private:
  const std::filesystem::path file_;
};

}  // namespace biglittle
