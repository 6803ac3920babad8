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

// Of one axis; `inner` numbers lie between two neighbours along it, real or complex.
struct Line {
  std::int64_t outer = 1;  // of a sample
  std::int64_t given = 1;
  std::int64_t inner = 1;
  std::size_t length = 1;  // of the transform: what is given is cut, or filled up with zeros
  std::size_t kept = 1;    // of the transform
  bool complex = false;    // what is given
  bool inverse = false;
};

class DftKernel final : public Kernel {
 public:
  explicit DftKernel(const Line& line) : line_(line), transform_(line.length, line.inverse) {}

  void Run(const KernelArguments& arguments) const override {
    const auto parts = static_cast<std::int64_t>(line_.complex ? 2 : 1);
    const std::int64_t in_block = line_.given * line_.inner * parts;
    const std::int64_t out_block = static_cast<std::int64_t>(line_.kept) * line_.inner * 2;
    for (std::int64_t block = 0; block < arguments.batch * line_.outer; ++block) {
      for (std::int64_t i = 0; i < line_.inner; ++i) {
        TransformLine(arguments.inputs[0] + block * in_block + i * parts,
                      arguments.output + block * out_block + i * 2, arguments.scratch);
      }
    }
  }

  std::string Name() const override {
    return fmt::format("{}dft of {}", line_.inverse ? "inverse " : "", line_.length);
  }
  std::int64_t WindowVisits() const override {
    return line_.outer * line_.inner * static_cast<std::int64_t>(line_.length) *
           std::bit_width(line_.length);
  }
  std::int64_t ScratchFloats(std::int64_t /*max_batch*/, std::int64_t /*threads*/) const override {
    return static_cast<std::int64_t>(2 * (2 * line_.length + 1 + transform_.scratch()));
  }

 private:
  void TransformLine(const float* in, float* out, float* scratch) const {
    auto* const line = reinterpret_cast<ComplexFloat*>(scratch);
    ComplexFloat* const result = line + line_.length;
    ComplexFloat* const rest = result + line_.length + 1;
    const auto count = std::min<std::size_t>(line_.length, static_cast<std::size_t>(line_.given));
    if (line_.complex || line_.kept == line_.length || line_.inverse) {
      for (std::size_t k = 0; k < count; ++k, in += line_.inner * (line_.complex ? 2 : 1)) {
        line[k] = ComplexFloat(in[0], line_.complex ? in[1] : 0.0F);
      }
      std::fill(line + count, line + line_.length, ComplexFloat());
      transform_.Transform(line, result, rest);
    } else {
      for (std::size_t k = 0; k < count; ++k, in += line_.inner) scratch[k] = *in;
      std::fill(scratch + count, scratch + line_.length, 0.0F);
      transform_.TransformReal(scratch, result, rest);
    }
    for (std::size_t k = 0; k < line_.kept; ++k, out += 2 * line_.inner) {
      out[0] = result[k].real();
      out[1] = result[k].imag();
    }
  }

  const Line line_;
  const Fourier transform_;
};

// Since opset 20 an input, before an attribute.
absl::StatusOr<std::int64_t> AxisOf(const NodeView& node, Attributes& attributes) {
  constexpr std::int64_t kInputSince = 20;
  if (node.opset() < kInputSince) return attributes.Int("axis", 1);
  if (!node.Has(2)) return -2;
  const auto given = node.Ints(2);
  if (!given.ok()) return given.status();
  if (given->size() != 1) return node.Invalid("its axis must be one number");
  return given->front();
}

}  // namespace

absl::StatusOr<Lowered> LowerDFT(const NodeView& node) {
  absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  Attributes attributes(node);
  const auto given = AxisOf(node, attributes);
  if (!given.ok()) return given.status();
  const bool onesided = attributes.Int("onesided", 0) != 0;
  Line line;
  line.inverse = attributes.Int("inverse", 0) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const auto axis = node.InnerAxis(*given, *type);
  if (!axis.ok()) return axis.status();
  const std::int64_t last = type->rank() - 1;
  const std::int64_t parts = type->dims[static_cast<std::size_t>(last)];
  if (*axis == last || (parts != 1 && parts != 2)) {
    return node.Invalid("its last dimension must be 1 (real) or 2 (complex), and not its axis");
  }
  line.complex = parts == 2;
  if (onesided && (line.complex || line.inverse)) {
    return node.Unsupported("one side of the transform is there of real numbers only, not inverse");
  }
  line.outer = Product(type->dims, 0, *axis);
  line.inner = Product(type->dims, *axis + 1, last);
  line.given = type->dims[static_cast<std::size_t>(*axis)];
  std::int64_t length = line.given;
  if (node.Has(1)) {
    const auto wanted = WholeNumber(node, 1, "its length");
    if (!wanted.ok()) return wanted.status();
    length = *wanted;
  }
  if (length > kMaxTransform) {
    return node.Invalid(fmt::format("its length must be 1 to {}", kMaxTransform));
  }
  line.length = static_cast<std::size_t>(length);
  line.kept = onesided ? line.length / 2 + 1 : line.length;
  Dims dims = type->dims;
  dims[static_cast<std::size_t>(*axis)] = static_cast<std::int64_t>(line.kept);
  dims[static_cast<std::size_t>(last)] = 2;
  absl::StatusOr<TensorType> output = node.Output(std::move(dims));
  if (!output.ok()) return output.status();
  return Unary(*std::move(output), std::make_unique<DftKernel>(line));
}

}  // namespace biglittle::nn
