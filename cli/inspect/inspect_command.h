// `biglittle inspect MODEL`: what is in an ONNX file, as far as the engine understands it.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace biglittle {

struct InspectOptions {
  std::filesystem::path model;
  std::vector<std::string> shapes;  // each NAME=1,40,101, of an input whose file leaves sizes open
  bool profile = false;             // also time the steps
};

// Tells to `out`: producer, opset, digest, size, ports, parameters, multiply-adds a sample, memory,
// the operators with their counts, and the steps that they have become with the kernel of each;
// with `profile` the microseconds that a step takes for one sample, the median of some hundred
// runs; and why the samples of a batch are computed one after the other, where they are. Returns
// the exit code. Of a file that cannot be loaded every reason goes to `err`, one a line.
int RunInspect(const InspectOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
