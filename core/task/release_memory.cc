#include "core/task/release_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/replace_file.h"
#include "core/text.h"
#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

constexpr char kMend[] = "if it is meant, sign it anew with a newer 'release'";

std::filesystem::path FileOf(const std::filesystem::path& folder, const std::string& task) {
  return folder / (task + ".release");
}

// nullopt: there is no such file.
absl::StatusOr<std::optional<std::uint64_t>> ReadNumber(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return std::optional<std::uint64_t>();
  const Parsed<std::string> text = ReadTextFile(file);
  if (!text.ok()) return absl::DataLossError(ToString(text.problems));
  const std::string_view line = std::string_view(*text.value).substr(0, text.value->find('\n'));
  const auto number = ParseNumber<std::uint64_t>(line);
  if (number && *number >= 1 && *number <= static_cast<std::uint64_t>(kMaxExactWhole)) {
    return number;
  }
  return absl::DataLossError(
      fmt::format("{}: is no release number but {}: write the number of the release that was taken "
                  "last there, or remove it",
                  file.string(), Quoted(line)));
}

}  // namespace

absl::Status CheckRelease(const Task& task, std::optional<std::uint64_t> newest) {
  if (!newest || (task.release && *task.release >= *newest)) return absl::OkStatus();
  const std::string what =
      task.release
          ? fmt::format("release {} of task {} is older than release", *task.release, task.name)
          : fmt::format("task {} has no 'release', and release", task.name);
  return absl::FailedPreconditionError(
      fmt::format("{} {}, which was taken before: {}", what, *newest, kMend));
}

absl::StatusOr<std::optional<std::uint64_t>> ReleaseMemory::Newest(const std::string& task) const {
  const auto taken = taken_.find(task);
  std::optional<std::uint64_t> newest;
  if (taken != taken_.end()) newest = taken->second;
  if (!folder_) return newest;
  const auto stored = ReadNumber(FileOf(*folder_, task));
  // What this object knows is known.
  if (!stored.ok())
    return newest ? newest : absl::StatusOr<std::optional<std::uint64_t>>(stored.status());
  return std::max(newest, *stored);
}

absl::Status ReleaseMemory::Take(const Task& task) {
  if (!task.release) return absl::OkStatus();
  std::uint64_t& taken = taken_[task.name];
  taken = std::max(taken, *task.release);
  if (!folder_) return absl::OkStatus();
  const std::filesystem::path file = FileOf(*folder_, task.name);
  const auto stored = ReadNumber(file);
  if (stored.ok() && *stored >= taken) return absl::OkStatus();
  if (absl::Status made = MakeOwnFolder(*folder_); !made.ok()) return made;
  return ReplaceFile(file, fmt::format("{}\n", taken), kReadableByAll);
}

}  // namespace biglittle
