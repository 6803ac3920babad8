// `biglittle inspect MODEL`: what is in an ONNX file, as far as the engine understands it.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace biglittle {

struct InspectOptions {
  std::filesystem::path model;
  bool profile = false;  // also time the steps
};

// Tells to `out`: producer, opset, digest, size, ports, parameters, multiply-adds a sample, memory,
// the operators with their counts, and the steps that they have become with the kernel of each;
// with `profile` the microseconds that a step takes for one sample, the median of some hundred
// runs. Returns the exit code; problems go
// to `err` in one line.
int RunInspect(const InspectOptions& options, std::ostream& out, std::ostream& err);

}  // namespace biglittle
