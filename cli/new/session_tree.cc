#include "cli/new/session_tree.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "absl/status/status.h"

#include "cli/new/listed_folder.h"
#include "cli/new/recording.h"
#include "core/shown_text.h"
#include "core/task/label.h"
#include "core/text.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

absl::Status CheckLabel(const std::string& label) {
  if (IsLabel(label)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} cannot be a label: rename the folder to printable UTF-8 of at most {} bytes",
                  Quoted(label), kMaxLabelBytes));
}

class TreeReader {
 public:
  absl::Status ReadLabel(const fs::path& folder) {
    std::string label = folder.filename().string();
    if (absl::Status good = CheckLabel(label); !good.ok()) return good;
    const auto entries = ListFolder(folder);
    if (!entries.ok()) return entries.status();
    const std::size_t before = tree_.files.size();
    for (const fs::path& entry : *entries) {
      if (absl::Status read = IsFolder(entry) ? ReadSession(entry) : ReadFile(entry); !read.ok()) {
        return read;
      }
    }
    if (tree_.files.size() == before) {
      return absl::InvalidArgumentError(
          fmt::format("{} has no recordings: .wav, .csv, .txt or .npy files, or folders with them",
                      Shown(folder.string())));
    }
    tree_.labels.push_back(std::move(label));
    return absl::OkStatus();
  }

  void PassOver(const fs::path& path) { tree_.passed_over.push_back(path); }
  SessionTree Take() { return std::move(tree_); }

 private:
  absl::Status ReadSession(const fs::path& folder) {
    const auto entries = ListFolder(folder);
    if (!entries.ok()) return entries.status();
    for (const fs::path& entry : *entries) {
      if (IsFolder(entry) || !IsRecording(entry)) {
        PassOver(entry);
        continue;
      }
      const auto [known, is_new] = by_name_.emplace(folder.filename().string(), tree_.sessions);
      if (is_new) ++tree_.sessions;
      Add(entry, known->second);
    }
    return absl::OkStatus();
  }

  absl::Status ReadFile(const fs::path& file) {
    if (!IsRecording(file)) {
      PassOver(file);
    } else {
      Add(file, tree_.sessions++);
    }
    return absl::OkStatus();
  }

  void Add(const fs::path& file, std::size_t session) {
    tree_.files.push_back({.file = file, .label = tree_.labels.size(), .session = session});
  }

  std::map<std::string, std::size_t> by_name_;  // the sessions that are folders
  SessionTree tree_;
};

}  // namespace

absl::StatusOr<SessionTree> ReadSessionTree(const fs::path& folder) {
  const auto entries = ListFolder(folder);
  if (!entries.ok()) return entries.status();
  TreeReader reader;
  for (const fs::path& entry : *entries) {
    if (!IsFolder(entry)) {
      reader.PassOver(entry);
      continue;
    }
    if (absl::Status read = reader.ReadLabel(entry); !read.ok()) return read;
  }
  SessionTree tree = reader.Take();
  if (tree.labels.size() < 2 || tree.labels.size() > kMaxLabels) {
    return absl::InvalidArgumentError(
        fmt::format("{} has {} folders; it must have one for each class, 2 to {}",
                    Shown(folder.string()), tree.labels.size(), kMaxLabels));
  }
  return tree;
}

}  // namespace biglittle
