#include "nn/run/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/memory_bytes.h"
#include "nn/compile/network.h"
#include "nn/graph/graph.h"
#include "nn/graph/model_info.h"
#include "nn/run/arena.h"
#include "nn/run/buffers.h"

namespace biglittle::nn {
namespace {

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
  const PlanSizes sizes{options.max_batch, ChoosePortion(*network, options.max_batch),
                        options.threads};
  const Buffers buffers = AssignBuffers(*network, sizes);
  const ArenaLayout layout = LayOutArena(buffers.lifetimes);
  const auto bytes = MemoryBytes(layout.floats, sizeof(float));
  if (!bytes || *bytes > options.max_arena_bytes) {
    return absl::ResourceExhaustedError(fmt::format(
        "a batch of {} samples needs {} bytes of memory, {} are allowed", options.max_batch,
        std::uint64_t{sizeof(float)} * static_cast<std::uint64_t>(layout.floats),
        options.max_arena_bytes));
  }
  std::unique_ptr<Plan> plan(new Plan(std::move(network), sizes));
  plan->arena_bytes_ = *bytes;
  plan->arena_.reset(static_cast<float*>(std::aligned_alloc(64, *bytes)));
  if (plan->arena_ == nullptr) {
    return absl::UnavailableError(fmt::format("there are no {} bytes of memory", *bytes));
  }
  plan->Bind(buffers, layout);
  return plan;
}

void Plan::Bind(const Buffers& buffers, const ArenaLayout& layout) {
  float* const arena = arena_.get();
  // Also brings the pages in, so that the first Invoke is as fast as the others.
  std::fill_n(arena, layout.floats, 0.0F);
  const auto at = [&](std::size_t buffer) { return arena + layout.offsets[buffer]; };
  const auto slot = [&](SlotId id) { return at(buffers.of_slot[static_cast<std::size_t>(id)]); };
  for (std::size_t i = 0; i < network_->steps.size(); ++i) {
    const Step& step = network_->steps[i];
    BoundStep bound;
    bound.kernel = step.kernel.get();
    bound.output = slot(step.output);
    bound.repeat = step.repeat;
    const auto output = std::ranges::find(network_->output_slots, step.output);
    if (output != network_->output_slots.end()) {
      bound.output_floats = network_->slots[static_cast<std::size_t>(step.output)].elements;
    }
    if (buffers.of_scratch[i] != Buffers::kNone) bound.scratch = at(buffers.of_scratch[i]);
    for (const SlotId operand : step.operands) {
      if (operand == network_->input_slot) bound.reads_input.push_back(bound.inputs.size());
      bound.inputs.push_back(slot(operand));
    }
    steps_.push_back(std::move(bound));
  }
  input_ = slot(network_->input_slot);
  for (const SlotId output : network_->output_slots) outputs_.push_back(slot(output));
}

template <typename Portion>
void Plan::ForEachPortion(std::int64_t batch, Portion portion) const {
  const std::int64_t portions = (batch + sizes_.portion - 1) / sizes_.portion;
  for (std::int64_t i = 0; i < portions; ++i) {
    const std::int64_t first = batch * i / portions;
    portion(first, batch * (i + 1) / portions - first);
  }
}

void Plan::Run(std::int64_t batch) {
  next_step_ = kNone;
  ForEachPortion(batch, [this](std::int64_t first, std::int64_t count) {
    for (BoundStep& step : steps_) RunStep(step, first, count);
  });
}

void Plan::RunUpTo(std::size_t output) {
  if (output == 0) next_step_ = 0;
  assert(next_step_ != kNone);
  for (; next_step_ < network_->steps_to[output]; ++next_step_) {
    RunStep(steps_[next_step_], 0, 1);
  }
}

void Plan::RunStep(BoundStep& step, std::int64_t first, std::int64_t count) {
  for (const std::size_t operand : step.reads_input) {
    step.inputs[operand] = input_ + first * network_->input.elements;
  }
  float* const output = step.output + first * step.output_floats;
  step.kernel->Run(KernelArguments{count * step.repeat, sizes_.portion * step.repeat, step.inputs,
                                   output, step.scratch, workers_.get()});
}

std::vector<double> Plan::Profile(std::int64_t batch) {
  using Clock = std::chrono::steady_clock;
  using Microseconds = std::chrono::duration<double, std::micro>;
  std::vector<double> times(steps_.size(), 0.0);
  next_step_ = kNone;
  ForEachPortion(batch, [&](std::int64_t first, std::int64_t count) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const auto start = Clock::now();
      RunStep(steps_[i], first, count);
      times[i] += Microseconds(Clock::now() - start).count();
    }
  });
  return times;
}

}  // namespace biglittle::nn
