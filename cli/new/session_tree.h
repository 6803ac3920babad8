// A folder of recordings: a folder a class, in it files, or a folder a session with files. Folders
// of one name in several classes are one session: what one person, machine or day gave.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

struct LabelledFile {
  std::filesystem::path file;
  std::size_t label = 0;  // its place in SessionTree::labels
  std::size_t session =
      0;  // below SessionTree::sessions; a file that has no session's folder is one
};

struct SessionTree {
  std::vector<std::string> labels;  // in the order of their bytes; each has files
  std::size_t sessions = 0;
  std::vector<LabelledFile> files;                 // by label, then by name
  std::vector<std::filesystem::path> passed_over;  // neither recordings nor hidden
};

// InvalidArgument or NotFound, one line, if there are not at least two labels, each with files.
absl::StatusOr<SessionTree> ReadSessionTree(const std::filesystem::path& folder);

}  // namespace biglittle
