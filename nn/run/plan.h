// A network with memory: every buffer has its place, every step its pointers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/compile/network.h"
#include "nn/graph/model_info.h"
#include "nn/kernel/workers.h"
#include "nn/run/arena.h"
#include "nn/run/buffers.h"

namespace biglittle::nn {

// Not thread-safe: one for each thread.
class Plan {
 public:
  // InvalidArgument if an option is out of range; ResourceExhausted if the arena would be larger
  // than allowed; Unavailable if there is no memory for it, or a thread cannot be started.
  static absl::StatusOr<std::unique_ptr<Plan>> Make(std::shared_ptr<const Network> network,
                                                    const PrepareOptions& options);

  // Runs all steps. 1 <= batch <= max_batch(). Cannot fail, does not allocate.
  void Run(std::int64_t batch);

  // For one sample: runs the steps up to this output that have not run since RunUpTo(0), which
  // begins a sample. 0 <= output < the net's outputs. Cannot fail, does not allocate.
  void RunUpTo(std::size_t output);

  // Run, with the microseconds that each step took.
  std::vector<double> Profile(std::int64_t batch);

  const Network& network() const { return *network_; }
  std::int64_t max_batch() const { return sizes_.max_batch; }
  std::size_t arena_bytes() const { return arena_bytes_; }
  float* input() { return input_; }
  const float* output(std::size_t index) const { return outputs_[index]; }

 private:
  struct BoundStep {
    const Kernel* kernel = nullptr;
    std::vector<const float*> inputs;
    float* output = nullptr;
    float* scratch = nullptr;
    std::int64_t repeat = 1;
    // What moves from portion to portion.
    std::vector<std::size_t> reads_input;  // which of the inputs are the net's
    std::int64_t output_floats = 0;        // of a sample, if the output is the net's
  };
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };

  Plan(std::shared_ptr<const Network> network, const PlanSizes& sizes)
      : network_(std::move(network)),
        sizes_(sizes),
        workers_(std::make_unique<Workers>(sizes.threads)) {}

  // Gives every step its pointers.
  void Bind(const Buffers& buffers, const ArenaLayout& layout);
  // Calls portion(first, count) for the portions of a batch.
  template <typename Portion>
  void ForEachPortion(std::int64_t batch, Portion portion) const;
  // Computes samples [first, first + count) of the batch.
  void RunStep(BoundStep& step, std::int64_t first, std::int64_t count);

  // Constant after Make.
  const std::shared_ptr<const Network> network_;
  const PlanSizes sizes_;
  std::unique_ptr<Workers> workers_;
  std::size_t arena_bytes_ = 0;
  std::unique_ptr<float[], Free> arena_;
  std::vector<BoundStep> steps_;
  float* input_ = nullptr;
  std::vector<const float*> outputs_;

  // Of the sample that RunUpTo has begun: the next step. None was begun since the last Run: kNone.
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t next_step_ = kNone;
};

}  // namespace biglittle::nn
