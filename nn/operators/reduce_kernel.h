// Means, sums, extremes and lengths along any dimensions but the batch, for the reductions and the
// global poolings.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/pool_kernel.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {

// In double: the sum of a long row in float loses digits.
struct Mean {
  using Pooling = MeanOfWindow;  // what it is over all pixels of a feature map
  static constexpr double kStart = 0.0;
  static double Add(double sum, float x) { return sum + static_cast<double>(x); }
  static float Finish(double sum, std::int64_t count) {
    return static_cast<float>(sum / static_cast<double>(count));
  }
};

struct Sum {
  using Pooling = void;
  static constexpr double kStart = 0.0;
  static double Add(double sum, float x) { return sum + static_cast<double>(x); }
  static float Finish(double sum, std::int64_t /*count*/) { return static_cast<float>(sum); }
};

struct Maximum {
  using Pooling = MaxOfWindow;
  static constexpr float kStart = -std::numeric_limits<float>::infinity();
  static float Add(float sum, float x) { return std::max(sum, x); }
  static float Finish(float sum, std::int64_t /*count*/) { return sum; }
};

struct Minimum {
  using Pooling = void;
  static constexpr float kStart = std::numeric_limits<float>::infinity();
  static float Add(float sum, float x) { return std::min(sum, x); }
  static float Finish(float sum, std::int64_t /*count*/) { return sum; }
};

// The root of the sum of squares.
struct Length {
  using Pooling = void;
  static constexpr double kStart = 0.0;
  static double Add(double sum, float x) {
    return sum + static_cast<double>(x) * static_cast<double>(x);
  }
  static float Finish(double sum, std::int64_t /*count*/) {
    return static_cast<float>(std::sqrt(sum));
  }
};

struct SumOfMagnitudes {
  using Pooling = void;
  static constexpr double kStart = 0.0;
  static double Add(double sum, float x) { return sum + std::fabs(static_cast<double>(x)); }
  static float Finish(double sum, std::int64_t /*count*/) { return static_cast<float>(sum); }
};

struct SumOfSquares {
  using Pooling = void;
  static constexpr double kStart = 0.0;
  static double Add(double sum, float x) {
    return sum + static_cast<double>(x) * static_cast<double>(x);
  }
  static float Finish(double sum, std::int64_t /*count*/) { return static_cast<float>(sum); }
};

struct ProductOfAll {
  using Pooling = void;
  static constexpr double kStart = 1.0;
  static double Add(double product, float x) { return product * static_cast<double>(x); }
  static float Finish(double product, std::int64_t /*count*/) {
    return static_cast<float>(product);
  }
};

struct LogOfSum {
  using Pooling = void;
  static constexpr double kStart = 0.0;
  static double Add(double sum, float x) { return sum + static_cast<double>(x); }
  static float Finish(double sum, std::int64_t /*count*/) {
    return static_cast<float>(std::log(sum));
  }
};

// The greatest so far is taken out, so that exp cannot overflow.
struct LogOfSumOfExponentials {
  struct State {
    double greatest;
    double sum;  // of exp(x - greatest)
  };
  using Pooling = void;
  static constexpr State kStart = {-std::numeric_limits<double>::infinity(), 0.0};
  static State Add(const State& state, float x) {
    const auto y = static_cast<double>(x);
    if (y <= state.greatest) return {state.greatest, state.sum + std::exp(y - state.greatest)};
    return {y, state.sum * std::exp(state.greatest - y) + 1.0};
  }
  static float Finish(const State& state, std::int64_t /*count*/) {
    return static_cast<float>(state.greatest + std::log(state.sum));
  }
};

template <typename Reduction>
class ReduceKernel final : public Kernel {
 public:
  // reduced[i] says whether dimension i is reduced; never the batch dimension.
  ReduceKernel(const Dims& dims, const std::vector<bool>& reduced)
      : elements_(Product(dims, 0, static_cast<std::int64_t>(dims.size()))) {
    const auto strides = DenseStrides(dims);
    for (std::size_t i = 0; i < dims.size(); ++i) {
      if (dims[i] == kBatch) continue;
      (reduced[i] ? inner_ : outer_).Add(dims[i], {strides[i]});
      if (reduced[i]) count_ *= dims[i];
    }
  }

  void Run(const KernelArguments& arguments) const override {
    float* output = arguments.output;
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* sample = arguments.inputs[0] + n * elements_;
      outer_.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
        for (std::int64_t i = 0; i < length; ++i) {
          *output++ = Reduce(sample + offsets[0] + i * strides[0]);
        }
      });
    }
  }

 private:
  float Reduce(const float* data) const {
    auto sum = Reduction::kStart;
    inner_.ForEachRow([&](const auto& offsets, std::int64_t length, const auto& strides) {
      const float* row = data + offsets[0];
      for (std::int64_t i = 0; i < length; ++i) sum = Reduction::Add(sum, row[i * strides[0]]);
    });
    return Reduction::Finish(sum, count_);
  }

  const std::int64_t elements_;
  std::int64_t count_ = 1;
  StridedLoop<1> outer_;
  StridedLoop<1> inner_;
};

}  // namespace biglittle::nn
