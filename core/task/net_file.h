// A net's file as a task names it: inside the task's folder, and read once, so that the bytes whose
// digest was checked are the bytes that are parsed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/task/task.h"

namespace biglittle {

inline constexpr std::size_t kMaxNetBytes = std::size_t{512} << 20U;

// True if a task may call a net's file so: a relative path that does not lead out of the folder.
bool IsInsideFolder(const std::filesystem::path& name);

// The file's content. Below the task's folder no link is followed: whoever may write there must not
// reach what he may not read, nor have it read as a net. Thread-safe. One line that begins with the
// file: NotFound; InvalidArgument: a link, or no regular file; ResourceExhausted: too large;
// PermissionDenied; DataLoss: it cannot be read to its end.
absl::StatusOr<std::vector<std::byte>> ReadNetFile(const NetDescription& net);

// The same of each of the net's weight files, by name, their digests checked. FailedPrecondition:
// one is not the file whose digest the task names.
absl::StatusOr<std::map<std::string, std::vector<std::byte>>> ReadWeightFiles(
    const NetDescription& net);

}  // namespace biglittle
