// The versions of a task: models/<task>/ may hold numbered folders, models/<task>/<n>/, each a
// complete task folder. Pure functions of the file system, thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace biglittle {

// The newest first: the subfolders of `folder` that are named by a number (1 to 999999999, without
// zeros in front) and hold a task.yaml, by number. Where there are none, `folder` itself is the
// only version, whatever it holds.
std::vector<std::filesystem::path> TaskVersions(const std::filesystem::path& folder);

// The newest version, which is what LoadTask reads.
std::filesystem::path ResolveTaskFolder(const std::filesystem::path& folder);

// The task that `folder` is for: its name, or its parent's where it is a version's folder. A task
// may itself be called by a number, `called`.
std::string TaskNameOfFolder(const std::filesystem::path& folder, const std::string& called);

}  // namespace biglittle
