// Writes what `tune` chose into a task file, and leaves the rest of it as it is.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "cli/tuning/promise.h"
#include "cli/tuning/tuner.h"
#include "core/task/task.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

// Where the choice is from.
struct TuningNotes {
  std::string date;       // YYYY-MM-DD
  std::string arguments;  // of `biglittle tune` that make the same choice again
  std::string objective;  // in words
  std::size_t readings = 0;
  std::string data_sha256;
  std::string wished = "";  // arguments that could not be met, in place of which `arguments` were
  std::optional<HeldOut> held_out = std::nullopt;
};

// The text of a task file with its keys in their order, then those that tuning chooses: score,
// thresholds, logistic, most_energy, early_exit, the nets' temperatures, `tuned` with the notes and
// the expected figures, and `held_out` with those of the test part. Comments are lost. `root` is
// the file's map.
std::string WriteTask(const YamlNode& root, const TuneResult& result, const TuningNotes& notes);

// The file would change by more than its date and what is of the test part.
absl::StatusOr<bool> TaskFileDiffers(const std::filesystem::path& file, const TuneResult& result,
                                     const TuningNotes& notes);

// Replaces the task file in one step. Where nothing but the date would change, the file is left as
// it is; then false. PermissionDenied where the folder cannot be written.
absl::StatusOr<bool> UpdateTaskFile(const std::filesystem::path& file, const TuneResult& result,
                                    const TuningNotes& notes);

}  // namespace biglittle
