#include "nn/operators/byte_conv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "nn/kernel/kernel.h"
#include "nn/operators/apply_activation.h"

namespace biglittle::nn {
namespace {

class ByteConvKernel final : public Kernel {
 public:
  explicit ByteConvKernel(ByteConvParameters parameters) : p_(std::move(parameters)) {}

  void Run(const KernelArguments& arguments) const override {
    algorithm_->Run(arguments);
    if (p_.activation.kind == ActivationKind::kNone) return;
    const std::int64_t count = arguments.batch * p_.output_channels * p_.window.outputs();
    Apply(p_.activation, arguments.output, arguments.output, count, *arguments.workers);
  }
  std::string Name() const override {
    std::string name = fmt::format("int8 conv {}x{} {}->{}", p_.window.y.kernel, p_.window.x.kernel,
                                   p_.input_channels, p_.output_channels);
    const std::int64_t stride = std::max(p_.window.y.stride, p_.window.x.stride);
    if (stride > 1) name += fmt::format(" / {}", stride);
    if (p_.groups > 1) name += fmt::format(" in {} groups", p_.groups);
    name += p_.behind;
    if (p_.output.floats) name += " to floats";
    if (algorithm_ != nullptr) name += fmt::format(", {}", algorithm_->Name());
    return name;
  }
  std::int64_t MultiplyAdds() const override {
    return p_.output_channels * p_.window.outputs() * p_.depth();
  }
  std::int64_t WeightFloats() const override {
    return algorithm_ == nullptr ? 0 : algorithm_->WeightFloats();
  }
  std::int64_t ScratchFloats(std::int64_t max_batch, std::int64_t threads) const override {
    return algorithm_->ScratchFloats(max_batch, threads);
  }
  bool ReadsBytes(std::size_t operand) const override {
    return p_.point_operand == 0 || operand != p_.point_operand;
  }
  bool WritesBytes() const override { return !p_.output.floats; }
  bool MayOverwrite(std::size_t operand) const override { return p_.residual && operand == 1; }
  bool PrefersChannelsLast() const override { return true; }
  bool ToChannelsLast() override { return true; }
  bool ReadPlanar() override { return planar_ = !p_.IsDepthwise(); }
  void Seal() override {
    algorithm_ = p_.IsDepthwise() ? MakeByteDepthwiseConv(p_) : MakeByteDirectConv(p_, planar_);
    p_.weights = {};  // the algorithm has a copy of its own, in its own order
  }

 private:
  ByteConvParameters p_;
  bool planar_ = false;
  std::unique_ptr<ByteConvAlgorithm> algorithm_;
};

}  // namespace

std::unique_ptr<Kernel> MakeByteConv(ByteConvParameters parameters) {
  return std::make_unique<ByteConvKernel>(std::move(parameters));
}

}  // namespace biglittle::nn
