#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/attributes.h"
#include "nn/operators/byte_concat.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/source.h"

namespace biglittle::nn {
namespace {

class ConcatKernel final : public Kernel {
 public:
  // `blocks` are copied side by side, `repeats` times a sample.
  // `pixels` of each channel if it is channels that are joined, else 0.
  ConcatKernel(std::vector<Source> parts, std::vector<std::int64_t> blocks, std::int64_t repeats,
               std::int64_t pixels)
      : parts_(std::move(parts)), blocks_(std::move(blocks)), repeats_(repeats), pixels_(pixels) {}

  void Run(const KernelArguments& arguments) const override {
    constexpr std::int64_t kPiece = 64;  // repeats
    const std::int64_t pieces = (repeats_ + kPiece - 1) / kPiece;
    const std::int64_t row = std::accumulate(blocks_.begin(), blocks_.end(), std::int64_t{0});
    arguments.workers->ForEach(arguments.batch * pieces, [&](std::int64_t item, std::int64_t) {
      const std::int64_t n = item / pieces;
      const std::int64_t first = item % pieces * kPiece;
      float* output = arguments.output + (n * repeats_ + first) * row;
      for (std::int64_t i = first; i < std::min(repeats_, first + kPiece); ++i) {
        for (std::size_t part = 0; part < parts_.size(); ++part) {
          const float* from = parts_[part].Sample(arguments, n) + i * blocks_[part];
          output = std::copy_n(from, blocks_[part], output);
        }
      }
    });
  }

  std::string Name() const override { return "concat"; }

  std::unique_ptr<Kernel> InBytes(std::span<const ByteScale> operands,
                                  const ByteTarget& output) const override {
    if (operands.size() != parts_.size()) return nullptr;  // one is a constant
    return MakeByteConcat(blocks_, repeats_, pixels_, operands, output);
  }
  bool PicksElements() const override { return true; }
  bool ToChannelsLast() override {
    const bool constants =
        std::ranges::any_of(parts_, [](const Source& part) { return part.constant() != nullptr; });
    if (pixels_ == 0 || constants) return false;
    for (std::int64_t& block : blocks_) block /= pixels_;
    repeats_ *= pixels_;
    return true;
  }

 private:
  const std::vector<Source> parts_;
  std::vector<std::int64_t> blocks_;
  std::int64_t repeats_;
  const std::int64_t pixels_;
};

// Which inputs have elements. The others are empty lists of int64.
std::vector<int> Parts(const NodeView& node) {
  std::vector<int> parts;
  for (int i = 0; i < node.input_count(); ++i) {
    if (!node.Type(i).IsEmptyList()) parts.push_back(i);
  }
  return parts;
}

// The shape of all `parts` joined along `axis`.
absl::StatusOr<Dims> Join(const NodeView& node, const std::vector<int>& parts, std::int64_t axis) {
  const auto at = static_cast<std::size_t>(axis);
  const TensorType& first = node.Type(parts[0]);
  Dims dims = first.dims;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const TensorType& type = node.Type(parts[i]);
    if (type.element != first.element) {
      return node.Invalid(
          fmt::format("it joins {} and {}", Name(first.element), Name(type.element)));
    }
    Dims expected = dims;
    if (type.dims.size() == expected.size()) expected[at] = type.dims[at];
    if (type.dims != expected) {
      return node.Invalid(fmt::format("inputs {} and {} cannot be joined along axis {}",
                                      ToString(first.dims), ToString(type.dims), axis));
    }
    dims[at] += type.dims[at];
    if (dims[at] > kMaxElements) return node.Invalid("its output is too large");
  }
  return dims;
}

}  // namespace

absl::StatusOr<Lowered> LowerConcat(const NodeView& node) {
  Attributes attributes(node);
  if (!attributes.Has("axis")) return node.Invalid("it has no axis");
  const std::int64_t given = attributes.Int("axis", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  for (int i = 0; i < node.input_count(); ++i) {
    if (!node.Has(i)) return node.Invalid(fmt::format("input {} is left out", i));
  }
  const std::vector<int> parts = Parts(node);
  if (parts.empty()) return Lowered{node.Type(0), View{}};
  const TensorType& first = node.Type(parts[0]);
  const absl::StatusOr<std::int64_t> axis = node.InnerAxis(given, first);
  if (!axis.ok()) return axis.status();
  absl::StatusOr<Dims> dims = Join(node, parts, *axis);
  if (!dims.ok()) return dims.status();
  absl::StatusOr<TensorType> output = node.Output(*std::move(dims), first.element);
  if (!output.ok()) return output.status();

  Computed computed;
  computed.moves = true;
  std::vector<Source> sources;
  std::vector<std::int64_t> blocks;
  for (const int part : parts) {
    absl::StatusOr<Source> source = Source::Make(node, part, computed);
    if (!source.ok()) return source.status();
    sources.push_back(*std::move(source));
    blocks.push_back(Product(node.Type(part).dims, *axis, output->rank()));
  }
  const bool channels = *axis == 1 && output->rank() > 2;
  computed.kernel = std::make_unique<ConcatKernel>(
      std::move(sources), std::move(blocks), Product(output->dims, 0, *axis),
      channels ? Product(output->dims, 2, output->rank()) : 0);
  return Lowered{*std::move(output), std::move(computed)};
}

}  // namespace biglittle::nn
