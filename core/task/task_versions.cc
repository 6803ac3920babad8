#include "core/task/task_versions.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <system_error>

namespace biglittle {
namespace {

// 0 if `name` is no version's.
unsigned long VersionNumber(const std::string& name) {
  constexpr std::size_t kMaxDigits = 9;
  const bool digits =
      std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (name.empty() || name.size() > kMaxDigits || !digits || name.front() == '0') return 0;
  return std::stoul(name);
}

}  // namespace

std::vector<std::filesystem::path> TaskVersions(const std::filesystem::path& folder) {
  std::map<unsigned long, std::filesystem::path, std::greater<>> by_number;
  std::error_code error;
  // An error ends the loop: a folder that cannot be read has no versions, and LoadTask says why.
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const unsigned long number = VersionNumber(at->path().filename().string());
    std::error_code missing;
    if (number == 0 || !std::filesystem::is_regular_file(at->path() / "task.yaml", missing)) {
      continue;
    }
    by_number.emplace(number, at->path());
  }
  std::vector<std::filesystem::path> versions;
  for (auto& [number, path] : by_number) versions.push_back(path);
  if (versions.empty()) versions.push_back(folder);
  return versions;
}

std::filesystem::path ResolveTaskFolder(const std::filesystem::path& folder) {
  return TaskVersions(folder).front();
}

std::string TaskNameOfFolder(const std::filesystem::path& folder, const std::string& called) {
  const std::string name = folder.filename().string();
  if (name == called || VersionNumber(name) == 0) return name;
  return folder.parent_path().filename().string();
}

}  // namespace biglittle
