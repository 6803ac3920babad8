// The files beside a model in which it keeps weights (ONNX's external data).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/model_info.h"

namespace biglittle::nn {

// Not thread-safe.
class WeightFiles {
 public:
  // `max_bytes`: what tensors may take of the files altogether, the same bytes twice counted twice.
  explicit WeightFiles(std::size_t max_bytes) : left_(max_bytes) {}
  virtual ~WeightFiles() = default;
  // The whole content of the file that the model calls `name`, valid as long as this object. What
  // leads out of the model's folder is refused. Errors do not name the model.
  virtual absl::StatusOr<std::span<const std::byte>> Read(const std::string& name) = 0;
  // Those that have been read.
  virtual std::vector<WeightFileInfo> used() const = 0;
  // False if so many more are too many.
  bool Take(std::size_t bytes) {
    if (bytes > left_) return false;
    left_ -= bytes;
    return true;
  }

 private:
  std::size_t left_;
};

// True for the plain name of a file: no folder, no way out of one.
bool IsPlainFileName(const std::string& name);

}  // namespace biglittle::nn
