#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/axes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/sample_kernel.h"

namespace biglittle::nn {
namespace {

// What one output position of an axis sees of the input's.
struct Taps {
  std::vector<std::int64_t> positions;  // `count` for each output
  std::vector<float> weights;           // likewise
  std::int64_t count = 1;
};

struct Axis {
  std::int64_t input = 1;
  std::int64_t output = 1;
  double scale = 1.0;
};

struct ResizeParameters {
  std::string mode = "nearest";
  std::string transformation = "half_pixel";
  std::string nearest = "round_prefer_floor";
  double cubic = -0.75;
  bool exclude_outside = false;
};

// Where output position `o` lies on the input's axis
// (https://github.com/onnx/onnx/blob/main/docs/Operators.md#Resize).
double Place(const ResizeParameters& p, const Axis& axis, double o) {
  if (p.transformation == "asymmetric") return o / axis.scale;
  if (p.transformation == "align_corners") {
    return axis.output == 1
               ? 0.0
               : o * static_cast<double>(axis.input - 1) / static_cast<double>(axis.output - 1);
  }
  if (p.transformation == "pytorch_half_pixel" && axis.output == 1) return 0.0;
  if (p.transformation == "tf_half_pixel_for_nn") return (o + 0.5) / axis.scale;
  if (p.transformation == "half_pixel_symmetric") {
    const double adjustment =
        static_cast<double>(axis.output) / (static_cast<double>(axis.input) * axis.scale);
    const double offset = static_cast<double>(axis.input) / 2.0 * (1.0 - adjustment);
    return offset + (o + 0.5) / axis.scale - 0.5;
  }
  return (o + 0.5) / axis.scale - 0.5;
}

std::int64_t Nearest(const ResizeParameters& p, double x) {
  const double floor = std::floor(x);
  if (p.nearest == "floor") return static_cast<std::int64_t>(floor);
  if (p.nearest == "ceil") return static_cast<std::int64_t>(std::ceil(x));
  const bool half = x - floor == 0.5;
  if (p.nearest == "round_prefer_ceil" || !half)
    return static_cast<std::int64_t>(std::floor(x + 0.5));
  return static_cast<std::int64_t>(floor);
}

// R. Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981.
double Cubic(double a, double distance) {
  const double d = std::fabs(distance);
  if (d <= 1.0) return ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
  if (d < 2.0) return ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a;
  return 0.0;
}

Taps TapsOf(const ResizeParameters& p, const Axis& axis) {
  Taps taps;
  const auto add = [&](std::int64_t position, double weight) {
    taps.positions.push_back(std::clamp<std::int64_t>(position, 0, axis.input - 1));
    taps.weights.push_back(static_cast<float>(weight));
  };
  if (axis.input == axis.output && axis.scale == 1.0) {
    for (std::int64_t o = 0; o < axis.output; ++o) add(o, 1.0);
    return taps;
  }
  taps.count = p.mode == "nearest" ? 1 : p.mode == "linear" ? 2 : 4;
  for (std::int64_t o = 0; o < axis.output; ++o) {
    double x = Place(p, axis, static_cast<double>(o));
    if (taps.count == 1) {
      add(Nearest(p, x), 1.0);
    } else if (taps.count == 2) {
      x = std::clamp(x, 0.0, static_cast<double>(axis.input - 1));
      const double floor = std::floor(x);
      add(static_cast<std::int64_t>(floor), 1.0 - (x - floor));
      add(static_cast<std::int64_t>(floor) + 1, x - floor);
    } else {
      const double floor = std::floor(x);
      std::array<double, 4> weights{};
      double sum = 0.0;
      for (int k = 0; k < 4; ++k) {
        const double at = floor + k - 1;
        const bool outside = at < 0.0 || at > static_cast<double>(axis.input - 1);
        weights[static_cast<std::size_t>(k)] =
            p.exclude_outside && outside ? 0.0 : Cubic(p.cubic, x - at);
        sum += weights[static_cast<std::size_t>(k)];
      }
      for (int k = 0; k < 4; ++k) {
        add(static_cast<std::int64_t>(floor) + k - 1,
            p.exclude_outside ? weights[static_cast<std::size_t>(k)] / sum
                              : weights[static_cast<std::size_t>(k)]);
      }
    }
  }
  return taps;
}

class Interpolation {
 public:
  Interpolation(std::vector<Axis> axes, const ResizeParameters& p) : axes_(std::move(axes)) {
    std::vector<std::int64_t> strides(axes_.size(), 1);
    for (std::size_t i = axes_.size(); i-- > 1;) strides[i - 1] = strides[i] * axes_[i].input;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      taps_.push_back(TapsOf(p, axes_[i]));
      for (std::int64_t& position : taps_.back().positions) position *= strides[i];
    }
  }

  void operator()(const Sample& sample) const {
    float* output = sample.output;
    std::array<std::int64_t, kMaxRank> index{};
    Fill(sample.inputs[0], 0, index, output);
  }

 private:
  // Recursion is as deep as the rank.
  void Fill(const float* input, std::size_t d, std::array<std::int64_t, kMaxRank>& index,
            float*& output) const {
    if (d == axes_.size()) {
      *output++ = Blend(input, 0, index);
      return;
    }
    for (index[d] = 0; index[d] < axes_[d].output; ++index[d]) Fill(input, d + 1, index, output);
  }

  float Blend(const float* input, std::size_t d,
              const std::array<std::int64_t, kMaxRank>& index) const {
    if (d == axes_.size()) return *input;
    const Taps& taps = taps_[d];
    const auto first = static_cast<std::size_t>(index[d] * taps.count);
    if (taps.count == 1) return Blend(input + taps.positions[first], d + 1, index);
    float sum = 0.0F;
    for (std::size_t k = first; k < first + static_cast<std::size_t>(taps.count); ++k) {
      if (taps.weights[k] == 0.0F) continue;
      sum += taps.weights[k] * Blend(input + taps.positions[k], d + 1, index);
    }
    return sum;
  }

  std::vector<Axis> axes_;  // all but the batch
  std::vector<Taps> taps_;
};

absl::Status CheckNames(const NodeView& node, const ResizeParameters& p) {
  const auto among = [](const std::string& name, std::initializer_list<const char*> known) {
    return std::ranges::any_of(known, [&](const char* one) { return name == one; });
  };
  if (!among(p.mode, {"nearest", "linear", "cubic"})) {
    return node.Unsupported(fmt::format("mode {}", Quote(p.mode)));
  }
  if (!among(p.transformation, {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric",
                                "tf_half_pixel_for_nn", "half_pixel_symmetric"})) {
    return node.Unsupported(
        fmt::format("coordinate_transformation_mode {}", Quote(p.transformation)));
  }
  if (!among(p.nearest, {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})) {
    return node.Unsupported(fmt::format("nearest_mode {}", Quote(p.nearest)));
  }
  return absl::OkStatus();
}

// Sizes and scales for all dimensions, from what the node says of `axes`.
struct Target {
  std::vector<double> scales;
  std::vector<std::int64_t> sizes;  // empty where scales are given
};

absl::StatusOr<std::vector<float>> Scales(const NodeView& node, int input) {
  if (!node.IsConstant(input)) return node.Unsupported("its scales must be constants");
  return node.AsFloats(input);
}

absl::StatusOr<std::vector<std::size_t>> ReadAxesOf(const NodeView& node,
                                                    const std::vector<std::int64_t>& given) {
  std::vector<std::size_t> axes;
  const std::int64_t rank = node.Type(0).rank();
  if (given.empty()) {
    for (std::int64_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::size_t>(i));
    return axes;
  }
  if (const auto marked = MarkAxes(node, given, rank); !marked.ok()) return marked.status();
  for (const std::int64_t axis : given) {
    axes.push_back(static_cast<std::size_t>(*node.Axis(axis, rank)));
  }
  return axes;
}

// Where the scales and the sizes are among the inputs differs between opset 10 and later ones.
absl::StatusOr<Target> ReadTarget(const NodeView& node, const std::vector<std::int64_t>& given_axes,
                                  const std::string& policy) {
  const int scales_input = node.opset() < 11 ? 1 : 2;
  const TensorType& type = node.Type(0);
  const auto axes = ReadAxesOf(node, given_axes);
  if (!axes.ok()) return axes.status();
  Target target;
  target.scales.assign(type.dims.size(), 1.0);
  if (node.Has(scales_input)) {
    const auto scales = Scales(node, scales_input);
    if (!scales.ok()) return scales.status();
    if (!scales->empty()) {
      if (scales->size() != axes->size()) return node.Invalid("it has not a scale for each axis");
      for (std::size_t i = 0; i < axes->size(); ++i) {
        target.scales[(*axes)[i]] = static_cast<double>((*scales)[i]);
      }
      return target;
    }
  }
  if (scales_input == 1 || !node.Has(3)) return node.Invalid("it has neither scales nor sizes");
  const auto sizes = node.Ints(3);
  if (!sizes.ok()) return sizes.status();
  if (sizes->size() != axes->size()) return node.Invalid("it has not a size for each axis");
  target.sizes = type.dims;
  for (std::size_t i = 0; i < axes->size(); ++i) {
    const std::int64_t size = (*sizes)[i];
    const std::int64_t extent = type.dims[(*axes)[i]];
    if (extent == kBatch) {
      if (size != kBatch && size != 1) return node.Unsupported("it resizes the batch");
      continue;
    }
    if (size < 1 || size > kMaxElements) return node.Invalid("an impossible size");
    target.sizes[(*axes)[i]] = size;
    target.scales[(*axes)[i]] = static_cast<double>(size) / static_cast<double>(extent);
  }
  if (policy == "stretch") return target;
  double common = policy == "not_larger" ? 1e30 : 0.0;
  for (const std::size_t axis : *axes) {
    common = policy == "not_larger" ? std::min(common, target.scales[axis])
                                    : std::max(common, target.scales[axis]);
  }
  for (const std::size_t axis : *axes) {
    if (type.dims[axis] == kBatch) return node.Unsupported("it resizes the batch");
    target.scales[axis] = common;
    target.sizes[axis] =
        static_cast<std::int64_t>(std::floor(common * static_cast<double>(type.dims[axis]) + 0.5));
  }
  return target;
}

absl::StatusOr<Lowered> LowerTarget(const NodeView& node, const Target& target,
                                    const ResizeParameters& p) {
  const TensorType& type = node.Type(0);
  Dims dims = type.dims;
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const double scale = target.scales[i];
    if (dims[i] == kBatch) {
      if (i > 0) return node.Unsupported("its batch is not in front");
      if (scale != 1.0) return node.Unsupported("it resizes the batch");
      continue;
    }
    if (!(scale > 0.0) || scale > 1e9) return node.Invalid("an impossible scale");
    const std::int64_t input = dims[i];
    if (target.sizes.empty()) {
      const double extent = std::floor(static_cast<double>(input) * scale);
      if (!(extent >= 1.0) || extent > static_cast<double>(kMaxElements)) {
        return node.Invalid("its output would have an impossible size");
      }
      dims[i] = static_cast<std::int64_t>(extent);
    } else {
      dims[i] = target.sizes[i];
    }
    constexpr std::int64_t kLongest = 1 << 20;  // each position is kept with what it sees
    if (dims[i] > kLongest) return node.Unsupported("its output is too long");
    axes.push_back({input, dims[i], scale});
  }
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), type.element);
  if (!output.ok()) return output.status();
  std::int64_t visits = output->elements();
  for (const Axis& axis : axes) {
    const std::int64_t taps = axis.input == axis.output || p.mode == "nearest" ? 1
                              : p.mode == "linear"                             ? 2
                                                                               : 4;
    if (__builtin_mul_overflow(visits, taps, &visits)) return node.Invalid("it is too large");
  }
  return LowerSamples(node, {0}, *std::move(output), {0, visits, 0}, "resize " + p.mode,
                      Interpolation(std::move(axes), p));
}

}  // namespace

absl::StatusOr<Lowered> LowerResize(const NodeView& node) {
  if (const auto type = node.Number(0); !type.ok()) return type.status();
  Attributes attributes(node);
  ResizeParameters p;
  p.mode = attributes.Text("mode", "nearest");
  if (p.mode == "bilinear" || p.mode == "trilinear") p.mode = "linear";
  const bool old = node.opset() < 11;
  p.transformation =
      attributes.Text("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
  p.nearest = attributes.Text("nearest_mode", old ? "floor" : "round_prefer_floor");
  p.cubic = static_cast<double>(attributes.Float("cubic_coeff_a", -0.75F));
  p.exclude_outside = attributes.Int("exclude_outside", 0) != 0;
  attributes.Ignore("extrapolation_value");  // of tf_crop_and_resize
  const bool antialias = attributes.Int("antialias", 0) != 0;
  const auto axes = attributes.Ints("axes");
  const std::string policy = attributes.Text("keep_aspect_ratio_policy", "stretch");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (absl::Status s = CheckNames(node, p); !s.ok()) return s;
  if (policy != "stretch" && policy != "not_larger" && policy != "not_smaller") {
    return node.Invalid(fmt::format("keep_aspect_ratio_policy {}", Quote(policy)));
  }
  const auto target = ReadTarget(node, axes, policy);
  if (!target.ok()) return target.status();
  const bool shrinks = std::ranges::any_of(target->scales, [](double s) { return s < 1.0; });
  if (antialias && shrinks && p.mode != "nearest") return node.Unsupported("antialias");
  return LowerTarget(node, *target, p);
}

// What Resize was before opset 10.
absl::StatusOr<Lowered> LowerUpsample(const NodeView& node) {
  if (const auto type = node.Number(0); !type.ok()) return type.status();
  Attributes attributes(node);
  ResizeParameters p{.transformation = "asymmetric", .nearest = "floor"};
  p.mode = attributes.Text("mode", "nearest");
  if (p.mode == "bilinear") p.mode = "linear";
  std::vector<float> scales = attributes.Floats("scales");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (node.Has(1)) {
    const auto given = Scales(node, 1);
    if (!given.ok()) return given.status();
    scales = *given;
  }
  if (scales.size() != node.Type(0).dims.size()) {
    return node.Invalid("it has not a scale for each axis");
  }
  if (absl::Status s = CheckNames(node, p); !s.ok()) return s;
  return LowerTarget(node, {{scales.begin(), scales.end()}, {}}, p);
}

}  // namespace biglittle::nn
