// The product that convolutions and dense layers of bytes are made of, with the weights packed in
// the order in which they are read:
//
//   sum[row][column] = start[column] + sum over k of input(row, k) * weights[k][column]
//
// Inputs are uint8, weights integers within [-255, 255] (what is left of int8 or uint8 less a zero
// point), sums int32 that wrap around: exact, whatever the instruction set. Where the processor
// multiplies uint8 by int8 in fours (VNNI) and the weights allow it, rows are read as they are;
// else they must be int16, which every processor multiplies in pairs without saturating
// (vpmaddubsw would). As in tile_product.h a row's inputs are `runs`: stretches at fixed distances.
// Source: as there; for the fours: Intel, "Deep Learning Boost", 2018.
//
// Thread-safe: all state is the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "nn/kernel/aligned_floats.h"

namespace biglittle::nn::simd {

// True if fours are multiplied at once on this machine.
bool MultipliesQuads();

// Weights in panels of columns, for the instruction set of this machine. Each run of a row is
// filled up with weights of 0 to a whole number of steps: 4 uint8 or 2 int16. A row may be read up
// to 3 bytes beyond its end.
class PackedBytes {
 public:
  PackedBytes() = default;
  // `at(k, column)` gives a weight, 0 <= k < runs * run_length. `pairs` asks for rows of int16.
  template <typename At>
  PackedBytes(std::int64_t runs, std::int64_t run_length, std::int64_t columns, At at,
              bool pairs = false)
      : PackedBytes(runs, run_length, columns, Listed(runs * run_length, columns, at), pairs) {}

  // Rows are uint8; else they are int16.
  bool quads() const { return quads_; }
  std::int64_t input_bytes() const { return quads_ ? 1 : 2; }
  std::int64_t steps_of_run() const { return steps_of_run_; }
  std::int64_t steps() const { return steps_; }  // of a row
  std::int64_t columns() const { return columns_; }
  std::int64_t panels() const { return panels_; }
  // Columns of all panels, zeros behind the last column included.
  std::int64_t packed_columns() const { return packed_columns_; }
  // Columns of panel p as stored.
  std::int64_t Width(std::int64_t p) const;
  // [steps, Width(p)] units of 4 bytes: a step of a column.
  const std::int32_t* Panel(std::int64_t p) const;
  // The sum over k of a column's weights.
  std::int32_t SumOf(std::int64_t column) const { return sums_[static_cast<std::size_t>(column)]; }
  std::int64_t floats() const { return weights_.size(); }

 private:
  // weights[column * depth + k].
  PackedBytes(std::int64_t runs, std::int64_t run_length, std::int64_t columns,
              const std::vector<std::int16_t>& weights, bool pairs);
  template <typename At>
  static std::vector<std::int16_t> Listed(std::int64_t depth, std::int64_t columns, At at) {
    std::vector<std::int16_t> weights(static_cast<std::size_t>(depth * columns));
    std::int16_t* to = weights.data();
    for (std::int64_t column = 0; column < columns; ++column) {
      for (std::int64_t k = 0; k < depth; ++k) *to++ = static_cast<std::int16_t>(at(k, column));
    }
    return weights;
  }
  // Packs a column and returns the sum of its weights.
  std::int32_t SetColumn(std::int64_t column, std::int64_t runs, const std::int16_t* weights);

  bool quads_ = false;
  bool narrow_ = false;  // the last panel is
  std::int64_t run_length_ = 1;
  std::int64_t steps_of_run_ = 0;
  std::int64_t steps_ = 0;
  std::int64_t columns_ = 0;
  std::int64_t panels_ = 0;
  std::int64_t packed_columns_ = 0;
  AlignedFloats weights_;
  std::vector<std::int32_t> sums_;
};

// What becomes of the sums: value = sum * scale, and then one of
//   floats: clamp(value + bias)
//   bytes:  clamp(value + (residual - residual_point) * residual_scale), rounded to the nearest
//           integer, halves to the even one, + zero_point.
// The arrays have packed_columns() elements.
struct ByteFinish {
  const std::int32_t* start = nullptr;
  const float* scales = nullptr;
  const float* bias = nullptr;  // of floats; nullptr: none
  float least = -std::numeric_limits<float>::infinity();
  float greatest = std::numeric_limits<float>::infinity();
  bool to_floats = false;
  std::int32_t zero_point = 0;  // least and greatest + zero_point are within [0, 255]
  float residual_point = 0.0F;
  float residual_scale = 0.0F;
};

struct ByteProduct {
  const PackedBytes* matrix = nullptr;
  std::span<const std::int64_t> runs;  // bytes from the row's pointer to each run
  ByteFinish finish;
};

// A part of the output: some rows, some panels.
struct ByteBlock {
  std::span<const std::uint8_t* const> rows;
  std::int64_t first_panel = 0;
  std::int64_t last_panel = 0;             // not included
  std::uint8_t* bytes = nullptr;           // column 0 of the first of the rows
  float* floats = nullptr;                 // likewise, where the output is floats
  std::int64_t stride = 0;                 // elements from row to row, in output and residual
  const std::uint8_t* residual = nullptr;  // may be the output's memory; nullptr: none
};

void Multiply(const ByteProduct& product, const ByteBlock& block);

}  // namespace biglittle::nn::simd
