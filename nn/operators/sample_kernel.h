// Kernels that are told how one sample is computed, and no more: for operators whose time hardly
// counts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/node_view.h"
#include "nn/operators/source.h"

namespace biglittle::nn {

inline constexpr std::size_t kMaxSampleInputs = 12;

// What Function(sample) gets of a sample.
struct Sample {
  std::array<const float*, kMaxSampleInputs> inputs{};  // in the order of the sources
  float* output = nullptr;
  float* scratch = nullptr;  // of the worker's own
};

// What computing one sample takes, besides a visit to every element.
struct SampleWork {
  std::int64_t multiply_adds = 0;
  std::int64_t visits = 0;
  std::int64_t scratch = 0;  // floats
};

// `Function` computes the output of one sample, all of it; cannot fail and does not allocate.
template <typename Function>
class SampleKernel final : public Kernel {
 public:
  SampleKernel(std::vector<Source> sources, std::int64_t elements, const SampleWork& work,
               std::string name, Function function)
      : sources_(std::move(sources)),
        elements_(elements),
        work_(work),
        name_(std::move(name)),
        function_(std::move(function)) {}

  void Run(const KernelArguments& arguments) const override {
    arguments.workers->ForEach(arguments.batch, [&](std::int64_t n, std::int64_t worker) {
      Sample sample;
      for (std::size_t i = 0; i < sources_.size(); ++i) {
        sample.inputs[i] = sources_[i].Sample(arguments, n);
      }
      sample.output = arguments.output + n * elements_;
      sample.scratch = arguments.scratch + worker * work_.scratch;
      function_(sample);
    });
  }
  std::string Name() const override { return name_; }
  std::int64_t MultiplyAdds() const override { return work_.multiply_adds; }
  std::int64_t WindowVisits() const override { return work_.visits; }
  std::int64_t ScratchFloats(std::int64_t /*max_batch*/, std::int64_t threads) const override {
    return threads * work_.scratch;
  }

 private:
  const std::vector<Source> sources_;
  const std::int64_t elements_;  // of the output, a sample
  const SampleWork work_;
  const std::string name_;
  const Function function_;
};

// Lowers a node to such a kernel: the sources are `inputs` in this order, kMaxSampleInputs at most,
// none left out. `output` has passed NodeView::Output, and is batched if one of them is.
template <typename Function>
absl::StatusOr<Lowered> LowerSamples(const NodeView& node, const std::vector<int>& inputs,
                                     TensorType output, const SampleWork& work, std::string name,
                                     Function function) {
  Computed computed;
  std::vector<Source> sources;
  for (const int input : inputs) {
    absl::StatusOr<Source> source = Source::Make(node, input, computed);
    if (!source.ok()) return source.status();
    sources.push_back(*std::move(source));
  }
  computed.kernel = std::make_unique<SampleKernel<Function>>(
      std::move(sources), output.elements(), work, std::move(name), std::move(function));
  return Lowered{std::move(output), std::move(computed)};
}

// `dims` of one sample: 1 in the place of the batch.
inline Dims OfOneSample(Dims dims) {
  for (std::int64_t& extent : dims) {
    if (extent == kBatch) extent = 1;
  }
  return dims;
}

}  // namespace biglittle::nn
