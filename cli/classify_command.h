// `biglittle classify`: runs one model file over an array of inputs, nothing else.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace biglittle {

struct ClassifyOptions {
  std::filesystem::path model;
  std::filesystem::path input;  // .npy or IDX, plain or gzip: [N, ...] as the model takes it
  std::filesystem::path json;   // empty: to `out`
};

// Writes {"outputs": [[...], ...], "classes": [...]}: the model's output values for each input,
// unchanged, and the index of the largest. The input is taken as it is, not normalised. Returns the
// exit code; problems go to `err` in one line.
int RunClassify(const ClassifyOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
