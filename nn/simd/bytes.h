// Between floats and bytes, and functions of bytes, with vector instructions. Thread-safe.
#pragma once

#include <array>
#include <cstdint>

namespace biglittle::nn::simd {

// out[i] = clamp(round(in[i] / scale) + zero_point, 0, 255); halves go to the even neighbour, what
// is no number becomes 0. 0 <= zero_point <= 255.
void QuantizeBytes(const float* in, std::int64_t count, float scale, std::int32_t zero_point,
                   std::uint8_t* out);
// The least and the greatest of the numbers and 0; what is no number is passed over.
struct FloatRange {
  float least = 0.0F;
  float greatest = 0.0F;
};
FloatRange LeastAndGreatest(const float* in, std::int64_t count);
// out[i] = (in[i] - zero_point) * scale.
void DequantizeBytes(const std::uint8_t* in, std::int64_t count, float scale,
                     std::int32_t zero_point, float* out);
// out[i] = clamp(round((in[i] - point) * scale)) + zero_point, where `least` and `greatest` bound
// what is rounded.
struct ByteScaling {
  float point = 0.0F;
  float scale = 1.0F;
  float least = 0.0F;
  float greatest = 255.0F;
  std::int32_t zero_point = 0;
};
void ScaleBytes(const ByteScaling& scaling, const std::uint8_t* in, std::int64_t count,
                std::uint8_t* out);

// out[3 * i + k] = planes[k][i].
void InterleaveThree(const std::array<const std::uint8_t*, 3>& planes, std::int64_t count,
                     std::uint8_t* out);

// out[i] = in[i].
void WidenBytes(const std::uint8_t* in, std::int64_t count, std::int16_t* out);

// out[i] = clamp(round((a[i] - points[0]) * scales[0] + (b[i] - points[1]) * scales[1])) +
// zero_point, where `least` and `greatest` bound what is rounded. `out` may be a's or b's memory.
struct ByteSum {
  std::array<float, 2> points{};
  std::array<float, 2> scales{};
  float least = 0.0F;
  float greatest = 255.0F;
  std::int32_t zero_point = 0;
};
void AddBytes(const ByteSum& sum, const std::uint8_t* a, const std::uint8_t* b, std::int64_t count,
              std::uint8_t* out);

// out[i] = clamp(round((a[i] - a_point) * (b[i] - b_point) * scale)) + zero_point, bounded
// likewise. `out` may be a's or b's memory.
struct ByteMultiplication {
  float a_point = 0.0F;
  float b_point = 0.0F;
  float scale = 1.0F;
  float least = 0.0F;
  float greatest = 255.0F;
  std::int32_t zero_point = 0;
};
void MultiplyBytes(const ByteMultiplication& how, const std::uint8_t* a, const std::uint8_t* b,
                   std::int64_t count, std::uint8_t* out);

// out[i] = table[in[i]].
using ByteTable = std::array<std::uint8_t, 256>;
void LookUpBytes(const ByteTable& table, const std::uint8_t* in, std::int64_t count,
                 std::uint8_t* out);

// Some neighbouring pixels of one output row of feature maps stored channels last, whose windows
// see equally many taps; as WindowRow of depthwise.h, in bytes.
struct ByteRow {
  const std::uint8_t* input = nullptr;  // channel 0 of the first tap that the first pixel sees
  std::int64_t tap_rows = 0;
  std::int64_t tap_columns = 0;
  std::int64_t row_step = 0;     // bytes from a row of taps to the next
  std::int64_t column_step = 0;  // bytes from a tap to the next of its row
  std::int64_t pixel_step = 0;   // bytes from the window of a pixel to the next one's
  std::int64_t pixels = 0;
  std::int64_t channels = 0;
  std::uint8_t* output = nullptr;  // [pixels, channels]
  float* floats = nullptr;         // in its place, where a sum becomes a float
};

// What becomes of a sum: clamp(sum * scale), and of bytes: rounded, + zero_point.
struct ByteRounding {
  bool to_floats = false;
  float least = 0.0F;
  float greatest = 255.0F;
  std::int32_t zero_point = 0;
};

// sum = bias[c] + the sum over the taps of (input - input_point) * weights.
struct ByteDepthwise {
  const std::int32_t* weights = nullptr;  // of the first tap that is seen: [channels]
  std::int64_t row_step = 0;              // from a row of taps to the next; [channels] to the next
  const std::int32_t* bias = nullptr;     // [channels]
  const float* scales = nullptr;          // likewise
  std::int32_t input_point = 0;
  ByteRounding rounding;
};
// weights lie within [-255, 255].
void DepthwiseBytes(const ByteRow& row, const ByteDepthwise& weights);

// The greatest of what a pixel sees; there must be a tap.
void MaxOfBytes(const ByteRow& row);
// sum = the sum of what a pixel sees, less `input_point` each; the same scale for all channels.
void SumOfBytes(const ByteRow& row, std::int32_t input_point, float scale,
                const ByteRounding& rounding);

}  // namespace biglittle::nn::simd
