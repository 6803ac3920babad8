// Which release of each task was taken last, so that a signed one of before cannot come back: a
// signature says who released a task, not that nothing newer was.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/task/task.h"

namespace biglittle {

// OK if `task` may follow `newest`, the release that was taken last, if there was any: its own
// number is not less. FailedPrecondition: it is, or there is none. One line.
absl::Status CheckRelease(const Task& task, std::optional<std::uint64_t> newest);

// Not thread-safe. Several processes may share a folder.
class ReleaseMemory {
 public:
  // `folder` holds <task>.release, a number and a line end; made when there is something to
  // remember. Absent: remembered as long as this object lives.
  explicit ReleaseMemory(std::optional<std::filesystem::path> folder)
      : folder_(std::move(folder)) {}

  // Of a task. DataLoss: the file holds no number.
  absl::StatusOr<std::optional<std::uint64_t>> Newest(const std::string& task) const;

  // The task serves from now on. Not OK where that could not be written down; this object remembers
  // it all the same.
  absl::Status Take(const Task& task);

 private:
  const std::optional<std::filesystem::path> folder_;
  std::map<std::string, std::uint64_t> taken_;
};

}  // namespace biglittle
