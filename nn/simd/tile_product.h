// The product that convolutions and dense layers are made of, with the weights packed in the order
// in which they are read:
//
//   output[row][column] = clamp(bias[column] + sum over k of input(row, k) * weights[k][column]
//                               + residual[row][column])
//
// A row's inputs are not one array but `runs`: stretches of equal length at fixed distances from a
// pointer of the row's own. What a convolution's window sees of an image stored channels last is
// such a row, so nothing has to be copied together first. Source for the idea: M. Dukhan, "The
// Indirect Convolution Algorithm", 2019; for the register tile: K. Goto, R. van de Geijn, "Anatomy
// of High-Performance Matrix Multiplication", 2008.
//
// Every output is summed in the order of k by itself: its bits do not depend on how rows and panels
// are divided among calls. Thread-safe: all state is the caller's.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "nn/kernel/aligned_floats.h"

namespace biglittle::nn::simd {

// Columns of a full panel: what the registers of this machine hold.
std::int64_t PanelWidth();
// Columns of the narrow panel that may stand last: half of it.
std::int64_t NarrowWidth();

// Columns of a packed matrix as stored.
std::int64_t PackedColumns(std::int64_t columns);

// Weights and bias, cut into panels of columns. Made for the instruction set of this machine.
class PackedMatrix {
 public:
  PackedMatrix() = default;
  // `at(k, column)` gives a weight, 0 <= k < depth.
  template <typename At>
  PackedMatrix(std::int64_t depth, std::int64_t columns, At at, std::span<const float> bias)
      : PackedMatrix(depth, columns) {
    for (std::int64_t p = 0; p < panels_; ++p) {
      float* target = weights_.data() + p * PanelWidth() * depth_;
      const std::int64_t first = p * PanelWidth();
      const std::int64_t count = std::min(Width(p), columns_ - first);
      for (std::int64_t k = 0; k < depth_; ++k, target += Width(p)) {
        for (std::int64_t i = 0; i < count; ++i) target[i] = at(k, first + i);
      }
    }
    if (!bias.empty()) std::copy_n(bias.data(), columns_, bias_.data());
  }

  // Zeros, to be filled by Set.
  PackedMatrix(std::int64_t depth, std::int64_t columns);
  void Set(std::int64_t k, std::int64_t column, float weight) {
    const std::int64_t p = column / PanelWidth();
    const std::int64_t at = p * PanelWidth() * depth_ + k * Width(p) + column % PanelWidth();
    weights_.data()[at] = weight;
  }

  std::int64_t depth() const { return depth_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t panels() const { return panels_; }
  // Columns of panel p as stored, zeros behind the last column included.
  std::int64_t Width(std::int64_t p) const {
    return p + 1 < panels_ || !narrow_ ? PanelWidth() : NarrowWidth();
  }
  const float* Panel(std::int64_t p) const { return weights_.data() + p * PanelWidth() * depth_; }
  const float* Bias(std::int64_t p) const { return bias_.data() + p * PanelWidth(); }
  std::int64_t floats() const { return weights_.size() + bias_.size(); }

 private:
  std::int64_t depth_ = 0;
  std::int64_t columns_ = 0;
  std::int64_t panels_ = 0;
  bool narrow_ = false;  // the last panel is
  AlignedFloats weights_;
  AlignedFloats bias_;
};

struct TileProduct {
  const PackedMatrix* matrix = nullptr;
  std::span<const std::int64_t> runs;  // where each run begins, from the row's pointer
  std::int64_t run_length = 0;         // runs.size() * run_length == matrix->depth()
  float least = -std::numeric_limits<float>::infinity();
  float greatest = std::numeric_limits<float>::infinity();
};

// A part of the output: some rows, some panels.
struct TileBlock {
  std::span<const float* const> rows;
  std::int64_t first_panel = 0;
  std::int64_t last_panel = 0;      // not included
  float* output = nullptr;          // column 0 of the first of the rows
  std::int64_t stride = 0;          // floats from row to row, in output and residual
  const float* residual = nullptr;  // may be the output's memory; nullptr: none
};

void Multiply(const TileProduct& product, const TileBlock& block);

// Where a row's inputs are one array.
inline constexpr std::array<std::int64_t, 1> kOneRun = {0};
// Rows to be computed panel by panel while their inputs are in the cache.
inline constexpr std::int64_t kBlockRows = 84;
// Panels of one piece of work: where rows are few, threads share the columns.
inline constexpr std::int64_t kBlockPanels = 4;

// All panels for `count` rows that follow each other, in `rows` as in `output`. `sums`, laid out as
// the output, is added unless it is nullptr, and may be the output's memory.
void MultiplyRows(const PackedMatrix& matrix, const float* rows, std::int64_t count,
                  const float* sums, float* output);

}  // namespace biglittle::nn::simd
