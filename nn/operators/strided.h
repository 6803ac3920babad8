// Loops over tensors whose elements do not lie in the order in which they are visited.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/graph/graph.h"

namespace biglittle::nn {

// Distances between neighbours along each dimension of a dense row-major tensor; the batch
// dimension, if any, gets the size of a sample.
std::vector<std::int64_t> DenseStrides(const Dims& dims);

// Visits all positions of a box in row-major order and keeps `kTensors` offsets up to date. The
// innermost dimension is left to the caller as a loop of its own.
template <std::size_t kTensors>
class StridedLoop {
 public:
  using Offsets = std::array<std::int64_t, kTensors>;

  // Adds an inner dimension. Dimensions of extent 1 are left out, and one that continues the
  // previous one in every tensor is joined with it. At most kMaxRank + 1 dimensions.
  void Add(std::int64_t extent, const Offsets& strides) {
    if (extent == 1) return;
    if (rank_ > 0 && Continues(extent, strides)) {
      extents_[rank_ - 1] *= extent;
      strides_[rank_ - 1] = strides;
      return;
    }
    extents_[rank_] = extent;
    strides_[rank_] = strides;
    ++rank_;
  }

  // Calls row(offsets, length, strides) for each row along the innermost dimension.
  template <typename Row>
  void ForEachRow(Row row) const {
    if (rank_ == 0) return row(Offsets{}, std::int64_t{1}, Offsets{});
    std::array<std::int64_t, kMaxRank + 1> index{};
    Offsets offsets{};
    const std::size_t inner = rank_ - 1;
    while (true) {
      row(offsets, extents_[inner], strides_[inner]);
      std::size_t d = inner;
      while (d > 0 && ++index[d - 1] == extents_[d - 1]) {
        --d;
        index[d] = 0;
        Move(offsets, strides_[d], -(extents_[d] - 1));
      }
      if (d == 0) return;
      Move(offsets, strides_[d - 1], 1);
    }
  }

 private:
  bool Continues(std::int64_t extent, const Offsets& strides) const {
    for (std::size_t t = 0; t < kTensors; ++t) {
      if (strides_[rank_ - 1][t] != strides[t] * extent) return false;
    }
    return true;
  }
  static void Move(Offsets& offsets, const Offsets& strides, std::int64_t steps) {
    for (std::size_t t = 0; t < kTensors; ++t) offsets[t] += strides[t] * steps;
  }

  std::size_t rank_ = 0;
  std::array<std::int64_t, kMaxRank + 1> extents_{};
  std::array<Offsets, kMaxRank + 1> strides_{};
};

}  // namespace biglittle::nn
