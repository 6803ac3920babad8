// Task files, models/<task>/task.yaml: read, checked against their signature and against the nets
// that they name.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "absl/status/status.h"

#include "core/diagnostics.h"
#include "core/signature.h"
#include "core/task/task.h"

namespace biglittle {

// Reads and validates a task file. All problems that the file has are reported together.
// `path` is the file itself, the folder that holds a task.yaml, or the folder of a task's versions,
// of which the newest is read (core/task/task_versions.h).
Parsed<Task> LoadTask(const std::filesystem::path& path);

// The same for a fleet with a `key`: the file's signature (core/signature.h) must hold for the very
// bytes that are read, and so for the nets whose digests they name. Without a key as above.
Parsed<Task> LoadSignedTask(const std::filesystem::path& path, const std::optional<PublicKey>& key);

// The same for a text in memory; `file` names it in problems and is what relative paths go by.
Parsed<Task> ParseTask(std::string_view text, const std::filesystem::path& file);

// Checks that both model files exist, lie in the task's folder (core/task/net_file.h) and have the
// digests that the task names.
absl::Status VerifyFiles(const Task& task);

}  // namespace biglittle
