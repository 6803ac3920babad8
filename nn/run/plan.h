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
  std::int64_t max_batch() const { return max_batch_; }
  std::size_t arena_bytes() const { return arena_bytes_; }
  float* input(std::size_t index) { return inputs_[index]; }
  const float* output(std::size_t index) const { return outputs_[index]; }

 private:
  // Which operand of a step is which of the net's inputs.
  struct NetInput {
    std::size_t operand = 0;
    const float* data = nullptr;
    std::int64_t floats = 0;  // of a sample
  };
  struct BoundStep {
    const Kernel* kernel = nullptr;
    std::vector<const float*> inputs;
    float* output = nullptr;
    float* scratch = nullptr;
    std::int64_t repeat = 1;
    // What moves from portion to portion.
    std::vector<NetInput> reads_input;  // which of the inputs are the net's
    std::int64_t output_floats = 0;     // of a sample, if the output is the net's
  };
  // The steps with memory of their own. There are several where samples are computed one by one,
  // one a thread.
  struct Lane {
    std::vector<BoundStep> steps;
    std::vector<float*> inputs;   // the net's, of the samples that a lane computes at a time
    std::vector<float*> outputs;  // likewise
    Workers* workers = nullptr;
  };
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };

  Plan(std::shared_ptr<const Network> network, const PlanSizes& sizes, std::int64_t max_batch)
      : network_(std::move(network)),
        sizes_(sizes),
        max_batch_(max_batch),
        workers_(std::make_unique<Workers>(sizes.threads)) {}

  // Gives the steps of one lane their pointers.
  // Where samples are computed one by one: the net's ports, apart from the lanes'.
  void PlacePorts(float* memory);
  Lane Bind(float* arena, const Buffers& buffers, const ArenaLayout& layout) const;
  // Samples [first, first + 1) into or out of a lane, where lanes have ports of their own.
  void CopyIn(const Lane& lane, std::int64_t sample) const;
  void CopyOut(const Lane& lane, std::int64_t sample) const;
  bool apart() const { return serial_ != nullptr; }
  void RunApart(std::int64_t batch);
  // Calls portion(first, count) for the portions of a batch.
  template <typename Portion>
  void ForEachPortion(std::int64_t batch, Portion portion) const;
  // Computes samples [first, first + count) of the batch.
  void RunStep(Lane& lane, BoundStep& step, std::int64_t first, std::int64_t count) const;

  // Constant after Make.
  const std::shared_ptr<const Network> network_;
  const PlanSizes sizes_;  // of a lane
  const std::int64_t max_batch_;
  std::unique_ptr<Workers> workers_;
  std::size_t arena_bytes_ = 0;
  std::unique_ptr<float[], Free> arena_;
  // One for each lane where samples are computed one by one; else empty, and the only lane shares
  // its steps' work among workers_.
  std::unique_ptr<std::vector<std::unique_ptr<Workers>>> serial_;
  std::vector<Lane> lanes_;
  std::vector<float*> inputs_;   // the net's, of max_batch samples
  std::vector<float*> outputs_;  // likewise

  // Of the sample that RunUpTo has begun: the next step. None was begun since the last Run: kNone.
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t next_step_ = kNone;
};

}  // namespace biglittle::nn
