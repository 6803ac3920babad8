#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/fourier.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/whole_number.h"

namespace biglittle::nn {
namespace {

struct Frames {
  std::int64_t samples = 1;  // of a signal
  std::int64_t count = 1;
  std::int64_t step = 1;
  std::vector<float> window;  // one number a sample of a frame
  bool complex = false;       // the signal
  bool onesided = true;
};

class StftKernel final : public Kernel {
 public:
  explicit StftKernel(Frames frames)
      : frames_(std::move(frames)), transform_(frames_.window.size(), false) {}

  void Run(const KernelArguments& arguments) const override {
    const std::int64_t parts = frames_.complex ? 2 : 1;
    auto* output = reinterpret_cast<ComplexFloat*>(arguments.output);
    for (std::int64_t n = 0; n < arguments.batch; ++n) {
      const float* frame = arguments.inputs[0] + n * frames_.samples * parts;
      for (std::int64_t i = 0; i < frames_.count; ++i, frame += frames_.step * parts) {
        TransformFrame(frame, output, arguments.scratch);
        output += kept();
      }
    }
  }

  std::string Name() const override {
    return fmt::format("stft, {} frames of {}", frames_.count, frames_.window.size());
  }
  std::int64_t WindowVisits() const override {
    return frames_.count * static_cast<std::int64_t>(frames_.window.size()) *
           std::bit_width(frames_.window.size());
  }
  std::int64_t WeightFloats() const override {
    return static_cast<std::int64_t>(frames_.window.size());
  }
  std::int64_t ScratchFloats(std::int64_t /*max_batch*/, std::int64_t /*threads*/) const override {
    return static_cast<std::int64_t>(2 * (frames_.window.size() + transform_.scratch()));
  }

 private:
  std::size_t kept() const { return frames_.onesided ? transform_.bins() : transform_.length(); }

  void TransformFrame(const float* frame, ComplexFloat* output, float* scratch) const {
    auto* const weighed = reinterpret_cast<ComplexFloat*>(scratch);
    const std::size_t length = transform_.length();
    ComplexFloat* const rest = weighed + length;
    if (frames_.onesided) {
      for (std::size_t k = 0; k < length; ++k) scratch[k] = frame[k] * frames_.window[k];
      transform_.TransformReal(scratch, output, rest);
      return;
    }
    for (std::size_t k = 0; k < length; ++k) {
      const ComplexFloat value = frames_.complex ? ComplexFloat(frame[2 * k], frame[2 * k + 1])
                                                 : ComplexFloat(frame[k], 0.0F);
      weighed[k] = value * frames_.window[k];
    }
    transform_.Transform(weighed, output, rest);
  }

  const Frames frames_;
  const Fourier transform_;
};

// The window, ones where there is none; empty where neither it nor a length is given.
absl::StatusOr<std::vector<float>> ReadWindow(const NodeView& node) {
  std::vector<float> window;
  if (node.Has(2)) {
    const absl::StatusOr<ConstantPtr> given = node.FloatConstant(2);
    if (!given.ok()) return given.status();
    if ((*given)->type.rank() != 1) return node.Invalid("its window must be a list of numbers");
    window = (*given)->floats;
  }
  if (!node.Has(3)) return window;
  const auto length = WholeNumber(node, 3, "its frame_length");
  if (!length.ok()) return length.status();
  if (!window.empty() && *length != static_cast<std::int64_t>(window.size())) {
    return node.Invalid("its frame_length must be as many samples as its window");
  }
  if (window.empty()) window.assign(static_cast<std::size_t>(*length), 1.0F);
  return window;
}

}  // namespace

absl::StatusOr<Lowered> LowerSTFT(const NodeView& node) {
  const absl::StatusOr<TensorType> type = node.Batched(0, 2);
  if (!type.ok()) return type.status();
  const bool has_parts = type->rank() == 3;
  if (type->rank() > 3 || (has_parts && type->dims[2] != 1 && type->dims[2] != 2)) {
    return node.Invalid("its signal must be [N, samples, 1] (real) or [N, samples, 2] (complex)");
  }
  Attributes attributes(node);
  Frames frames;
  frames.onesided = attributes.Int("onesided", 1) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  frames.complex = has_parts && type->dims[2] == 2;
  if (frames.onesided && frames.complex) {
    return node.Invalid("one side of the transform is there of real numbers only");
  }
  const auto step = WholeNumber(node, 1, "its frame_step");
  if (!step.ok()) return step.status();
  absl::StatusOr<std::vector<float>> window = ReadWindow(node);
  if (!window.ok()) return window.status();
  frames.window = *std::move(window);
  frames.samples = type->dims[1];
  const auto length = static_cast<std::int64_t>(frames.window.size());
  if (length < 1 || length > std::min(frames.samples, kMaxTransform)) {
    return node.Invalid("it needs a window or a frame_length, no longer than the signal");
  }
  frames.step = *step;
  frames.count = (frames.samples - length) / frames.step + 1;
  const std::int64_t bins = frames.onesided ? length / 2 + 1 : length;
  absl::StatusOr<TensorType> output = node.Output({type->dims[0], frames.count, bins, 2});
  if (!output.ok()) return output.status();
  return Unary(*std::move(output), std::make_unique<StftKernel>(std::move(frames)));
}

}  // namespace biglittle::nn
