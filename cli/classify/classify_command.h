// `biglittle classify`: runs one model file over an array of inputs, nothing else.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace biglittle {

struct ClassifyOptions {
  std::filesystem::path model;
  // Each [NAME=]FILE: a .npy or IDX, plain or gzip, [N, ...] as the model takes it. The name may be
  // left out where the model has one input.
  std::vector<std::string> inputs;
  // Each NAME=1,40,101: the whole shape of an input whose file leaves sizes open. Without it the
  // array's sizes are taken.
  std::vector<std::string> shapes;
  std::filesystem::path json;         // empty: to `out`
  std::optional<std::string> output;  // the one to print, by its name; all without it
};

// Writes {"named_outputs": {NAME: [[...], ...]}, "outputs": [[...], ...], "classes": [...]}: the
// values of each output for each input, unchanged; those of the last one again (of the one that
// was chosen); and the index of the largest of these. An output that has no dimension for the
// samples is one row. The inputs are taken as they are, not normalised, which a line to `err` says,
// with the names of what is printed. Returns the exit code; problems go to `err` in one line.
int RunClassify(const ClassifyOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
