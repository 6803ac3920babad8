// The input of a convolution stored channels last, with the zeros of its padding around it, so that
// no window needs to know where the border is.
#pragma once

#include <cstdint>

#include "nn/operators/conv_parameters.h"

namespace biglittle::nn {

class PaddedInput {
 public:
  explicit PaddedInput(const ConvParameters& parameters);

  // False if the input can be read where it lies.
  bool copies() const { return copies_; }
  // Floats of one sample with its padding; 0 if nothing is copied.
  std::int64_t floats() const { return copies_ ? height_ * row_floats() : 0; }
  std::int64_t height() const { return height_; }
  std::int64_t row_floats() const { return width_ * channels_; }

  // Row y of the padded sample, 0 <= y < height().
  void CopyRow(const float* sample, std::int64_t y, float* padded) const;
  void Copy(const float* sample, float* padded) const;

 private:
  const std::int64_t channels_;
  const std::int64_t input_height_;
  const std::int64_t input_width_;
  const std::int64_t pad_top_;
  const std::int64_t pad_left_;
  const bool planar_;
  std::int64_t height_;
  std::int64_t width_;
  bool copies_;
};

}  // namespace biglittle::nn
