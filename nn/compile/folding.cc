#include "nn/compile/folding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/memory_bytes.h"
#include "nn/graph/graph.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/kernel/workers.h"
#include "nn/operators/byte_quantize.h"
#include "nn/operators/node_view.h"
#include "nn/operators/turn_kernel.h"

namespace biglittle::nn {
namespace {

struct Free {
  void operator()(float* memory) const { std::free(memory); }
};

struct Batch {
  std::int64_t samples = 1;
  std::int64_t max_scratch = 0;  // floats
};

// `samples` feature maps of shape `dims`, one after the other, in the other layout.
void Turn(const Dims& dims, std::int64_t samples, bool to_channels_last, std::vector<float>& map) {
  const std::int64_t channels = dims[1];
  const std::int64_t pixels = Product(dims, 2, static_cast<std::int64_t>(dims.size()));
  const std::vector<float> from = map;
  const float* const pointer = from.data();
  const TurnKernel kernel =
      to_channels_last ? TurnKernel(channels, pixels, "") : TurnKernel(pixels, channels, "");
  Workers alone(1);
  kernel.Run(KernelArguments{samples, samples, {&pointer, 1}, map.data(), nullptr, &alone});
}

// What a step between floats and bytes makes of a list.
std::vector<float> Converted(const Kernel& kernel, const std::vector<float>& from,
                             std::int64_t floats) {
  std::vector<float> to(static_cast<std::size_t>(floats), 0.0F);
  const float* const pointer = from.data();
  Workers alone(1);
  kernel.Run(KernelArguments{1, 1, {&pointer, 1}, to.data(), nullptr, &alone});
  return to;
}

// An integer of 8 bits as a byte.
ByteScale IntegerScale(ElementType element) {
  return {1.0F, element == ElementType::kInt8 ? 128 : 0};
}

// Seals the kernel and runs it; `inputs` as it reads them.
absl::Status RunKernel(const NodeView& view, Kernel& kernel,
                       const std::vector<std::vector<float>>& inputs, const Batch& batch,
                       std::vector<float>& output) {
  kernel.Seal();
  Workers alone(1);
  const std::int64_t scratch_floats = kernel.ScratchFloats(batch.samples, 1);
  const auto bytes = MemoryBytes(scratch_floats, sizeof(float));
  if (scratch_floats > batch.max_scratch || !bytes) {
    return absl::ResourceExhaustedError(
        fmt::format("{}: computing it at load takes too much memory", Describe(view.node())));
  }
  constexpr std::size_t kLine = 64;
  const std::unique_ptr<float[], Free> scratch(
      static_cast<float*>(std::aligned_alloc(kLine, (*bytes / kLine + 1) * kLine)));
  if (scratch == nullptr) return absl::UnavailableError("there is not enough memory");
  std::vector<const float*> pointers;
  for (const std::vector<float>& input : inputs) pointers.push_back(input.data());
  kernel.Run(KernelArguments{batch.samples, batch.samples, pointers, output.data(), scratch.get(),
                             &alone});
  return absl::OkStatus();
}

// What a kernel that moves integers is given in their place: the positions of the elements, counted
// through all operands. Its output then says which element went where.
absl::StatusOr<ConstantPtr> MoveIntegers(const NodeView& view, const Computed& computed,
                                         Constant result, const Batch& batch) {
  std::vector<std::int64_t> all;
  std::vector<std::vector<float>> inputs;
  for (const int operand : computed.operands) {
    const std::vector<std::int64_t>& ints = view.ConstantAt(operand)->ints;
    inputs.emplace_back(ints.size());
    std::iota(inputs.back().begin(), inputs.back().end(), static_cast<float>(all.size()));
    all.insert(all.end(), ints.begin(), ints.end());
  }
  if (static_cast<std::int64_t>(all.size()) > kMaxExactInteger) {
    return view.Unsupported("it moves more integers than the engine can count");
  }
  std::vector<float> positions(static_cast<std::size_t>(result.type.elements()));
  if (absl::Status s = RunKernel(view, *computed.kernel, inputs, batch, positions); !s.ok()) {
    return s;
  }
  for (const float position : positions) {
    result.ints.push_back(all[static_cast<std::size_t>(position)]);
  }
  return std::make_shared<const Constant>(std::move(result));
}

// Of what is moved the scales are known if there is one for all.
std::shared_ptr<const WeightScales> ScalesOf(const NodeView& view, const Computed& computed) {
  if (computed.scales != nullptr || !computed.moves || computed.operands.size() != 1) {
    return computed.scales;
  }
  const auto& scales = view.ConstantAt(computed.operands[0])->quantised;
  return scales != nullptr && scales->scales.size() == 1 ? scales : nullptr;
}

}  // namespace

absl::StatusOr<ConstantPtr> Fold(const NodeView& view, const Computed& computed,
                                 const TensorType& type, std::int64_t batch,
                                 std::int64_t max_scratch) {
  const Batch how{batch, max_scratch};
  Constant result{type, {}, {}};
  const bool integers = type.element != ElementType::kFloat32;
  if (computed.moves && (integers && type.element != ElementType::kText)) {
    return MoveIntegers(view, computed, std::move(result), how);
  }
  std::vector<std::vector<float>> inputs;
  for (const int operand : computed.operands) {
    absl::StatusOr<std::vector<float>> floats = view.AsFloats(operand);
    if (!floats.ok()) return floats.status();
    inputs.push_back(*std::move(floats));
  }
  std::vector<float> output(
      static_cast<std::size_t>(std::max(type.elements(), FloatsOfBytes(type.elements()))));
  // A convolution: its one operand and its output are feature maps.
  const bool turned = computed.kernel->PrefersChannelsLast() && computed.kernel->ToChannelsLast();
  if (turned) Turn(view.Type(computed.operands[0]).dims, batch, true, inputs[0]);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!computed.kernel->ReadsBytes(i)) continue;
    const auto count = static_cast<std::int64_t>(inputs[i].size());
    const ByteScale scale = IntegerScale(view.Type(computed.operands[i]).element);
    inputs[i] = Converted(*MakeByteQuantize(scale, count), inputs[i], FloatsOfBytes(count));
  }
  if (absl::Status s = RunKernel(view, *computed.kernel, inputs, how, output); !s.ok()) return s;
  if (computed.kernel->WritesBytes()) {
    output = Converted(*MakeByteDequantize(IntegerScale(type.element), type.elements()), output,
                       type.elements());
  }
  output.resize(static_cast<std::size_t>(type.elements()));
  if (turned) Turn(type.dims, batch, false, output);
  if (std::ranges::any_of(output, [](float x) { return std::isnan(x); })) {
    return view.Invalid("its value, known at load, is no number");
  }
  if (integers) {
    const IntegerRange range = RangeOf(type.element);
    const auto least = static_cast<float>(std::max(range.least, -kMaxExactInteger));
    const auto greatest = static_cast<float>(std::min(range.greatest, kMaxExactInteger));
    for (const float x : output) {
      if (x < least || x > greatest) {
        return view.Unsupported(
            fmt::format("its value {}, known at load, is beyond what the "
                        "engine computes of {}",
                        x, Name(type.element)));
      }
      result.ints.push_back(static_cast<std::int64_t>(x));
    }
  } else {
    result.floats = std::move(output);
    result.quantised = ScalesOf(view, computed);
  }
  return std::make_shared<const Constant>(std::move(result));
}

}  // namespace biglittle::nn
