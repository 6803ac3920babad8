#include "tests/chaos/heavy_net.h"

#include <fmt/format.h>

#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::chaos {
namespace {

using nn::testing::Floats;
using nn::testing::OnnxBuilder;

constexpr std::int64_t kClasses = 4;
constexpr std::int64_t kWidth = 1024;
constexpr int kLayers = 16;
constexpr float kSure = 20.0F;  // of the class whose number is the greatest

// Ones, or `value`s, where row and column are the same.
Floats Diagonal(std::int64_t rows, std::int64_t columns, float value = 1.0F) {
  Floats values(static_cast<std::size_t>(rows * columns));
  for (std::int64_t i = 0; i < std::min(rows, columns); ++i) {
    values[static_cast<std::size_t>(i * columns + i)] = value;
  }
  return values;
}

}  // namespace

std::string HeavyNet() {
  OnnxBuilder net({kClasses});
  net.Weight("widen", {kClasses, kWidth}, Diagonal(kClasses, kWidth));
  net.Weight("same", {kWidth, kWidth}, Diagonal(kWidth, kWidth));
  net.Weight("narrow", {kWidth, kClasses}, Diagonal(kWidth, kClasses, kSure));
  net.Node("MatMul", {"x", "widen"}, "h0");
  for (int i = 0; i < kLayers; ++i) {
    net.Node("MatMul", {fmt::format("h{}", i), "same"}, fmt::format("h{}", i + 1));
  }
  net.Node("MatMul", {fmt::format("h{}", kLayers), "narrow"});
  return net.Bytes();
}

}  // namespace biglittle::chaos
