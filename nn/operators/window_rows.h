// The windows of one output row on feature maps stored channels last, in stretches that see the
// same taps: no padding has to be written down anywhere.
#pragma once

#include <algorithm>
#include <cstdint>

#include "nn/operators/window.h"
#include "nn/simd/depthwise.h"

namespace biglittle::nn {

// Calls segment(x, pixels) for stretches of outputs [x, x + pixels) of the axis whose windows see
// equally many taps, beginning with the same one.
template <typename Segment>
void ForEachWindowSegment(const WindowAxis& axis, Segment segment) {
  // The outputs whose first and last taps both lie inside.
  const std::int64_t first = std::min(axis.FirstOutput(0), axis.output);
  const std::int64_t last = std::max(first, axis.LastOutput(axis.kernel - 1));
  for (std::int64_t x = 0; x < first; ++x) segment(x, std::int64_t{1});
  if (first < last) segment(first, last - first);
  for (std::int64_t x = last; x < axis.output; ++x) segment(x, std::int64_t{1});
}

// What outputs [x, x + pixels) of row y see of `sample`; the output pointer is left to the caller.
// `Row` is simd::WindowRow, or simd::ByteRow where elements are bytes.
template <typename Row = simd::WindowRow, typename Element = float>
Row ChannelsLastRow(const Window& window, std::int64_t channels, const Element* sample,
                    std::int64_t y, std::int64_t x, std::int64_t pixels) {
  const std::int64_t first_y = window.y.FirstTap(y);
  const std::int64_t first_x = window.x.FirstTap(x);
  const std::int64_t input_y = window.y.Start(y) + first_y * window.y.dilation;
  const std::int64_t input_x = window.x.Start(x) + first_x * window.x.dilation;
  Row row;
  row.tap_rows = std::max<std::int64_t>(0, window.y.LastTap(y) - first_y);
  row.tap_columns = std::max<std::int64_t>(0, window.x.LastTap(x) - first_x);
  const bool sees = row.tap_rows > 0 && row.tap_columns > 0;
  row.input = sees ? sample + (input_y * window.x.input + input_x) * channels : sample;
  row.row_step = window.y.dilation * window.x.input * channels;
  row.column_step = window.x.dilation * channels;
  row.pixel_step = window.x.stride * channels;
  row.pixels = pixels;
  row.channels = channels;
  return row;
}

}  // namespace biglittle::nn
