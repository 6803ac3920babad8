#include "nn/operators/byte_dense.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nn/kernel/aligned_floats.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/apply_activation.h"
#include "nn/operators/dynamic_range.h"
#include "nn/simd/byte_product.h"
#include "nn/simd/bytes.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {
namespace {

class ByteDenseKernel final : public Kernel {
 public:
  explicit ByteDenseKernel(ByteDenseParameters parameters) : p_(std::move(parameters)) {}

  void Run(const KernelArguments& arguments) const override {
    Multiply(arguments);
    if (p_.activation.kind == ActivationKind::kNone) return;
    const std::int64_t count = arguments.batch * p_.rows * p_.outputs;
    Apply(p_.activation, arguments.output, arguments.output, count, *arguments.workers);
  }

  std::string Name() const override {
    std::string name = fmt::format("int8 dense {}->{}", p_.inputs, p_.outputs);
    if (p_.rows > 1) name += fmt::format(" x {} rows", p_.rows);
    name += p_.behind;
    return p_.output.floats ? name + " to floats" : name;
  }
  std::int64_t MultiplyAdds() const override { return p_.rows * p_.inputs * p_.outputs; }
  std::int64_t WeightFloats() const override {
    return packed_.floats() + 2 * packed_.packed_columns();
  }
  std::int64_t ScratchFloats(std::int64_t max_batch, std::int64_t /*threads*/) const override {
    if (!changes()) return 0;
    const bool apart = p_.quantise_rows || p_.point_operand != 0;
    const std::int64_t rows = (apart ? 1 : max_batch) * p_.rows;
    return 2 * ColumnFloats() + FloatsOfBytes(rows * RowBytes());
  }
  bool ReadsBytes(std::size_t operand) const override {
    return p_.quantise_rows ? operand != 0 : p_.point_operand == 0 || operand != p_.point_operand;
  }
  bool WritesBytes() const override { return !p_.output.floats; }
  bool MayOverwrite(std::size_t operand) const override { return p_.residual && operand == 1; }
  bool ReadPixelsFirst(std::int64_t channels, std::int64_t pixels) override {
    if (p_.rows != 1 || p_.inputs != channels * pixels) return false;
    channels_ = channels;
    return true;
  }
  void Seal() override {
    const std::int64_t pixels = p_.inputs / channels_;
    packed_ = simd::PackedBytes(
        1, p_.inputs, p_.outputs, [&](std::int64_t k, std::int64_t column) -> std::int32_t {
          const std::int64_t row = k % channels_ * pixels + k / channels_;
          const std::int64_t at =
              p_.transposed ? row * p_.outputs + column : column * p_.inputs + row;
          return p_.weights.At(at, column);
        });
    p_.weights = {};  // packed_ has a copy in its own order
    const auto columns = static_cast<std::size_t>(packed_.packed_columns());
    start_.assign(columns, 0);
    FillStarts(start_.data(), p_.input_point);
    p_.scales.resize(columns, 0.0F);
    if (!p_.float_bias.empty()) p_.float_bias.resize(columns, 0.0F);
  }

 private:
  struct Job {
    const KernelArguments& arguments;
    const std::uint8_t* input = nullptr;  // the first row, as the product reads it
    const std::int32_t* start = nullptr;
    const float* scales = nullptr;
    std::int64_t row_bytes = 0;
    std::int64_t first = 0;  // row of the batch
    std::int64_t rows = 0;
  };

  void Multiply(const KernelArguments& arguments) const {
    if (!changes()) {
      Job job = JobOf(arguments, arguments.batch);
      job.input = AsBytes(arguments.inputs[0]);
      return RunRows(job);
    }
    // Each sample has a range of its own, and there is room for the rows of one.
    const bool apart = p_.quantise_rows || p_.point_operand != 0;
    for (std::int64_t n = 0; n < (apart ? arguments.batch : 1); ++n) {
      Job job = JobOf(arguments, apart ? 1 : arguments.batch);
      job.first = n * p_.rows;
      if (p_.quantise_rows) {
        const float* const a = arguments.inputs[0] + job.first * p_.inputs;
        const DynamicRange range = RangeOfFloats(a, p_.rows * p_.inputs);
        FillScales(job, range.scale);
        FillStarts(job, static_cast<std::int32_t>(range.zero_point));
        QuantiseRows(job, a, range);
      } else {
        if (p_.point_operand != 0) {
          FillStarts(job, p_.input_point +
                              static_cast<std::int32_t>(arguments.inputs[p_.point_operand][0]));
        }
        if (packed_.quads()) {
          job.input = AsBytes(arguments.inputs[0]) + job.first * p_.inputs;
        } else {
          WidenRows(job, AsBytes(arguments.inputs[0]) + job.first * p_.inputs);
        }
      }
      RunRows(job);
    }
  }

  // Rows are not read where they lie, or what is added to them is not known before.
  bool changes() const { return p_.quantise_rows || p_.point_operand != 0 || !packed_.quads(); }
  std::int64_t RowBytes() const { return packed_.steps() * 4; }
  std::int64_t ColumnFloats() const { return AlignedFloats::RoundUp(packed_.packed_columns()); }

  Job JobOf(const KernelArguments& arguments, std::int64_t samples) const {
    return {arguments, nullptr, start_.data(), p_.scales.data(), p_.inputs, 0, samples * p_.rows};
  }

  void FillStarts(std::int32_t* start, std::int32_t point) const {
    for (std::int64_t c = 0; c < p_.outputs; ++c) {
      const auto bias =
          p_.bias.empty() ? 0U : static_cast<std::uint32_t>(p_.bias[static_cast<std::size_t>(c)]);
      start[c] = static_cast<std::int32_t>(bias - static_cast<std::uint32_t>(packed_.SumOf(c)) *
                                                      static_cast<std::uint32_t>(point));
    }
  }
  void FillStarts(Job& job, std::int32_t point) const {
    auto* const start = reinterpret_cast<std::int32_t*>(job.arguments.scratch);
    FillStarts(start, point);
    std::fill(start + p_.outputs, start + packed_.packed_columns(), 0);
    job.start = start;
  }
  void FillScales(Job& job, float scale) const {
    float* const scales = job.arguments.scratch + ColumnFloats();
    for (std::int64_t c = 0; c < packed_.packed_columns(); ++c) {
      scales[c] = scale * p_.scales[static_cast<std::size_t>(c)];
    }
    job.scales = scales;
  }

  std::uint8_t* RowMemory(const Job& job) const {
    return AsBytes(job.arguments.scratch + 2 * ColumnFloats());
  }

  void WidenRows(Job& job, const std::uint8_t* rows) const {
    std::uint8_t* const to = RowMemory(job);
    job.arguments.workers->ForEach(job.rows, [&](std::int64_t r, std::int64_t) {
      auto* const row = reinterpret_cast<std::int16_t*>(to + r * RowBytes());
      simd::WidenBytes(rows + r * p_.inputs, p_.inputs, row);
      std::fill(row + p_.inputs, row + RowBytes() / 2, std::int16_t{0});
    });
    job.input = to;
    job.row_bytes = RowBytes();
  }

  void QuantiseRows(Job& job, const float* rows, const DynamicRange& range) const {
    std::uint8_t* const to = RowMemory(job);
    const auto point = static_cast<std::int32_t>(range.zero_point);
    job.arguments.workers->ForEach(job.rows, [&](std::int64_t r, std::int64_t) {
      std::uint8_t* const row = to + r * RowBytes();
      // As bytes at the row's end first, then widened from the front: what is written is read.
      std::uint8_t* const bytes = packed_.quads() ? row : row + RowBytes() - p_.inputs;
      simd::QuantizeBytes(rows + r * p_.inputs, p_.inputs, range.scale, point, bytes);
      if (packed_.quads()) {
        std::fill(row + p_.inputs, row + RowBytes(), std::uint8_t{0});
      } else {
        auto* const wide = reinterpret_cast<std::int16_t*>(row);
        for (std::int64_t k = 0; k < p_.inputs; ++k) wide[k] = bytes[k];
        std::fill(wide + p_.inputs, wide + RowBytes() / 2, std::int16_t{0});
      }
    });
    job.input = to;
    job.row_bytes = RowBytes();
  }

  void RunRows(const Job& job) const {
    const std::int64_t panel_blocks =
        (packed_.panels() + simd::kBlockPanels - 1) / simd::kBlockPanels;
    const std::int64_t row_blocks = (job.rows + simd::kBlockRows - 1) / simd::kBlockRows;
    simd::ByteProduct product{&packed_, simd::kOneRun, p_.Finish()};
    product.finish.start = job.start;
    product.finish.scales = job.scales;
    product.finish.bias = p_.float_bias.empty() ? nullptr : p_.float_bias.data();
    job.arguments.workers->ForEach(row_blocks * panel_blocks, [&](std::int64_t item, std::int64_t) {
      const std::int64_t first = item / panel_blocks * simd::kBlockRows;
      const std::int64_t count = std::min(simd::kBlockRows, job.rows - first);
      std::array<const std::uint8_t*, simd::kBlockRows> pointers;
      for (std::int64_t i = 0; i < count; ++i) {
        pointers[static_cast<std::size_t>(i)] = job.input + (first + i) * job.row_bytes;
      }
      const std::int64_t offset = (job.first + first) * p_.outputs;
      simd::ByteBlock block{std::span(pointers).first(static_cast<std::size_t>(count))};
      block.first_panel = item % panel_blocks * simd::kBlockPanels;
      block.last_panel = std::min(packed_.panels(), block.first_panel + simd::kBlockPanels);
      block.stride = p_.outputs;
      if (p_.output.floats) {
        block.floats = job.arguments.output + offset;
      } else {
        block.bytes = AsBytes(job.arguments.output) + offset;
      }
      if (p_.residual) block.residual = AsBytes(job.arguments.inputs[1]) + offset;
      simd::Multiply(product, block);
    });
  }

  ByteDenseParameters p_;
  std::int64_t channels_ = 1;  // an input row lies as [inputs / channels, channels]
  simd::PackedBytes packed_;
  std::vector<std::int32_t> start_;  // bias less what the zero point adds to every sum
};

}  // namespace

std::unique_ptr<Kernel> MakeByteDense(ByteDenseParameters parameters) {
  return std::make_unique<ByteDenseKernel>(std::move(parameters));
}

}  // namespace biglittle::nn
