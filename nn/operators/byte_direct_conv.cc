#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nn/kernel/aligned_floats.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/byte_conv.h"
#include "nn/operators/window.h"
#include "nn/simd/byte_product.h"
#include "nn/simd/bytes.h"
#include "nn/simd/tile_product.h"

namespace biglittle::nn {
namespace {

std::int64_t Blocks(std::int64_t count, std::int64_t block) { return (count + block - 1) / block; }

// Inputs and padding that the windows reach; at least the input, so that rows stay whole.
std::int64_t Extent(const WindowAxis& axis) {
  const std::int64_t reached =
      (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
  return std::max(reached, axis.pad_begin + axis.input);
}

void CopyBytes(const std::uint8_t* from, std::int64_t count, std::uint8_t* to) {
  std::copy_n(from, count, to);
}
void CopyBytes(const std::uint8_t* from, std::int64_t count, std::int16_t* to) {
  simd::WidenBytes(from, count, to);
}

// Planes side by side as pixels.
template <typename Element>
void TurnPlanes(const std::uint8_t* planes, std::int64_t plane, std::int64_t channels,
                std::int64_t width, Element* to) {
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t x = 0; x < width; ++x) to[x * channels + c] = planes[c * plane + x];
  }
}
void TurnPlanes(const std::uint8_t* planes, std::int64_t plane, std::int64_t channels,
                std::int64_t width, std::uint8_t* to) {
  if (channels == 3) {  // of an image, or of an accelerometer
    return simd::InterleaveThree({planes, planes + plane, planes + 2 * plane}, width, to);
  }
  TurnPlanes<std::uint8_t>(planes, plane, channels, width, to);
}

// An output pixel is a row of a product of bytes; as DirectConv (direct_conv.cc), whose notes hold
// here too. The input is copied where it needs padding, comes planar, or has to become int16.
class ByteDirectConv final : public ByteConvAlgorithm {
 public:
  ByteDirectConv(const ByteConvParameters& p, bool planar)
      : window_(p.window),
        input_channels_(p.input_channels),
        output_channels_(p.output_channels),
        group_inputs_(p.group_inputs()),
        group_outputs_(p.group_outputs()),
        planar_(planar && p.input_channels > 1),
        height_(Extent(p.window.y)),
        width_(Extent(p.window.x)),
        point_(p.input_point),
        point_operand_(p.point_operand),
        residual_(p.residual) {
    const bool joined = p.groups == 1 && (window_.x.dilation == 1 || window_.x.kernel == 1);
    const std::int64_t run_length = joined ? window_.x.kernel * input_channels_ : group_inputs_;
    for (std::int64_t g = 0; g < p.groups; ++g) groups_.emplace_back(Pack(p, g, run_length));
    // All alike, so that the input has one form.
    wide_ = std::ranges::any_of(groups_, [](const Group& group) { return !group.matrix.quads(); });
    if (wide_) {
      for (std::int64_t g = 0; g < p.groups; ++g) {
        auto& group = groups_[static_cast<std::size_t>(g)];
        if (group.matrix.quads()) group = Pack(p, g, run_length, true);
      }
    }
    copies_ = wide_ || planar_ || height_ > window_.y.input || width_ > window_.x.input;
    element_ = wide_ ? 2 : 1;
    FindRuns(joined);
    finish_ = p.Finish();
  }

  void Run(const KernelArguments& arguments) const override {
    Workers& workers = *arguments.workers;
    Job job{arguments, point_, nullptr};
    if (point_operand_ != 0) FindStarts(job);
    if (!copies_) return RunRows(job, AsBytes(arguments.inputs[0]), 0, arguments.batch);
    auto* const copies = AsBytes(arguments.scratch + StartFloats());
    if (arguments.batch >= workers.threads() && arguments.batch > 1) {
      workers.ForEach(arguments.batch, [&](std::int64_t n, std::int64_t worker) {
        std::uint8_t* const padded = copies + worker * RoomBytes();
        for (std::int64_t y = 0; y < height_; ++y) CopyRow(job, n, y, padded);
        for (std::int64_t item = 0; item < Items(1); ++item) RunItem(job, padded, n, 1, item);
      });
      return;
    }
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      constexpr std::int64_t kRows = 8;
      workers.ForEach(Blocks(height_, kRows), [&](std::int64_t item, std::int64_t) {
        const std::int64_t last = std::min(height_, (item + 1) * kRows);
        for (std::int64_t y = item * kRows; y < last; ++y) CopyRow(job, n, y, copies);
      });
      RunRows(job, copies, n, 1);
    }
  }

  std::int64_t ScratchFloats(std::int64_t max_batch, std::int64_t threads) const override {
    const std::int64_t rooms = !copies_ ? 0 : max_batch > 1 ? threads : 1;
    return StartFloats() + rooms * RoomBytes() / 4;
  }
  std::int64_t WeightFloats() const override {
    std::int64_t floats = 0;
    for (const Group& group : groups_) {
      floats += group.matrix.floats() + 2 * group.matrix.packed_columns();
    }
    return floats;
  }
  const char* Name() const override { return wide_ ? "in pairs" : "in fours"; }

 private:
  struct Group {
    simd::PackedBytes matrix;
    std::vector<std::int32_t> start;
    std::vector<float> scales;
  };
  // What is the same for a whole Run.
  struct Job {
    const KernelArguments& arguments;
    std::int32_t point = 0;      // the byte that stands for 0
    const std::int32_t* starts;  // by group and packed column; nullptr: the groups' own
  };

  Group Pack(const ByteConvParameters& p, std::int64_t group, std::int64_t run_length,
             bool wide = false) const {
    const std::int64_t first = group * group_outputs_;
    const std::int64_t columns = group_outputs_;
    Group packed;
    packed.matrix = simd::PackedBytes(
        p.depth() / run_length, run_length, columns,
        [&](std::int64_t k, std::int64_t column) -> std::int32_t {
          return p.weight(first + column, k % group_inputs_, k / group_inputs_);
        },
        wide);
    packed.start.assign(static_cast<std::size_t>(packed.matrix.packed_columns()), 0);
    packed.scales.assign(packed.start.size(), 0.0F);
    for (std::int64_t c = 0; c < columns; ++c) {
      const auto m = static_cast<std::size_t>(first + c);
      const auto at = static_cast<std::size_t>(c);
      packed.start[at] = p.bias[m];
      packed.scales[at] = p.scales[m];
      if (point_operand_ == 0) packed.start[at] = Start(packed, c, point_);
    }
    return packed;
  }

  // The bias less what the zero point adds to every sum.
  static std::int32_t Start(const Group& group, std::int64_t column, std::int32_t point) {
    const auto bias = static_cast<std::uint32_t>(group.start[static_cast<std::size_t>(column)]);
    const auto sum = static_cast<std::uint32_t>(group.matrix.SumOf(column));
    return static_cast<std::int32_t>(bias - sum * static_cast<std::uint32_t>(point));
  }

  void FindRuns(bool joined) {
    for (std::int64_t ky = 0; ky < window_.y.kernel; ++ky) {
      for (std::int64_t kx = 0; kx < (joined ? 1 : window_.x.kernel); ++kx) {
        runs_.push_back(ky * window_.y.dilation * row_bytes() +
                        kx * window_.x.dilation * pixel_bytes());
      }
    }
  }

  std::int64_t pixel_bytes() const { return input_channels_ * element_; }
  std::int64_t row_bytes() const { return width_ * pixel_bytes(); }
  // Of one copy of a sample; whole cache lines.
  std::int64_t RoomBytes() const {
    return 4 * AlignedFloats::RoundUp(FloatsOfBytes(height_ * row_bytes()));
  }
  std::int64_t StartColumns() const { return groups_[0].matrix.packed_columns(); }
  std::int64_t StartFloats() const {
    if (point_operand_ == 0) return 0;
    return AlignedFloats::RoundUp(StartColumns() * static_cast<std::int64_t>(groups_.size()));
  }

  // Of a zero point that is not known before.
  void FindStarts(Job& job) const {
    job.point = point_ + static_cast<std::int32_t>(job.arguments.inputs[point_operand_][0]);
    auto* starts = reinterpret_cast<std::int32_t*>(job.arguments.scratch);
    job.starts = starts;
    for (const Group& group : groups_) {
      for (std::int64_t c = 0; c < group_outputs_; ++c) starts[c] = Start(group, c, job.point);
      std::fill(starts + group_outputs_, starts + StartColumns(), 0);
      starts += StartColumns();
    }
  }

  void CopyRow(const Job& job, std::int64_t n, std::int64_t y, std::uint8_t* padded) const {
    const std::uint8_t* const sample =
        AsBytes(job.arguments.inputs[0]) + n * window_.inputs() * input_channels_;
    std::uint8_t* const row = padded + y * row_bytes();
    if (wide_) {
      CopyRowAs(sample, y, static_cast<std::int16_t>(job.point),
                reinterpret_cast<std::int16_t*>(row));
    } else {
      CopyRowAs(sample, y, static_cast<std::uint8_t>(job.point), row);
    }
  }

  template <typename Element>
  void CopyRowAs(const std::uint8_t* sample, std::int64_t y, Element padding, Element* row) const {
    const std::int64_t source = y - window_.y.pad_begin;
    Element* const end = row + width_ * input_channels_;
    if (source < 0 || source >= window_.y.input) {
      std::fill(row, end, padding);
      return;
    }
    Element* const inner = std::fill_n(row, window_.x.pad_begin * input_channels_, padding);
    const std::int64_t width = window_.x.input;
    if (planar_) {
      TurnPlanes(sample + source * width, window_.inputs(), input_channels_, width, inner);
    } else {
      CopyBytes(sample + source * width * input_channels_, width * input_channels_, inner);
    }
    std::fill(inner + width * input_channels_, end, padding);
  }

  // Pieces of work for so many samples: blocks of pixels times groups times blocks of panels.
  std::int64_t Items(std::int64_t samples) const {
    return Blocks(samples * window_.outputs(), simd::kBlockRows) * PanelBlocks() *
           static_cast<std::int64_t>(groups_.size());
  }
  std::int64_t PanelBlocks() const {
    return Blocks(groups_[0].matrix.panels(), simd::kBlockPanels);
  }

  // `input` is sample `first`, copied if need be; the others follow it.
  void RunRows(const Job& job, const std::uint8_t* input, std::int64_t first,
               std::int64_t samples) const {
    job.arguments.workers->ForEach(Items(samples), [&](std::int64_t item, std::int64_t) {
      RunItem(job, input, first, samples, item);
    });
  }

  void RunItem(const Job& job, const std::uint8_t* input, std::int64_t first, std::int64_t samples,
               std::int64_t item) const {
    const std::int64_t panel_block = item % PanelBlocks();
    const auto groups = static_cast<std::int64_t>(groups_.size());
    const std::int64_t g = item / PanelBlocks() % groups;
    const std::int64_t first_row = item / PanelBlocks() / groups * simd::kBlockRows;
    const std::int64_t count = std::min(simd::kBlockRows, samples * window_.outputs() - first_row);
    std::array<const std::uint8_t*, simd::kBlockRows> rows;
    FindRows(input + g * group_inputs_ * element_, first_row, count, rows);

    const Group& group = groups_[static_cast<std::size_t>(g)];
    simd::ByteProduct product{&group.matrix, runs_, finish_};
    product.finish.scales = group.scales.data();
    product.finish.start =
        job.starts == nullptr ? group.start.data() : job.starts + g * StartColumns();
    const std::int64_t offset =
        (first * window_.outputs() + first_row) * output_channels_ + g * group_outputs_;
    simd::ByteBlock block{std::span(rows).first(static_cast<std::size_t>(count))};
    block.first_panel = panel_block * simd::kBlockPanels;
    block.last_panel = std::min(group.matrix.panels(), block.first_panel + simd::kBlockPanels);
    block.stride = output_channels_;
    if (finish_.to_floats) {
      block.floats = job.arguments.output + offset;
    } else {
      block.bytes = AsBytes(job.arguments.output) + offset;
    }
    if (residual_) block.residual = AsBytes(job.arguments.inputs[1]) + offset;
    simd::Multiply(product, block);
  }

  // Where the windows of outputs [first, first + count) begin; the samples follow each other.
  void FindRows(const std::uint8_t* input, std::int64_t first, std::int64_t count,
                std::array<const std::uint8_t*, simd::kBlockRows>& rows) const {
    const std::int64_t sample = copies_ ? RoomBytes() : window_.inputs() * input_channels_;
    std::int64_t n = first / window_.outputs();
    std::int64_t y = first % window_.outputs() / window_.x.output;
    std::int64_t x = first % window_.x.output;
    for (std::int64_t i = 0; i < count; ++i) {
      rows[static_cast<std::size_t>(i)] = input + n * sample + y * window_.y.stride * row_bytes() +
                                          x * window_.x.stride * pixel_bytes();
      if (++x < window_.x.output) continue;
      x = 0;
      if (++y < window_.y.output) continue;
      y = 0;
      ++n;
    }
  }

  const Window window_;
  const std::int64_t input_channels_;
  const std::int64_t output_channels_;
  const std::int64_t group_inputs_;
  const std::int64_t group_outputs_;
  const bool planar_;
  const std::int64_t height_;
  const std::int64_t width_;
  const std::int32_t point_;
  const std::size_t point_operand_;
  const bool residual_;
  bool wide_ = false;
  bool copies_ = false;
  std::int64_t element_ = 1;  // bytes of an input as the product reads it
  std::vector<std::int64_t> runs_;
  std::vector<Group> groups_;
  simd::ByteFinish finish_;
};

}  // namespace

std::unique_ptr<ByteConvAlgorithm> MakeByteDirectConv(const ByteConvParameters& parameters,
                                                      bool planar) {
  return std::make_unique<ByteDirectConv>(parameters, planar);
}

}  // namespace biglittle::nn
