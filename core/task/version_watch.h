// Watches the versions of one task (core/task/task_versions.h) while one of them serves: finds new
// ones, tries each once, and lets the old one serve on while none is better.
//
// Knows no net: what loads a version, and lets it serve, comes as a function.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "core/task/task.h"

namespace biglittle {

// OK if `fresh` may take the place of `serving` while both ends of an escalation go by that one:
// the same name, labels and input, and where features are escalated the same little net, which they
// come from. FailedPrecondition, one line: what differs.
absl::Status CheckSameInterface(const Task& serving, const Task& fresh);

// Not thread-safe.
class VersionWatch {
 public:
  struct Options {
    std::filesystem::path folder;  // the task's, with or without versions
    bool is_signed = false;        // a version is known by its signature too
    NetDescription Task::*net;     // the one that serves, little or big: known by its file
  };
  // Loads the version in this folder, which may take seconds; OK: it serves from now on.
  using Load = std::function<absl::Status(const std::filesystem::path& folder)>;
  // A version that was tried.
  struct Trial {
    std::filesystem::path folder;
    absl::Status loaded;
  };

  explicit VersionWatch(Options options) : options_(std::move(options)) {}

  // At the start: the highest version that loads serves. The error is that of the highest, if none
  // does; what was refused is tried again by the first Poll, which tells of it.
  absl::Status Begin(const Load& load);

  // Looks at the folder once, and tries what it has not seen like this before, the highest first,
  // down to the version that serves: none below that one, whatever became of its files, unless its
  // folder is gone. A version is known by its folder, the content of its task.yaml (where signed,
  // of its signature too), and size and time of its net's file; one that was refused is not tried
  // again until one of these changes. Cheap enough for every second. After Begin.
  std::vector<Trial> Poll(const Load& load);

 private:
  using Fingerprint = std::string;

  Fingerprint FingerprintOf(const std::filesystem::path& folder) const;

  const Options options_;
  // Whence the version came that serves, and what was refused since.
  std::filesystem::path folder_;
  Fingerprint fingerprint_;
  std::map<std::filesystem::path, Fingerprint> refused_;
};

}  // namespace biglittle
