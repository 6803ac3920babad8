#include "nn/simd/tile_product.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/simd/tile_product.cc"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;
constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(Floats()));
constexpr std::int64_t kPanel = 2 * kLanes;

// Rows of a register tile: with two vectors a row, as many as leave registers for the operands;
// with one, as many as there are registers for the rows' addresses.
#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr int kTileRows = HWY_TARGET <= HWY_AVX3 ? 14 : 12;  // 32 registers
constexpr int kNarrowTileRows = 10;
#else
constexpr int kTileRows = 6;  // 16 registers
constexpr int kNarrowTileRows = 8;
#endif
// A single row keeps the arithmetic units busy only with several panels at once.
constexpr int kWidePanels = 4;

struct Tile {
  const float* const* rows;
  const float* weights;
  const float* bias;
  float* output;
  const float* residual;  // nullptr: none
  std::int64_t columns;   // to be written; the registers may hold more
};

template <int kVectors>
HWY_INLINE void StorePart(const Floats d, const Vector (&sums)[kVectors], const Vector least,
                          const Vector greatest, const float* residual, std::int64_t columns,
                          float* output) {
#if HWY_TARGET <= HWY_AVX2  // these have loads and stores that leave the rest alone
  for (int v = 0; v < kVectors; ++v) {
    const std::int64_t left = std::clamp<std::int64_t>(columns - v * kLanes, 0, kLanes);
    const auto mask = hn::FirstN(d, static_cast<std::size_t>(left));
    Vector sum = sums[v];
    if (residual != nullptr) sum = hn::Add(sum, hn::MaskedLoad(mask, d, residual + v * kLanes));
    hn::BlendedStore(hn::Min(hn::Max(sum, least), greatest), mask, d, output + v * kLanes);
  }
#else
  HWY_ALIGN float row[kVectors * kLanes] = {};
  if (residual != nullptr) std::copy_n(residual, columns, row);
  for (int v = 0; v < kVectors; ++v) {
    const Vector sum = hn::Add(sums[v], hn::Load(d, row + v * kLanes));
    hn::Store(hn::Min(hn::Max(sum, least), greatest), d, row + v * kLanes);
  }
  std::copy_n(row, columns, output);
#endif
}

template <int kVectors>
HWY_INLINE void StoreRow(const Floats d, const Vector (&sums)[kVectors], const Vector least,
                         const Vector greatest, const float* residual, float* output) {
  for (int v = 0; v < kVectors; ++v) {
    Vector sum = sums[v];
    if (residual != nullptr) sum = hn::Add(sum, hn::LoadU(d, residual + v * kLanes));
    hn::StoreU(hn::Min(hn::Max(sum, least), greatest), d, output + v * kLanes);
  }
}

// One tile: kRows rows, kVectors vectors of columns, summed in registers.
template <int kRows, int kVectors>
HWY_NOINLINE void RunTile(const TileProduct& product, const Tile& tile, std::int64_t stride) {
  const Floats d;
  Vector sums[kRows][kVectors];
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sums[m][v] = hn::Load(d, tile.bias + v * kLanes);
  }
  const float* inputs[kRows];
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m) inputs[m] = tile.rows[m];
  const float* weights = tile.weights;
  for (const std::int64_t run : product.runs) {
    for (std::int64_t k = run; k < run + product.run_length; ++k, weights += kVectors * kLanes) {
      Vector column[kVectors];
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        column[v] = hn::Load(d, weights + v * kLanes);
        hwy::Prefetch(weights + v * kLanes + 24 * kVectors * kLanes);
      }
#pragma GCC unroll 16
      for (int m = 0; m < kRows; ++m) {
        const Vector input = hn::Set(d, inputs[m][k]);
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) sums[m][v] = hn::MulAdd(input, column[v], sums[m][v]);
      }
    }
  }
  const Vector least = hn::Set(d, product.least);
  const Vector greatest = hn::Set(d, product.greatest);
  const bool whole = tile.columns == kVectors * kLanes;
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m) {
    const float* residual = tile.residual == nullptr ? nullptr : tile.residual + m * stride;
    float* output = tile.output + m * stride;
    if (whole) {
      StoreRow<kVectors>(d, sums[m], least, greatest, residual, output);
    } else {
      StorePart<kVectors>(d, sums[m], least, greatest, residual, tile.columns, output);
    }
  }
}

// One row, kWidePanels full panels, summed in the same order as by RunTile.
HWY_NOINLINE void RunWideRow(const TileProduct& product, const Tile& tile,
                             std::int64_t panel_floats) {
  const Floats d;
  Vector sums[kWidePanels][2];
#pragma GCC unroll 4
  for (int p = 0; p < kWidePanels; ++p) {
    sums[p][0] = hn::Load(d, tile.bias + p * kPanel);
    sums[p][1] = hn::Load(d, tile.bias + p * kPanel + kLanes);
  }
  const float* weights = tile.weights;
  for (const std::int64_t run : product.runs) {
    const float* inputs = tile.rows[0] + run;
    for (std::int64_t k = 0; k < product.run_length; ++k, weights += kPanel) {
      const Vector input = hn::Set(d, inputs[k]);
#pragma GCC unroll 4
      for (int p = 0; p < kWidePanels; ++p) {
        const float* panel = weights + p * panel_floats;
        sums[p][0] = hn::MulAdd(input, hn::Load(d, panel), sums[p][0]);
        sums[p][1] = hn::MulAdd(input, hn::Load(d, panel + kLanes), sums[p][1]);
      }
    }
  }
  const Vector least = hn::Set(d, product.least);
  const Vector greatest = hn::Set(d, product.greatest);
#pragma GCC unroll 4
  for (int p = 0; p < kWidePanels; ++p) {
    const float* residual = tile.residual == nullptr ? nullptr : tile.residual + p * kPanel;
    StoreRow<2>(d, sums[p], least, greatest, residual, tile.output + p * kPanel);
  }
}

using TileFunction = void (*)(const TileProduct&, const Tile&, std::int64_t);

// kTiles[rows - 1]: the function for that many rows.
template <int kVectors, std::size_t... kRows>
constexpr std::array<TileFunction, sizeof...(kRows)> Tiles(std::index_sequence<kRows...>) {
  return {RunTile<static_cast<int>(kRows) + 1, kVectors>...};
}

// All rows of one panel.
void RunPanel(const TileProduct& product, const TileBlock& block, std::int64_t p) {
  static constexpr auto kFull = Tiles<2>(std::make_index_sequence<kTileRows>());
  static constexpr auto kNarrow = Tiles<1>(std::make_index_sequence<kNarrowTileRows>());
  const PackedMatrix& matrix = *product.matrix;
  const bool full = matrix.Width(p) == kPanel;
  const auto rows = static_cast<std::int64_t>(block.rows.size());
  const std::int64_t first_column = p * kPanel;
  Tile tile{nullptr, matrix.Panel(p), matrix.Bias(p),
            nullptr, nullptr,         std::min(matrix.Width(p), matrix.columns() - first_column)};
  // Tiles of nearly equal height: a low one at the end would waste what the registers can do.
  const std::int64_t height = full ? kTileRows : kNarrowTileRows;
  const std::int64_t tiles = (rows + height - 1) / height;
  for (std::int64_t t = 0; t < tiles; ++t) {
    const std::int64_t first = rows * t / tiles;
    const std::int64_t count = rows * (t + 1) / tiles - first;
    const std::int64_t offset = first * block.stride + first_column;
    tile.rows = block.rows.data() + first;
    tile.output = block.output + offset;
    if (block.residual != nullptr) tile.residual = block.residual + offset;
    const auto index = static_cast<std::size_t>(count - 1);
    (full ? kFull[index] : kNarrow[index])(product, tile, block.stride);
  }
}

void RunBlock(const TileProduct& product, const TileBlock& block) {
  const PackedMatrix& matrix = *product.matrix;
  std::int64_t p = block.first_panel;
  if (block.rows.size() == 1) {
    const std::int64_t whole = std::min(block.last_panel, matrix.columns() / kPanel);
    for (; p + kWidePanels <= whole; p += kWidePanels) {
      const std::int64_t column = p * kPanel;
      const Tile tile{block.rows.data(),
                      matrix.Panel(p),
                      matrix.Bias(p),
                      block.output + column,
                      block.residual == nullptr ? nullptr : block.residual + column,
                      kPanel};
      RunWideRow(product, tile, kPanel * matrix.depth());
    }
  }
  for (; p < block.last_panel; ++p) RunPanel(product, block, p);
}

std::int64_t Lanes() { return kLanes; }

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace biglittle::nn::simd {

HWY_EXPORT(Lanes);
HWY_EXPORT(RunBlock);

std::int64_t NarrowWidth() { return HWY_DYNAMIC_DISPATCH(Lanes)(); }
std::int64_t PanelWidth() { return 2 * NarrowWidth(); }

std::int64_t PackedColumns(std::int64_t columns) {
  return (columns + NarrowWidth() - 1) / NarrowWidth() * NarrowWidth();
}

PackedMatrix::PackedMatrix(std::int64_t depth, std::int64_t columns)
    : depth_(depth),
      columns_(columns),
      panels_((columns + PanelWidth() - 1) / PanelWidth()),
      narrow_(columns - (panels_ - 1) * PanelWidth() <= NarrowWidth()),
      weights_(PackedColumns(columns) * depth),
      bias_(PackedColumns(columns)) {}

void Multiply(const TileProduct& product, const TileBlock& block) {
  HWY_DYNAMIC_DISPATCH(RunBlock)(product, block);
}

void MultiplyRows(const PackedMatrix& matrix, const float* rows, std::int64_t count,
                  const float* sums, float* output) {
  std::array<const float*, kBlockRows> pointers;
  for (std::int64_t first = 0; first < count; first += kBlockRows) {
    const std::int64_t block_rows = std::min(kBlockRows, count - first);
    for (std::int64_t i = 0; i < block_rows; ++i) {
      pointers[static_cast<std::size_t>(i)] = rows + (first + i) * matrix.depth();
    }
    const std::int64_t offset = first * matrix.columns();
    TileBlock block{std::span(pointers).first(static_cast<std::size_t>(block_rows))};
    block.last_panel = matrix.panels();
    block.output = output + offset;
    block.stride = matrix.columns();
    if (sums != nullptr) block.residual = sums + offset;
    Multiply({&matrix, kOneRun, matrix.depth()}, block);
  }
}

}  // namespace biglittle::nn::simd
#endif
