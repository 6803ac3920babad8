// Writes into a task file which release it is and until when, before it is signed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace biglittle {

struct ReleaseStamp {
  std::optional<std::uint64_t> release;  // absent: as in the file
  std::string expires;                   // as a task file says it; empty: as in the file
};

// `text`, a task file's, with these keys in place of its own, or behind its line of 'task'; all
// else stays as it is.
std::string Stamped(const std::string& text, const ReleaseStamp& stamp);

// Replaces the file, unless it says all that already. InvalidArgument: what comes of it is no task
// file, or does not say so; then the file is as it was.
absl::Status StampTaskFile(const std::filesystem::path& file, const ReleaseStamp& stamp);

}  // namespace biglittle
