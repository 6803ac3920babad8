#include "nn/operators/padded_input.h"

#include <algorithm>
#include <cstdint>

#include "nn/operators/conv_parameters.h"
#include "nn/operators/window.h"

namespace biglittle::nn {
namespace {

// Inputs and padding that the windows reach; at least the input, so that rows stay whole.
std::int64_t Extent(const WindowAxis& axis) {
  const std::int64_t reached =
      (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
  return std::max(reached, axis.pad_begin + axis.input);
}

// Three planes to pixels of three.
void TurnThree(const float* planes, std::int64_t plane, std::int64_t pixels, float* output) {
  const float* a = planes;
  const float* b = planes + plane;
  const float* c = planes + 2 * plane;
  for (std::int64_t x = 0; x < pixels; ++x) {
    output[3 * x] = a[x];
    output[3 * x + 1] = b[x];
    output[3 * x + 2] = c[x];
  }
}

}  // namespace

PaddedInput::PaddedInput(const ConvParameters& parameters)
    : channels_(parameters.input_channels),
      input_height_(parameters.window.y.input),
      input_width_(parameters.window.x.input),
      pad_top_(parameters.window.y.pad_begin),
      pad_left_(parameters.window.x.pad_begin),
      planar_(parameters.planar_input && channels_ > 1),
      height_(Extent(parameters.window.y)),
      width_(Extent(parameters.window.x)),
      copies_(planar_ || height_ > input_height_ || width_ > input_width_) {}

void PaddedInput::CopyRow(const float* sample, std::int64_t y, float* padded) const {
  float* row = padded + y * row_floats();
  const std::int64_t source = y - pad_top_;
  if (source < 0 || source >= input_height_) {
    std::fill_n(row, row_floats(), 0.0F);
    return;
  }
  float* inner = std::fill_n(row, pad_left_ * channels_, 0.0F);
  float* end = inner + input_width_ * channels_;
  if (planar_) {
    const float* row_of_plane = sample + source * input_width_;
    if (channels_ == 3) {  // of an image, or of an accelerometer
      TurnThree(row_of_plane, input_height_ * input_width_, input_width_, inner);
    } else {
      for (std::int64_t c = 0; c < channels_; ++c) {
        const float* plane = row_of_plane + c * input_height_ * input_width_;
        for (std::int64_t x = 0; x < input_width_; ++x) inner[x * channels_ + c] = plane[x];
      }
    }
  } else {
    std::copy_n(sample + source * input_width_ * channels_, input_width_ * channels_, inner);
  }
  std::fill(end, row + row_floats(), 0.0F);
}

void PaddedInput::Copy(const float* sample, float* padded) const {
  for (std::int64_t y = 0; y < height_; ++y) CopyRow(sample, y, padded);
}

}  // namespace biglittle::nn
