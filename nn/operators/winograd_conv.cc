#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "nn/kernel/activation.h"
#include "nn/kernel/aligned_floats.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/conv_algorithm.h"
#include "nn/operators/conv_parameters.h"
#include "nn/operators/window.h"
#include "nn/simd/tile_product.h"
#include "nn/simd/winograd.h"

namespace biglittle::nn {
namespace {

using simd::kWinogradInput;
using simd::kWinogradOutput;
using simd::kWinogradPoints;

std::int64_t TilesAlong(const WindowAxis& axis) {
  return (axis.output + kWinogradOutput - 1) / kWinogradOutput;
}

// Tiles that are computed together: enough to use each weight several times, few enough for the
// second-level cache to hold what lies between the transforms.
constexpr std::int64_t kLeastChunk = 16;
constexpr std::int64_t kGreatestChunk = 84;
// Each thread brings a cache of its own.
constexpr std::int64_t kMostTiles = 2 * kGreatestChunk;
std::int64_t ChunkOf(const ConvParameters& p) {
  constexpr std::int64_t kCacheFloats = 192 * 1024;
  const std::int64_t fitting =
      kCacheFloats / (kWinogradPoints * (p.input_channels + p.output_channels));
  return std::clamp(fitting, kLeastChunk, kGreatestChunk);
}

class WinogradConv final : public ConvAlgorithm {
 public:
  explicit WinogradConv(const ConvParameters& p)
      : window_(p.window),
        input_channels_(p.input_channels),
        output_channels_(p.output_channels),
        tiles_y_(TilesAlong(p.window.y)),
        tiles_x_(TilesAlong(p.window.x)),
        chunk_(ChunkOf(p)),
        bias_(p.bias),
        zeros_(p.input_channels),
        clamp_(p.epilogue.clamp()) {
    Pack(p);
  }

  void Run(const KernelArguments& arguments) const override {
    const std::int64_t tiles = arguments.batch * tiles_y_ * tiles_x_;
    const std::int64_t chunk = ChunkFor(arguments.workers->threads());
    const std::int64_t chunks = (tiles + chunk - 1) / chunk;
    for (std::int64_t i = 0; i < chunks; ++i) {
      const std::int64_t first = tiles * i / chunks;
      RunChunk(arguments, first, tiles * (i + 1) / chunks - first);
    }
  }

  std::int64_t ScratchFloats(std::int64_t /*max_batch*/, std::int64_t threads) const override {
    const std::int64_t chunk = ChunkFor(threads);
    return kWinogradPoints *
           (PointStride(chunk, input_channels_) + PointStride(chunk, output_channels_));
  }
  std::int64_t WeightFloats() const override {
    return kWinogradPoints * points_[0].floats() + static_cast<std::int64_t>(bias_.size());
  }
  std::string_view Name() const override { return "winograd"; }

 private:
  void Pack(const ConvParameters& p) {
    for (std::int64_t point = 0; point < kWinogradPoints; ++point) {
      points_.emplace_back(input_channels_, output_channels_);
    }
    for (std::int64_t k = 0; k < input_channels_; ++k) {
      for (std::int64_t m = 0; m < output_channels_; ++m) {
        std::array<float, 9> kernel{};
        for (std::size_t tap = 0; tap < kernel.size(); ++tap) {
          kernel[tap] = p.weight(m, k, static_cast<std::int64_t>(tap));
        }
        const std::array<float, kWinogradPoints> points = simd::TransformWeights(kernel);
        for (std::size_t point = 0; point < points.size(); ++point) {
          points_[point].Set(k, m, points[point]);
        }
      }
    }
  }

  // From point to point. An odd number of cache lines, so that the 36 points of a channel do not
  // all fall into the same few lines of the cache.
  static std::int64_t PointStride(std::int64_t tiles, std::int64_t channels) {
    constexpr std::int64_t kLine = AlignedFloats::kFloats;
    return (tiles * channels / kLine | 1) * kLine;
  }

  std::int64_t ChunkFor(std::int64_t threads) const {
    return std::min(chunk_ * threads, kMostTiles);
  }

  void RunChunk(const KernelArguments& arguments, std::int64_t first, std::int64_t count) const {
    float* inputs = arguments.scratch;  // [points, count, input channels]
    Workers& workers = *arguments.workers;
    float* products =
        inputs + kWinogradPoints * PointStride(ChunkFor(workers.threads()), input_channels_);
    constexpr std::int64_t kTiles = 4;  // of one item
    const std::int64_t items = (count + kTiles - 1) / kTiles;
    workers.ForEach(items, [&](std::int64_t item, std::int64_t) {
      for (std::int64_t t = item * kTiles; t < std::min(count, (item + 1) * kTiles); ++t) {
        ReadTile(arguments.inputs[0], first + t, count, inputs + t * input_channels_);
      }
    });
    workers.ForEach(kWinogradPoints, [&](std::int64_t point, std::int64_t) {
      MultiplyPoint(inputs, products, point, count);
    });
    workers.ForEach(items, [&](std::int64_t item, std::int64_t) {
      for (std::int64_t t = item * kTiles; t < std::min(count, (item + 1) * kTiles); ++t) {
        WriteTile(arguments, first + t, count, products + t * output_channels_);
      }
    });
  }

  struct Position {
    std::int64_t n;
    std::int64_t y;  // of the tile's first output
    std::int64_t x;
  };
  Position PositionOf(std::int64_t tile) const {
    return {tile / (tiles_y_ * tiles_x_), tile / tiles_x_ % tiles_y_ * kWinogradOutput,
            tile % tiles_x_ * kWinogradOutput};
  }

  void ReadTile(const float* input, std::int64_t tile, std::int64_t count, float* output) const {
    const Position at = PositionOf(tile);
    const float* sample = input + at.n * window_.inputs() * input_channels_;
    simd::WinogradInput transform;
    for (std::int64_t i = 0; i < kWinogradInput; ++i) {
      const std::int64_t y = at.y - window_.y.pad_begin + i;
      for (std::int64_t j = 0; j < kWinogradInput; ++j) {
        const std::int64_t x = at.x - window_.x.pad_begin + j;
        const bool inside = y >= 0 && y < window_.y.input && x >= 0 && x < window_.x.input;
        transform.pixels[static_cast<std::size_t>(i * kWinogradInput + j)] =
            inside ? sample + (y * window_.x.input + x) * input_channels_ : zeros_.data();
      }
    }
    transform.channels = input_channels_;
    transform.output = output;
    transform.stride = PointStride(count, input_channels_);
    simd::TransformInput(transform);
  }

  void MultiplyPoint(const float* inputs, float* products, std::int64_t point,
                     std::int64_t count) const {
    simd::MultiplyRows(points_[static_cast<std::size_t>(point)],
                       inputs + point * PointStride(count, input_channels_), count, nullptr,
                       products + point * PointStride(count, output_channels_));
  }

  void WriteTile(const KernelArguments& arguments, std::int64_t tile, std::int64_t count,
                 const float* products) const {
    const Position at = PositionOf(tile);
    const bool sum = arguments.inputs.size() > 1;
    simd::WinogradOutput transform;
    transform.input = products;
    transform.stride = PointStride(count, output_channels_);
    transform.channels = output_channels_;
    transform.bias = bias_.data();
    transform.least = clamp_.least;
    transform.greatest = clamp_.greatest;
    transform.pixels.fill(nullptr);
    transform.residuals.fill(nullptr);
    const std::int64_t rows = std::min(kWinogradOutput, window_.y.output - at.y);
    const std::int64_t columns = std::min(kWinogradOutput, window_.x.output - at.x);
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::int64_t row = at.n * window_.outputs() + (at.y + i) * window_.x.output + at.x;
      for (std::int64_t j = 0; j < columns; ++j) {
        const auto pixel = static_cast<std::size_t>(i * kWinogradOutput + j);
        transform.pixels[pixel] = arguments.output + (row + j) * output_channels_;
        if (sum) transform.residuals[pixel] = arguments.inputs[1] + (row + j) * output_channels_;
      }
    }
    simd::TransformOutput(transform);
  }

  const Window window_;
  const std::int64_t input_channels_;
  const std::int64_t output_channels_;
  const std::int64_t tiles_y_;
  const std::int64_t tiles_x_;
  const std::int64_t chunk_;
  const std::vector<float> bias_;
  const AlignedFloats zeros_;  // what a pixel outside the input holds
  const Clamp clamp_;
  std::vector<simd::PackedMatrix> points_;  // [input channels, output channels] each
};

bool IsThreeByThree(const Window& window) {
  for (const WindowAxis* axis : {&window.y, &window.x}) {
    if (axis->kernel != 3 || axis->stride != 1 || axis->dilation != 1) return false;
  }
  return true;
}

}  // namespace

std::optional<std::int64_t> WinogradPaysFrom(const ConvParameters& p) {
  const bool possible = p.groups == 1 && IsThreeByThree(p.window) &&
                        p.input_channels % simd::kWinogradChannels == 0 &&
                        p.output_channels % simd::kWinogradChannels == 0;
  if (!possible) return std::nullopt;
  // A model of the time in cycles of a core with two vector units and 16 lanes: multiply-adds,
  // weights from a far cache, transforms. The constants were fitted to measurements.
  const auto channels = static_cast<double>(p.input_channels * p.output_channels);
  const auto outputs = static_cast<double>(p.window.outputs());
  const auto tiles = static_cast<double>(TilesAlong(p.window.y) * TilesAlong(p.window.x));
  const double transforms =
      tiles * kWinogradPoints * static_cast<double>(p.input_channels + p.output_channels) / 4.0;
  const auto pays = [&](double samples) {
    const double direct = channels * 9.0 * (samples * outputs / 32.0 + 0.25);
    const double winograd =
        channels * kWinogradPoints * (samples * tiles / 28.0 + 0.35) + samples * transforms;
    return winograd < 0.9 * direct;
  };
  if (pays(1.0)) return 1;
  const auto many = static_cast<std::int64_t>(static_cast<double>(kLeastChunk) / tiles) + 1;
  return pays(static_cast<double>(many)) ? std::optional(many) : std::nullopt;
}

std::unique_ptr<ConvAlgorithm> MakeWinogradConv(const ConvParameters& parameters) {
  return std::make_unique<WinogradConv>(parameters);
}

}  // namespace biglittle::nn
