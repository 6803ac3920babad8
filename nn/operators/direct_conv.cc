#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "nn/kernel/activation.h"
#include "nn/kernel/aligned_floats.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/conv_algorithm.h"
#include "nn/operators/conv_parameters.h"
#include "nn/operators/padded_input.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {
namespace {

std::int64_t Blocks(std::int64_t count, std::int64_t block) { return (count + block - 1) / block; }

class DirectConv final : public ConvAlgorithm {
 public:
  explicit DirectConv(const ConvParameters& p)
      : input_(p),
        window_(p.window),
        input_channels_(p.input_channels),
        output_channels_(p.output_channels),
        group_inputs_(p.group_inputs()),
        group_outputs_(p.group_outputs()),
        input_floats_(p.input_floats()),
        clamp_(p.epilogue.clamp()) {
    FindRuns(p.groups);
    for (std::int64_t g = 0; g < p.groups; ++g) groups_.push_back(Pack(p, g));
  }

  void Run(const KernelArguments& arguments) const override {
    Workers& workers = *arguments.workers;
    if (!input_.copies()) return RunRows(arguments, arguments.inputs[0], 0, arguments.batch);
    const std::int64_t room = AlignedFloats::RoundUp(input_.floats());
    if (arguments.batch >= workers.threads() && arguments.batch > 1) {
      workers.ForEach(arguments.batch, [&](std::int64_t n, std::int64_t worker) {
        float* padded = arguments.scratch + worker * room;
        input_.Copy(arguments.inputs[0] + n * input_floats_, padded);
        for (std::int64_t item = 0; item < Items(1); ++item) RunItem(arguments, padded, n, 1, item);
      });
      return;
    }
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* sample = arguments.inputs[0] + n * input_floats_;
      CopyInput(sample, arguments.scratch, workers);
      RunRows(arguments, arguments.scratch, n, 1);
    }
  }

  std::int64_t ScratchFloats(std::int64_t max_batch, std::int64_t threads) const override {
    return AlignedFloats::RoundUp(input_.floats()) * (max_batch > 1 ? threads : 1);
  }
  std::int64_t WeightFloats() const override {
    std::int64_t floats = 0;
    for (const simd::PackedMatrix& group : groups_) floats += group.floats();
    return floats;
  }
  std::string_view Name() const override { return "direct"; }

 private:
  // Neighbouring taps of one row are neighbours in memory where all channels belong together.
  void FindRuns(std::int64_t groups) {
    const bool joined = groups == 1 && (window_.x.dilation == 1 || window_.x.kernel == 1);
    run_length_ = joined ? window_.x.kernel * input_channels_ : group_inputs_;
    for (std::int64_t ky = 0; ky < window_.y.kernel; ++ky) {
      for (std::int64_t kx = 0; kx < (joined ? 1 : window_.x.kernel); ++kx) {
        runs_.push_back(ky * window_.y.dilation * input_.row_floats() +
                        kx * window_.x.dilation * input_channels_);
      }
    }
  }

  simd::PackedMatrix Pack(const ConvParameters& p, std::int64_t group) const {
    const std::int64_t first = group * group_outputs_;
    const std::span<const float> bias(p.bias);
    return simd::PackedMatrix(
        p.depth(), group_outputs_,
        [&](std::int64_t k, std::int64_t column) {
          return p.weight(first + column, k % group_inputs_, k / group_inputs_);
        },
        bias.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(group_outputs_)));
  }

  void CopyInput(const float* sample, float* padded, Workers& workers) const {
    constexpr std::int64_t kRows = 8;
    workers.ForEach(Blocks(input_.height(), kRows), [&](std::int64_t item, std::int64_t) {
      const std::int64_t last = std::min(input_.height(), (item + 1) * kRows);
      for (std::int64_t y = item * kRows; y < last; ++y) input_.CopyRow(sample, y, padded);
    });
  }

  // Pieces of work for so many samples: blocks of pixels times groups times blocks of panels.
  std::int64_t Items(std::int64_t samples) const {
    return Blocks(samples * window_.outputs(), simd::kBlockRows) * PanelBlocks() *
           static_cast<std::int64_t>(groups_.size());
  }
  std::int64_t PanelBlocks() const { return Blocks(groups_[0].panels(), simd::kBlockPanels); }

  // `input` is sample `first`, padded if need be; the others follow it.
  void RunRows(const KernelArguments& arguments, const float* input, std::int64_t first,
               std::int64_t samples) const {
    arguments.workers->ForEach(Items(samples), [&](std::int64_t item, std::int64_t) {
      RunItem(arguments, input, first, samples, item);
    });
  }

  void RunItem(const KernelArguments& arguments, const float* input, std::int64_t first,
               std::int64_t samples, std::int64_t item) const {
    const std::int64_t panel_block = item % PanelBlocks();
    const auto groups = static_cast<std::int64_t>(groups_.size());
    const std::int64_t group = item / PanelBlocks() % groups;
    const std::int64_t first_row = item / PanelBlocks() / groups * simd::kBlockRows;
    const std::int64_t count = std::min(simd::kBlockRows, samples * window_.outputs() - first_row);
    std::array<const float*, simd::kBlockRows> rows;
    FindRows(input + group * group_inputs_, first_row, count, rows);

    const simd::PackedMatrix& matrix = groups_[static_cast<std::size_t>(group)];
    const simd::TileProduct product{&matrix, runs_, run_length_, clamp_.least, clamp_.greatest};
    const std::int64_t offset =
        (first * window_.outputs() + first_row) * output_channels_ + group * group_outputs_;
    simd::TileBlock block{std::span(rows).first(static_cast<std::size_t>(count))};
    block.first_panel = panel_block * simd::kBlockPanels;
    block.last_panel = std::min(matrix.panels(), block.first_panel + simd::kBlockPanels);
    block.output = arguments.output + offset;
    block.stride = output_channels_;
    if (arguments.inputs.size() > 1) block.residual = arguments.inputs[1] + offset;
    simd::Multiply(product, block);
  }

  // Where the windows of outputs [first, first + count) begin; the samples follow each other.
  void FindRows(const float* input, std::int64_t first, std::int64_t count,
                std::array<const float*, simd::kBlockRows>& rows) const {
    const std::int64_t sample_floats = input_.copies() ? input_.floats() : input_floats_;
    std::int64_t n = first / window_.outputs();
    std::int64_t y = first % window_.outputs() / window_.x.output;
    std::int64_t x = first % window_.x.output;
    for (std::int64_t i = 0; i < count; ++i) {
      rows[static_cast<std::size_t>(i)] = input + n * sample_floats +
                                          y * window_.y.stride * input_.row_floats() +
                                          x * window_.x.stride * input_channels_;
      if (++x < window_.x.output) continue;
      x = 0;
      if (++y < window_.y.output) continue;
      y = 0;
      ++n;
    }
  }

  const PaddedInput input_;
  const Window window_;
  const std::int64_t input_channels_;
  const std::int64_t output_channels_;
  const std::int64_t group_inputs_;
  const std::int64_t group_outputs_;
  const std::int64_t input_floats_;
  const Clamp clamp_;
  std::vector<std::int64_t> runs_;
  std::int64_t run_length_ = 0;
  std::vector<simd::PackedMatrix> groups_;
};

}  // namespace

std::unique_ptr<ConvAlgorithm> MakeDirectConv(const ConvParameters& parameters) {
  return std::make_unique<DirectConv>(parameters);
}

}  // namespace biglittle::nn
