#include "nn/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/arena.h"
#include "nn/graph.h"
#include "nn/model.h"
#include "nn/network.h"

namespace biglittle::nn {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Which buffer each slot and each step's scratch is in, and when the buffers are in use.
struct Buffers {
  std::vector<Lifetime> lifetimes;
  std::vector<std::size_t> of_slot;
  std::vector<std::size_t> of_scratch;  // kNone for a step without
};

// last_use[slot] is the last step that reads it.
std::vector<std::int64_t> LastUses(const Network& network) {
  std::vector<std::int64_t> last_use(network.slots.size(), -1);
  for (std::size_t i = 0; i < network.steps.size(); ++i) {
    for (const SlotId operand : network.steps[i].operands) {
      last_use[static_cast<std::size_t>(operand)] = static_cast<std::int64_t>(i);
    }
  }
  return last_use;
}

class BufferAssignment {
 public:
  BufferAssignment(const Network& network, const PrepareOptions& options)
      : network_(network),
        max_batch_(options.max_batch),
        threads_(options.threads),
        last_use_(LastUses(network)) {
    buffers_.of_slot.assign(network.slots.size(), kNone);
    buffers_.of_scratch.assign(network.steps.size(), kNone);
  }

  Buffers Assign() {
    Open(network_.input_slot, 0);
    for (std::size_t i = 0; i < network_.steps.size(); ++i) {
      const Step& step = network_.steps[i];
      const auto now = static_cast<std::int64_t>(i);
      if (!Reuse(step, now)) Open(step.output, now);
      const std::int64_t scratch = step.kernel->ScratchFloats(max_batch_ * step.repeat, threads_);
      if (scratch == 0) continue;
      buffers_.of_scratch[i] = buffers_.lifetimes.size();
      buffers_.lifetimes.push_back(Lifetime{now, now, scratch});
    }
    // Valid until the next Invoke, whatever is written into the input meanwhile.
    Lifetime& output = Of(network_.output_slot);
    output.first = 0;
    output.last = static_cast<std::int64_t>(network_.steps.size());
    return std::move(buffers_);
  }

 private:
  std::size_t& Index(SlotId slot) { return buffers_.of_slot[static_cast<std::size_t>(slot)]; }
  Lifetime& Of(SlotId slot) { return buffers_.lifetimes[Index(slot)]; }
  std::int64_t LastUse(SlotId slot) const { return last_use_[static_cast<std::size_t>(slot)]; }
  std::int64_t Elements(SlotId slot) const {
    return network_.slots[static_cast<std::size_t>(slot)].elements;
  }

  void Open(SlotId slot, std::int64_t now) {
    Index(slot) = buffers_.lifetimes.size();
    buffers_.lifetimes.push_back(
        Lifetime{now, std::max(now, LastUse(slot)), Elements(slot) * max_batch_});
  }

  // Puts the output where an operand lies that nobody needs any more.
  bool Reuse(const Step& step, std::int64_t now) {
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
      const SlotId operand = step.operands[i];
      const bool fits = step.kernel->MayOverwrite(i) && LastUse(operand) == now &&
                        Elements(operand) == Elements(step.output);
      // The net's output must not lie where the next input is written.
      const bool mixes =
          step.output == network_.output_slot && Index(operand) == Index(network_.input_slot);
      if (!fits || mixes) continue;
      Index(step.output) = Index(operand);
      Of(operand).last = std::max(now, LastUse(step.output));
      return true;
    }
    return false;
  }

  const Network& network_;
  const std::int64_t max_batch_;
  const std::int64_t threads_;
  const std::vector<std::int64_t> last_use_;
  Buffers buffers_;
};

// Every tensor with the whole batch must be within what BLAS can count.
absl::Status CheckOptions(const Network& network, const PrepareOptions& options) {
  const std::int64_t max_batch = options.max_batch;
  if (max_batch < 1) {
    return absl::InvalidArgumentError(fmt::format("max_batch is {}, 1 is the least", max_batch));
  }
  if (network.fixed_shapes && max_batch != 1) {
    return absl::InvalidArgumentError(
        fmt::format("max_batch is {}, a net of fixed shapes computes 1", max_batch));
  }
  if (options.threads < 1 || options.threads > kMaxThreads) {
    return absl::InvalidArgumentError(
        fmt::format("threads is {}, 1 to {} are possible", options.threads, kMaxThreads));
  }
  for (const Slot& slot : network.slots) {
    if (max_batch <= kMaxElements / slot.elements) continue;
    return absl::ResourceExhaustedError(
        fmt::format("a batch of {} samples is too large for a tensor of {} elements a sample",
                    max_batch, slot.elements));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Plan>> Plan::Make(std::shared_ptr<const Network> network,
                                                 const PrepareOptions& options) {
  if (absl::Status s = CheckOptions(*network, options); !s.ok()) return s;
  const Buffers buffers = BufferAssignment(*network, options).Assign();
  const ArenaLayout layout = LayOutArena(buffers.lifetimes);
  const std::size_t bytes = static_cast<std::size_t>(layout.floats) * sizeof(float);
  if (bytes > options.max_arena_bytes) {
    return absl::ResourceExhaustedError(
        fmt::format("a batch of {} samples needs {} bytes of memory, {} are allowed",
                    options.max_batch, bytes, options.max_arena_bytes));
  }
  std::unique_ptr<Plan> plan(new Plan(std::move(network), options));
  plan->arena_bytes_ = bytes;
  plan->arena_.reset(static_cast<float*>(std::aligned_alloc(64, bytes)));
  if (plan->arena_ == nullptr) {
    return absl::ResourceExhaustedError(fmt::format("there are no {} bytes of memory", bytes));
  }
  plan->Bind(buffers.of_slot, buffers.of_scratch, layout);
  return plan;
}

void Plan::Bind(const std::vector<std::size_t>& of_slot, const std::vector<std::size_t>& of_scratch,
                const ArenaLayout& layout) {
  float* const arena = arena_.get();
  // Also brings the pages in, so that the first Invoke is as fast as the others.
  std::fill_n(arena, layout.floats, 0.0F);
  const auto at = [&](std::size_t buffer) { return arena + layout.offsets[buffer]; };
  const auto slot = [&](SlotId id) { return at(of_slot[static_cast<std::size_t>(id)]); };
  for (std::size_t i = 0; i < network_->steps.size(); ++i) {
    const Step& step = network_->steps[i];
    BoundStep bound{step.kernel.get(), {}, slot(step.output), nullptr, step.repeat};
    if (of_scratch[i] != kNone) bound.scratch = at(of_scratch[i]);
    for (const SlotId operand : step.operands) bound.inputs.push_back(slot(operand));
    steps_.push_back(std::move(bound));
  }
  input_ = slot(network_->input_slot);
  output_ = slot(network_->output_slot);
}

void Plan::Run(std::int64_t batch) {
  for (const BoundStep& step : steps_) {
    step.kernel->Run(KernelArguments{batch * step.repeat, step.inputs, step.output, step.scratch,
                                     workers_.get()});
  }
}

std::vector<double> Plan::Profile(std::int64_t batch) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> microseconds;
  for (const BoundStep& step : steps_) {
    const auto start = Clock::now();
    step.kernel->Run(KernelArguments{batch * step.repeat, step.inputs, step.output, step.scratch,
                                     workers_.get()});
    microseconds.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  return microseconds;
}

}  // namespace biglittle::nn
