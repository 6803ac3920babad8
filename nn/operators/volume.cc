#include "nn/operators/volume.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/window.h"

namespace biglittle::nn {
namespace {

class VolumeConvKernel final : public Kernel {
 public:
  VolumeConvKernel(const VolumeWindow& window, ConstantPtr weights, std::vector<float> bias,
                   std::int64_t groups)
      : window_(window),
        weights_(std::move(weights)),
        bias_(std::move(bias)),
        groups_(groups),
        inputs_(weights_->type.dims[1]),
        outputs_(weights_->type.dims[0]) {}

  void Run(const KernelArguments& arguments) const override {
    arguments.workers->ForEach(arguments.batch * outputs_, [&](std::int64_t item, std::int64_t) {
      const std::int64_t channel = item % outputs_;
      const std::int64_t group = channel / (outputs_ / groups_);
      const float* const input =
          arguments.inputs[0] + (item / outputs_ * groups_ + group) * inputs_ * window_.inputs();
      const float* const weights = weights_->floats.data() + channel * inputs_ * window_.taps();
      float* const output = arguments.output + item * window_.outputs();
      window_.ForEachOutput([&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t at) {
        float sum = bias_[static_cast<std::size_t>(channel)];
        for (std::int64_t c = 0; c < inputs_; ++c) {
          const float* const from = input + c * window_.inputs();
          const float* const by = weights + c * window_.taps();
          window_.ForEachTap(z, y, x, [&](std::int64_t tap, std::int64_t position) {
            sum += by[tap] * from[position];
          });
        }
        output[at] = sum;
      });
    });
  }
  std::string Name() const override { return "conv of volumes"; }
  std::int64_t MultiplyAdds() const override {
    return outputs_ * inputs_ * window_.taps() * window_.outputs();
  }
  std::int64_t WeightFloats() const override {
    return static_cast<std::int64_t>(weights_->floats.size());
  }

 private:
  const VolumeWindow window_;
  const ConstantPtr weights_;  // [outputs, inputs of a group, taps...]
  const std::vector<float> bias_;
  const std::int64_t groups_;
  const std::int64_t inputs_;  // of a group
  const std::int64_t outputs_;
};

class VolumePoolKernel final : public Kernel {
 public:
  VolumePoolKernel(const VolumeWindow& window, std::int64_t channels, VolumePool pool)
      : window_(window), channels_(channels), pool_(pool) {}

  void Run(const KernelArguments& arguments) const override {
    arguments.workers->ForEach(arguments.batch * channels_, [&](std::int64_t item, std::int64_t) {
      const float* const input = arguments.inputs[0] + item * window_.inputs();
      float* const output = arguments.output + item * window_.outputs();
      window_.ForEachOutput([&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t at) {
        output[at] = Pool(input, z, y, x);
      });
    });
  }
  std::string Name() const override {
    return pool_ == VolumePool::kMax ? "max pool of volumes" : "average pool of volumes";
  }
  std::int64_t WindowVisits() const override {
    return channels_ * window_.outputs() * window_.taps();
  }

 private:
  float Pool(const float* input, std::int64_t z, std::int64_t y, std::int64_t x) const {
    if (pool_ == VolumePool::kMax) {
      float greatest = -std::numeric_limits<float>::infinity();
      window_.ForEachTap(z, y, x, [&](std::int64_t, std::int64_t position) {
        greatest = std::max(greatest, input[position]);
      });
      return greatest;
    }
    double sum = 0.0;
    std::int64_t count = 0;
    window_.ForEachTap(z, y, x, [&](std::int64_t, std::int64_t position) {
      sum += static_cast<double>(input[position]);
      ++count;
    });
    if (pool_ == VolumePool::kMeanWithPadding) {
      count = Extent(0, z) * Extent(1, y) * Extent(2, x);
    }
    return static_cast<float>(sum / static_cast<double>(std::max<std::int64_t>(count, 1)));
  }

  // Taps inside input and padding.
  std::int64_t Extent(std::size_t i, std::int64_t o) const {
    const WindowAxis& axis = window_.axes[i];
    const std::int64_t room = axis.input + axis.pad_end - axis.Start(o);
    return std::min(axis.kernel, (room + axis.dilation - 1) / axis.dilation);
  }

  const VolumeWindow window_;
  const std::int64_t channels_;
  const VolumePool pool_;
};

Dims DimsOf(const VolumeWindow& window, std::int64_t channels) {
  return {kBatch, channels, window.axes[0].output, window.axes[1].output, window.axes[2].output};
}

}  // namespace

absl::StatusOr<Lowered> LowerVolumeConv(const NodeView& node, Attributes& attributes,
                                        const TensorType& input, const ConstantPtr& weights,
                                        std::vector<float> bias, std::int64_t groups) {
  const Dims& shape = weights->type.dims;
  const auto axes = ReadWindowAxes(node, attributes, input.dims, {shape.begin() + 2, shape.end()},
                                   WindowOptions{});
  if (!axes.ok()) return axes.status();
  const VolumeWindow window{{(*axes)[0], (*axes)[1], (*axes)[2]}};
  absl::StatusOr<TensorType> output = node.Output(DimsOf(window, shape[0]));
  if (!output.ok()) return output.status();
  return Unary(*std::move(output),
               std::make_unique<VolumeConvKernel>(window, weights, std::move(bias), groups));
}

absl::StatusOr<Lowered> LowerVolumePool(const NodeView& node, Attributes& attributes,
                                        const TensorType& input, VolumePool pool,
                                        const WindowOptions& options) {
  const auto axes = ReadWindowAxes(node, attributes, input.dims, {}, options);
  if (!axes.ok()) return axes.status();
  const VolumeWindow window{{(*axes)[0], (*axes)[1], (*axes)[2]}};
  absl::StatusOr<TensorType> output = node.Output(DimsOf(window, input.dims[1]), input.element);
  if (!output.ok()) return output.status();
  return Unary(*std::move(output), std::make_unique<VolumePoolKernel>(window, input.dims[1], pool));
}

}  // namespace biglittle::nn
