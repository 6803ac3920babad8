// `biglittle classify`: runs one model file over an array of inputs, nothing else.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

namespace biglittle {

struct ClassifyOptions {
  std::filesystem::path model;
  std::filesystem::path input;        // .npy or IDX, plain or gzip: [N, ...] as the model takes it
  std::filesystem::path json;         // empty: to `out`
  std::optional<std::string> output;  // the one to print, by its name; all without it
};

// Writes {"named_outputs": {NAME: [[...], ...]}, "outputs": [[...], ...], "classes": [...]}: the
// values of each output for each input, unchanged; those of the last one again (of the one that
// was chosen); and the index of the largest of these. The input is taken as it is, not normalised,
// which a line to `err` says, with the names of what is printed. Returns the exit code; problems
// go to `err` in one line.
int RunClassify(const ClassifyOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
