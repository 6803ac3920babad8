// `biglittle evaluate`: a task's figures on its test data.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

namespace biglittle {

struct EvaluateOptions {
  std::string task;
  std::filesystem::path data;    // may be empty for a simulated task
  std::filesystem::path models;  // empty: those of the installation
  std::filesystem::path json;    // empty: no file
  std::filesystem::path plot;    // a .png; empty: none. Needs Debian's python3-matplotlib
};

// Prints the table, with what task.yaml promises held against these readings, and writes the files
// that were asked for. Returns an exit code: bad input where an option, a file or the data is
// wrong; failed where a file cannot be written; kExitPromiseBroken where all is well but the
// promise.
int RunEvaluate(const EvaluateOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
