#include "nn/simd/byte_product.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "nn/simd/tile_product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/simd/byte_product.cc"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "nn/simd/bytes-inl.h"
#include "nn/simd/dot-inl.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Ints = hn::ScalableTag<std::int32_t>;
using Floats = hn::ScalableTag<float>;
using IntVector = hn::Vec<Ints>;
using FloatVector = hn::Vec<Floats>;
constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(Ints()));
constexpr std::int64_t kPanel = 2 * kLanes;

// As in tile_product.cc.
#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr int kTileRows = HWY_TARGET <= HWY_AVX3 ? 14 : 10;  // 32 registers
constexpr int kNarrowTileRows = 10;
#else
constexpr int kTileRows = 5;  // 16 registers, one for the product before it is added
constexpr int kNarrowTileRows = 8;
#endif
constexpr int kWidePanels = 4;

// Two int16 of each lane times two of the row's.
struct Pairs {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_SSSE3
  using Weights = IntVector;
  static HWY_INLINE Weights Load(const Ints d, const std::int32_t* weights) {
    return hn::Load(d, weights);
  }
  static HWY_INLINE IntVector Add(const Ints d, IntVector sum, std::int32_t inputs,
                                  const Weights& weights) {
    const hn::Repartition<std::int16_t, Ints> d16;
    IntVector unused = hn::Zero(d);
    return hn::ReorderWidenMulAccumulate(d, hn::BitCast(d16, hn::Set(d, inputs)),
                                         hn::BitCast(d16, weights), sum, unused);
  }
#else
  // Elsewhere that operation would mix the columns: each half of a lane becomes an int32.
  struct Weights {
    IntVector first;
    IntVector second;
  };
  static HWY_INLINE Weights Load(const Ints d, const std::int32_t* weights) {
    const IntVector both = hn::Load(d, weights);
    return {hn::ShiftRight<16>(hn::ShiftLeft<16>(both)), hn::ShiftRight<16>(both)};
  }
  static HWY_INLINE IntVector Add(const Ints d, IntVector sum, std::int32_t inputs,
                                  const Weights& weights) {
    const IntVector first = hn::Set(d, static_cast<std::int16_t>(inputs & 0xFFFF));
    const IntVector second = hn::Set(d, inputs >> 16);
    sum = hn::Add(sum, hn::Mul(first, weights.first));
    return hn::Add(sum, hn::Mul(second, weights.second));
  }
#endif
};

#if BIGLITTLE_QUADS
// Four uint8 of the row times four int8 of each lane.
struct Quads {
  using Weights = IntVector;
  static HWY_INLINE Weights Load(const Ints d, const std::int32_t* weights) {
    return hn::Load(d, weights);
  }
  static HWY_INLINE IntVector Add(const Ints d, IntVector sum, std::int32_t inputs,
                                  const Weights& weights) {
    return AddQuads(sum, hn::Set(d, inputs), weights);
  }
};
#endif
bool HasQuads() { return ProcessorHasQuads(); }

HWY_INLINE std::int32_t LoadStep(const std::uint8_t* from) {
  std::int32_t step = 0;
  std::memcpy(&step, from, sizeof(step));
  return step;
}

struct ByteTile {
  const std::uint8_t* const* rows;
  const std::int32_t* weights;
  std::int64_t first;    // column of the whole product
  std::int64_t columns;  // to be written; the registers may hold more
  ByteBlock out;         // its outputs and residual at the first row's first column
};

using Bytes = hn::Vec<hn::Rebind<std::uint8_t, Ints>>;

// The first `columns` of a vector of bytes, which are fewer than it has.
HWY_INLINE void StoreSome(const Bytes bytes, std::int64_t columns, std::uint8_t* output) {
  const hn::Rebind<std::uint8_t, Ints> d8;
#if HWY_TARGET <= HWY_AVX3
  hn::BlendedStore(bytes, hn::FirstN(d8, static_cast<std::size_t>(columns)), d8, output);
#else
  HWY_ALIGN std::uint8_t row[16];  // kLanes at most
  hn::StoreU(bytes, d8, row);
  for (std::int64_t i = 0; i < columns; ++i) output[i] = row[i];
#endif
}

HWY_INLINE Bytes LoadSome(const std::uint8_t* input, std::int64_t columns) {
  const hn::Rebind<std::uint8_t, Ints> d8;
  HWY_ALIGN std::uint8_t row[16] = {};
  for (std::int64_t i = 0; i < columns; ++i) row[i] = input[i];
  return hn::LoadU(d8, row);
}

// The sums of a tile's rows, one vector of columns: small loops, whose constants stay in registers.
// `columns` of the vector are there.
template <bool kWhole, bool kResidual>
HWY_INLINE void FinishBytes(const ByteFinish& finish, const std::int32_t* sums, std::int64_t step,
                            std::int64_t rows, std::int64_t first, std::int64_t columns,
                            const ByteBlock& out, std::int64_t offset) {
  const Floats d;
  const Ints di;
  const hn::Rebind<std::uint8_t, Ints> d8;
  const FloatVector scale = hn::LoadU(d, finish.scales + first);
  std::uint8_t* output = out.bytes + offset;
  for (std::int64_t m = 0; m < rows; ++m, sums += step, output += out.stride) {
    FloatVector x = hn::Mul(hn::ConvertTo(d, hn::Load(di, sums)), scale);
    if (kResidual) {
      const std::uint8_t* const residual = out.residual + offset + m * out.stride;
      const Bytes bytes = kWhole ? hn::LoadU(d8, residual) : LoadSome(residual, columns);
      const FloatVector r = hn::ConvertTo(d, hn::PromoteTo(di, bytes));
      x = hn::Add(x, hn::Mul(hn::Sub(r, hn::Set(d, finish.residual_point)),
                             hn::Set(d, finish.residual_scale)));
    }
    const Bytes bytes = RoundToBytes(di, x, finish.least, finish.greatest, finish.zero_point);
    if (kWhole) {
      hn::StoreU(bytes, d8, output);
    } else {
      StoreSome(bytes, columns, output);
    }
  }
}

HWY_INLINE void FinishFloats(const ByteFinish& finish, const std::int32_t* sums, std::int64_t step,
                             std::int64_t rows, std::int64_t first, std::int64_t columns,
                             const ByteBlock& out, std::int64_t offset) {
  const Floats d;
  const Ints di;
  const FloatVector scale = hn::LoadU(d, finish.scales + first);
  const FloatVector bias = finish.bias == nullptr ? hn::Zero(d) : hn::LoadU(d, finish.bias + first);
  HWY_ALIGN float row[kLanes];
  float* output = out.floats + offset;
  for (std::int64_t m = 0; m < rows; ++m, sums += step, output += out.stride) {
    FloatVector x = hn::Mul(hn::ConvertTo(d, hn::Load(di, sums)), scale);
    x = hn::Add(x, bias);
    x = hn::Min(hn::Max(x, hn::Set(d, finish.least)), hn::Set(d, finish.greatest));
    if (columns >= kLanes) {
      hn::StoreU(x, d, output);
    } else {
      hn::Store(x, d, row);
      for (std::int64_t i = 0; i < columns; ++i) output[i] = row[i];
    }
  }
}

#if HWY_TARGET <= HWY_AVX3
// The same for bytes in fours of vectors, which saturate while they are packed: half the
// instructions. `vectors` is a power of 2.
template <bool kResidual>
HWY_INLINE void FinishFours(const ByteFinish& finish, const ByteTile& tile,
                            const std::int32_t* sums, std::int64_t vectors, std::int64_t rows) {
  const Floats d;
  const Ints di;
  const hn::ScalableTag<std::uint8_t> d8;
  const hn::Rebind<std::uint8_t, Ints> quarter;
  const std::int64_t total = rows * vectors;
  const int shift =
      static_cast<int>(hwy::Num0BitsBelowLS1Bit_Nonzero64(static_cast<std::uint64_t>(vectors)));
  const FloatVector greatest = hn::Set(d, finish.greatest);
  const IntVector point = hn::Set(di, finish.zero_point);
  // What rounding makes of the bounds bounds what it makes of others.
  const auto byte_of = [&](float bound) HWY_ATTR {
    return static_cast<std::uint8_t>(hn::GetLane(hn::NearestInt(hn::Set(d, bound))) +
                                     finish.zero_point);
  };
  const auto least = hn::Set(d8, byte_of(finish.least));
  HWY_ALIGN static constexpr std::int32_t kOrder[16] = {0, 4, 8,  12, 1, 5, 9,  13,
                                                        2, 6, 10, 14, 3, 7, 11, 15};
  const auto order = hn::Load(di, kOrder);
  // Kept here, for a byte that is stored might be any of theirs.
  const float* const scales = finish.scales + tile.first;
  const std::int64_t stride = tile.out.stride;
  const std::int64_t columns = tile.columns;
  std::uint8_t* const out = tile.out.bytes;
  const bool pairs = vectors == 2 && columns == 2 * kLanes;
  for (std::int64_t i = 0; i < total; i += 4) {
    IntVector four[4];
#pragma GCC unroll 4
    for (int g = 0; g < 4; ++g) {
      const std::int64_t at = std::min(i + g, total - 1);
      const std::int64_t v = at & (vectors - 1);
      FloatVector x = hn::Mul(hn::ConvertTo(d, hn::Load(di, sums + at * kLanes)),
                              hn::LoadU(d, scales + v * kLanes));
      if (kResidual) {
        const std::int64_t left = columns - v * kLanes;
        const std::uint8_t* const residual =
            tile.out.residual + (at >> shift) * stride + v * kLanes;
        const Bytes from = left >= kLanes ? hn::LoadU(quarter, residual) : LoadSome(residual, left);
        const FloatVector r = hn::ConvertTo(d, hn::PromoteTo(di, from));
        x = hn::Add(x, hn::Mul(hn::Sub(r, hn::Set(d, finish.residual_point)),
                               hn::Set(d, finish.residual_scale)));
      }
      // What is far below becomes the least integer, and so 0 when packed.
      x = hn::Min(x, greatest);
      four[g] = hn::Add(IntVector{_mm512_cvtps_epi32(x.raw)}, point);
    }
    const auto low = _mm512_packs_epi32(four[0].raw, four[1].raw);
    const auto high = _mm512_packs_epi32(four[2].raw, four[3].raw);
    const auto ordered = _mm512_permutexvar_epi32(order.raw, _mm512_packus_epi16(low, high));
    const auto packed = hn::Max(hn::Vec512<std::uint8_t>{ordered}, least);
    if (pairs && i + 4 <= total) {
      const hn::Half<decltype(d8)> half;
      std::uint8_t* const output = out + (i >> 1) * stride;
      hn::StoreU(hn::LowerHalf(half, packed), half, output);
      hn::StoreU(hn::UpperHalf(half, packed), half, output + stride);
      continue;
    }
    HWY_ALIGN std::uint8_t bytes[4 * kLanes];
    hn::Store(packed, d8, bytes);
    const std::int64_t count = std::min<std::int64_t>(4, total - i);
    for (std::int64_t g = 0; g < count; ++g) {
      const std::int64_t v = (i + g) & (vectors - 1);
      const std::int64_t left = columns - v * kLanes;
      std::uint8_t* const output = out + ((i + g) >> shift) * stride + v * kLanes;
      const Bytes some = hn::Load(quarter, bytes + g * kLanes);
      if (left >= kLanes) {
        hn::StoreU(some, quarter, output);
      } else if (left > 0) {
        StoreSome(some, left, output);
      }
    }
  }
}
#endif

// sums: [rows, vectors * kLanes].
HWY_NOINLINE void Finish(const ByteFinish& finish, const ByteTile& tile, const std::int32_t* sums,
                         std::int64_t vectors, std::int64_t rows) {
#if HWY_TARGET <= HWY_AVX3
  if (!finish.to_floats) {
    if (tile.out.residual != nullptr) return FinishFours<true>(finish, tile, sums, vectors, rows);
    return FinishFours<false>(finish, tile, sums, vectors, rows);
  }
#endif
  for (std::int64_t v = 0; v < vectors; ++v) {
    const std::int64_t at = v * kLanes;
    const std::int64_t columns = std::min(tile.columns - at, kLanes);
    const std::int64_t first = tile.first + at;
    const std::int64_t step = vectors * kLanes;
    if (columns <= 0) return;
    const auto bytes = [&]<bool kWhole, bool kResidual>() HWY_ATTR {
      FinishBytes<kWhole, kResidual>(finish, sums + at, step, rows, first, columns, tile.out, at);
    };
    const bool residual = tile.out.residual != nullptr;
    if (finish.to_floats) {
      FinishFloats(finish, sums + at, step, rows, first, columns, tile.out, at);
    } else if (columns == kLanes) {
      residual ? bytes.template operator()<true, true>() : bytes.template operator()<true, false>();
    } else {
      residual ? bytes.template operator()<false, true>()
               : bytes.template operator()<false, false>();
    }
  }
}

// One tile: kRows rows, kVectors vectors of columns, summed in registers.
template <class Dot, int kRows, int kVectors>
HWY_NOINLINE void RunTile(const ByteProduct& product, const ByteTile& tile) {
  const Ints d;
  IntVector sums[kRows][kVectors];
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      sums[m][v] = hn::LoadU(d, product.finish.start + tile.first + v * kLanes);
    }
  }
  const std::uint8_t* inputs[kRows];
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m) inputs[m] = tile.rows[m];
  const std::int32_t* weights = tile.weights;
  const std::int64_t bytes = 4 * product.matrix->steps_of_run();
  for (const std::int64_t run : product.runs) {
    for (std::int64_t k = run; k < run + bytes; k += 4, weights += kVectors * kLanes) {
      typename Dot::Weights column[kVectors];
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        column[v] = Dot::Load(d, weights + v * kLanes);
        hwy::Prefetch(weights + v * kLanes + 24 * kVectors * kLanes);
      }
#pragma GCC unroll 16
      for (int m = 0; m < kRows; ++m) {
        const std::int32_t step = LoadStep(inputs[m] + k);
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) {
          sums[m][v] = Dot::Add(d, sums[m][v], step, column[v]);
        }
      }
    }
  }
  HWY_ALIGN std::int32_t all[kRows * kVectors * kLanes];
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      hn::Store(sums[m][v], d, all + (m * kVectors + v) * kLanes);
    }
  }
  Finish(product.finish, tile, all, kVectors, kRows);
}

// One row, kWidePanels full panels.
template <class Dot>
HWY_NOINLINE void RunWideRow(const ByteProduct& product, const ByteTile& tile) {
  const Ints d;
  IntVector sums[kWidePanels][2];
#pragma GCC unroll 4
  for (int p = 0; p < kWidePanels; ++p) {
    sums[p][0] = hn::LoadU(d, product.finish.start + tile.first + p * kPanel);
    sums[p][1] = hn::LoadU(d, product.finish.start + tile.first + p * kPanel + kLanes);
  }
  const std::int32_t* weights = tile.weights;
  const std::int64_t panel = kPanel * product.matrix->steps();
  const std::int64_t bytes = 4 * product.matrix->steps_of_run();
  for (const std::int64_t run : product.runs) {
    const std::uint8_t* const inputs = tile.rows[0] + run;
    for (std::int64_t k = 0; k < bytes; k += 4, weights += kPanel) {
      const std::int32_t step = LoadStep(inputs + k);
#pragma GCC unroll 4
      for (int p = 0; p < kWidePanels; ++p) {
        const std::int32_t* const from = weights + p * panel;
        sums[p][0] = Dot::Add(d, sums[p][0], step, Dot::Load(d, from));
        sums[p][1] = Dot::Add(d, sums[p][1], step, Dot::Load(d, from + kLanes));
      }
    }
  }
  HWY_ALIGN std::int32_t all[kWidePanels * kPanel];
#pragma GCC unroll 4
  for (int p = 0; p < kWidePanels; ++p) {
    hn::Store(sums[p][0], d, all + p * kPanel);
    hn::Store(sums[p][1], d, all + p * kPanel + kLanes);
  }
  Finish(product.finish, tile, all, 2 * kWidePanels, 1);
}

using TileFunction = void (*)(const ByteProduct&, const ByteTile&);

// kTiles[rows - 1]: the function for that many rows.
template <class Dot, int kVectors, std::size_t... kRows>
constexpr std::array<TileFunction, sizeof...(kRows)> Tiles(std::index_sequence<kRows...>) {
  return {RunTile<Dot, static_cast<int>(kRows) + 1, kVectors>...};
}

ByteTile TileAt(const ByteProduct& product, const ByteBlock& block, std::int64_t p,
                std::int64_t row) {
  const PackedBytes& matrix = *product.matrix;
  const std::int64_t first = p * kPanel;
  const std::int64_t offset = row * block.stride + first;
  ByteTile tile{block.rows.data() + row, matrix.Panel(p), first,
                std::min(matrix.Width(p), matrix.columns() - first), block};
  if (block.bytes != nullptr) tile.out.bytes += offset;
  if (block.floats != nullptr) tile.out.floats += offset;
  if (block.residual != nullptr) tile.out.residual += offset;
  return tile;
}

// All rows of one panel.
template <class Dot>
void RunPanel(const ByteProduct& product, const ByteBlock& block, std::int64_t p) {
  static constexpr auto kFull = Tiles<Dot, 2>(std::make_index_sequence<kTileRows>());
  static constexpr auto kNarrow = Tiles<Dot, 1>(std::make_index_sequence<kNarrowTileRows>());
  const bool full = product.matrix->Width(p) == kPanel;
  const auto rows = static_cast<std::int64_t>(block.rows.size());
  // Tiles of nearly equal height: a low one at the end would waste what the registers can do.
  const std::int64_t height = full ? kTileRows : kNarrowTileRows;
  const std::int64_t tiles = (rows + height - 1) / height;
  for (std::int64_t t = 0; t < tiles; ++t) {
    const std::int64_t first = rows * t / tiles;
    const auto index = static_cast<std::size_t>(rows * (t + 1) / tiles - first - 1);
    (full ? kFull[index] : kNarrow[index])(product, TileAt(product, block, p, first));
  }
}

template <class Dot>
void RunPanels(const ByteProduct& product, const ByteBlock& block) {
  std::int64_t p = block.first_panel;
  if (block.rows.size() == 1) {
    const std::int64_t whole = std::min(block.last_panel, product.matrix->columns() / kPanel);
    for (; p + kWidePanels <= whole; p += kWidePanels) {
      ByteTile tile = TileAt(product, block, p, 0);
      tile.columns = kWidePanels * kPanel;
      RunWideRow<Dot>(product, tile);
    }
  }
  for (; p < block.last_panel; ++p) RunPanel<Dot>(product, block, p);
}

void RunBlock(const ByteProduct& product, const ByteBlock& block) {
#if BIGLITTLE_QUADS
  if (product.matrix->quads()) return RunPanels<Quads>(product, block);
#endif
  RunPanels<Pairs>(product, block);
}

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace biglittle::nn::simd {

HWY_EXPORT(HasQuads);
HWY_EXPORT(RunBlock);

bool MultipliesQuads() { return HWY_DYNAMIC_DISPATCH(HasQuads)(); }

namespace {

bool FitQuads(const std::vector<std::int16_t>& weights) {
  return std::ranges::all_of(weights, [](std::int16_t w) { return w >= -128 && w <= 127; });
}

}  // namespace

PackedBytes::PackedBytes(std::int64_t runs, std::int64_t run_length, std::int64_t columns,
                         const std::vector<std::int16_t>& weights, bool pairs)
    : quads_(!pairs && MultipliesQuads() && FitQuads(weights)),
      run_length_(run_length),
      steps_of_run_((run_length + (quads_ ? 3 : 1)) / (quads_ ? 4 : 2)),
      steps_(runs * steps_of_run_),
      columns_(columns),
      panels_((columns + PanelWidth() - 1) / PanelWidth()),
      packed_columns_(PackedColumns(columns)),
      weights_(packed_columns_ * steps_) {
  narrow_ = columns - (panels_ - 1) * PanelWidth() <= NarrowWidth();
  for (std::int64_t column = 0; column < columns; ++column) {
    sums_.push_back(SetColumn(column, runs, weights.data() + column * runs * run_length));
  }
}

std::int64_t PackedBytes::Width(std::int64_t p) const {
  return p + 1 < panels_ || !narrow_ ? PanelWidth() : NarrowWidth();
}

const std::int32_t* PackedBytes::Panel(std::int64_t p) const {
  return reinterpret_cast<const std::int32_t*>(weights_.data() + p * PanelWidth() * steps_);
}

std::int32_t PackedBytes::SetColumn(std::int64_t column, std::int64_t runs,
                                    const std::int16_t* weights) {
  const std::int64_t panel = PanelWidth();
  const std::int64_t p = column / panel;
  // A step of this column is 4 bytes; the next one follows after the panel's other columns.
  const std::int64_t step = 4 * Width(p);
  auto* to = reinterpret_cast<std::uint8_t*>(weights_.data() + p * panel * steps_ + column % panel);
  const std::int64_t length = quads_ ? 4 : 2;
  std::uint32_t sum = 0;
  for (std::int64_t run = 0; run < runs; ++run, to += steps_of_run_ * step) {
    for (std::int64_t i = 0; i < run_length_; ++i) {
      const std::int16_t weight = *weights++;
      std::uint8_t* const unit = to + i / length * step;
      if (quads_) {
        unit[i % 4] = static_cast<std::uint8_t>(weight);
      } else {
        std::memcpy(unit + 2 * (i % 2), &weight, sizeof(weight));
      }
      sum += static_cast<std::uint32_t>(static_cast<std::int32_t>(weight));
    }
  }
  return static_cast<std::int32_t>(sum);
}

void Multiply(const ByteProduct& product, const ByteBlock& block) {
  HWY_DYNAMIC_DISPATCH(RunBlock)(product, block);
}

}  // namespace biglittle::nn::simd
#endif
