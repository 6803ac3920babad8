// A program of the system that is run to its end: ssh, tar.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

struct ProgramEnd {
  int exit_code = 0;   // as a shell would see it
  std::string errors;  // what it said there, the end of it; a stranger's text
};

// Runs `words` (words[0] is looked for in PATH), with the file `input` as standard input (empty:
// none) and `output` for what it says. NotFound: there is no such program. Thread-safe, for other
// `output`s.
absl::StatusOr<ProgramEnd> RunProgramToEnd(const std::vector<std::string>& words,
                                           const std::filesystem::path& input,
                                           const std::filesystem::path& output);

}  // namespace biglittle
