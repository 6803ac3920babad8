// `biglittle inspect MODEL`: what is in an ONNX file, as far as the engine understands it.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace biglittle {

// Tells to `out`: producer, opset, digest, size, ports, parameters, multiply-adds a sample, and the
// operators with their counts. Returns 0, or 2 after one line to `err` if the engine cannot use the
// file.
int RunInspect(const std::filesystem::path& model, std::ostream& out, std::ostream& err);

}  // namespace biglittle
