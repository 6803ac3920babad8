#include "nn/run/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/memory_bytes.h"
#include "nn/compile/network.h"
#include "nn/graph/graph.h"
#include "nn/graph/model_info.h"
#include "nn/kernel/aligned_floats.h"
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
  if (network.fixed_shapes && !network.one_by_one && max_batch != 1) {
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

// What the net's inputs and outputs take where they are apart from the lanes.
std::int64_t PortFloats(const Network& network, std::int64_t max_batch) {
  std::int64_t floats = 0;
  for (const auto* ports : {&network.inputs, &network.outputs}) {
    for (const Port& port : *ports) floats += AlignedFloats::RoundUp(port.elements * max_batch);
  }
  return floats;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Plan>> Plan::Make(std::shared_ptr<const Network> network,
                                                 const PrepareOptions& options) {
  if (absl::Status s = CheckOptions(*network, options); !s.ok()) return s;
  const bool apart = network->one_by_one && options.max_batch > 1;
  // How the steps of one lane see it.
  const PlanSizes lane =
      apart ? PlanSizes{}
            : PlanSizes{options.max_batch, ChoosePortion(*network, options.max_batch),
                        options.threads};
  const std::int64_t lanes = apart ? std::min(options.threads, options.max_batch) : 1;
  const Buffers buffers = AssignBuffers(*network, lane);
  const ArenaLayout layout = LayOutArena(buffers.lifetimes);
  const std::int64_t ports = apart ? PortFloats(*network, options.max_batch) : 0;
  std::int64_t floats = 0;
  const bool beyond = __builtin_mul_overflow(layout.floats, lanes, &floats) ||
                      __builtin_add_overflow(floats, ports, &floats);
  const auto bytes = beyond ? std::nullopt : MemoryBytes(floats, sizeof(float));
  if (!bytes || *bytes > options.max_arena_bytes) {
    return absl::ResourceExhaustedError(fmt::format(
        "a batch of {} samples needs {} bytes of memory, {} are allowed", options.max_batch,
        std::uint64_t{sizeof(float)} * static_cast<std::uint64_t>(floats),
        options.max_arena_bytes));
  }
  const PlanSizes sizes{lane.max_batch, lane.portion, options.threads};
  std::unique_ptr<Plan> plan(new Plan(std::move(network), sizes, options.max_batch));
  plan->arena_bytes_ = *bytes;
  plan->arena_.reset(static_cast<float*>(std::aligned_alloc(64, *bytes)));
  if (plan->arena_ == nullptr) {
    return absl::UnavailableError(fmt::format("there are no {} bytes of memory", *bytes));
  }
  // Also brings the pages in, so that the first Invoke is as fast as the others.
  std::fill_n(plan->arena_.get(), floats, 0.0F);
  for (std::int64_t i = 0; i < lanes; ++i) {
    plan->lanes_.push_back(plan->Bind(plan->arena_.get() + i * layout.floats, buffers, layout));
    plan->lanes_.back().workers = plan->workers_.get();
  }
  if (apart) {
    plan->PlacePorts(plan->arena_.get() + lanes * layout.floats);
  } else {
    plan->inputs_ = plan->lanes_[0].inputs;
    plan->outputs_ = plan->lanes_[0].outputs;
  }
  return plan;
}

void Plan::PlacePorts(float* memory) {
  serial_ = std::make_unique<std::vector<std::unique_ptr<Workers>>>();
  for (Lane& lane : lanes_) {
    serial_->push_back(std::make_unique<Workers>(1));
    lane.workers = serial_->back().get();
  }
  for (const Port& port : network_->inputs) {
    inputs_.push_back(memory);
    memory += AlignedFloats::RoundUp(port.elements * max_batch_);
  }
  for (const Port& port : network_->outputs) {
    outputs_.push_back(memory);
    memory += AlignedFloats::RoundUp(port.elements * max_batch_);
  }
}

Plan::Lane Plan::Bind(float* arena, const Buffers& buffers, const ArenaLayout& layout) const {
  Lane lane;
  const auto at = [&](std::size_t buffer) { return arena + layout.offsets[buffer]; };
  const auto slot = [&](SlotId id) { return at(buffers.of_slot[static_cast<std::size_t>(id)]); };
  const auto elements = [&](SlotId id) {
    return network_->slots[static_cast<std::size_t>(id)].elements;
  };
  for (std::size_t i = 0; i < network_->steps.size(); ++i) {
    const Step& step = network_->steps[i];
    BoundStep bound;
    bound.kernel = step.kernel.get();
    bound.output = slot(step.output);
    bound.repeat = step.repeat;
    const auto output = std::ranges::find(network_->output_slots, step.output);
    if (output != network_->output_slots.end()) bound.output_floats = elements(step.output);
    if (buffers.of_scratch[i] != Buffers::kNone) bound.scratch = at(buffers.of_scratch[i]);
    for (const SlotId operand : step.operands) {
      if (network_->IsInput(operand)) {
        bound.reads_input.push_back({bound.inputs.size(), slot(operand), elements(operand)});
      }
      bound.inputs.push_back(slot(operand));
    }
    lane.steps.push_back(std::move(bound));
  }
  for (const SlotId input : network_->input_slots) lane.inputs.push_back(slot(input));
  for (const SlotId output : network_->output_slots) lane.outputs.push_back(slot(output));
  return lane;
}

template <typename Portion>
void Plan::ForEachPortion(std::int64_t batch, Portion portion) const {
  const std::int64_t portions = (batch + sizes_.portion - 1) / sizes_.portion;
  for (std::int64_t i = 0; i < portions; ++i) {
    const std::int64_t first = batch * i / portions;
    portion(first, batch * (i + 1) / portions - first);
  }
}

void Plan::CopyIn(const Lane& lane, std::int64_t sample) const {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const std::int64_t elements = network_->inputs[i].elements;
    std::copy_n(inputs_[i] + sample * elements, elements, lane.inputs[i]);
  }
}

void Plan::CopyOut(const Lane& lane, std::int64_t sample) const {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const std::int64_t elements = network_->outputs[i].elements;
    std::copy_n(lane.outputs[i], elements, outputs_[i] + sample * elements);
  }
}

void Plan::RunApart(std::int64_t batch) {
  const auto count = static_cast<std::int64_t>(lanes_.size());
  const auto run = [this](Lane& lane, std::int64_t sample) {
    CopyIn(lane, sample);
    for (BoundStep& step : lane.steps) RunStep(lane, step, 0, 1);
    CopyOut(lane, sample);
  };
  workers_->ForEach(batch, [&](std::int64_t sample, std::int64_t worker) {
    run(lanes_[static_cast<std::size_t>(std::min(worker, count - 1))], sample);
  });
}

void Plan::Run(std::int64_t batch) {
  next_step_ = kNone;
  if (apart()) return RunApart(batch);
  Lane& lane = lanes_[0];
  ForEachPortion(batch, [&](std::int64_t first, std::int64_t samples) {
    for (BoundStep& step : lane.steps) RunStep(lane, step, first, samples);
  });
}

void Plan::RunUpTo(std::size_t output) {
  Lane& lane = lanes_[0];
  if (output == 0) {
    next_step_ = 0;
    if (apart()) CopyIn(lane, 0);
  }
  assert(next_step_ != kNone);
  for (; next_step_ < network_->steps_to[output]; ++next_step_) {
    RunStep(lane, lane.steps[next_step_], 0, 1);
  }
  if (apart()) CopyOut(lane, 0);
}

void Plan::RunStep(Lane& lane, BoundStep& step, std::int64_t first, std::int64_t count) const {
  for (const NetInput& input : step.reads_input) {
    step.inputs[input.operand] = input.data + first * input.floats;
  }
  float* const output = step.output + first * step.output_floats;
  step.kernel->Run(KernelArguments{count * step.repeat, sizes_.portion * step.repeat, step.inputs,
                                   output, step.scratch, lane.workers});
}

std::vector<double> Plan::Profile(std::int64_t batch) {
  using Clock = std::chrono::steady_clock;
  using Microseconds = std::chrono::duration<double, std::micro>;
  Lane& lane = lanes_[0];
  std::vector<double> times(lane.steps.size(), 0.0);
  next_step_ = kNone;
  const auto run = [&](std::int64_t first, std::int64_t count) {
    for (std::size_t i = 0; i < lane.steps.size(); ++i) {
      const auto start = Clock::now();
      RunStep(lane, lane.steps[i], first, count);
      times[i] += Microseconds(Clock::now() - start).count();
    }
  };
  if (!apart()) {
    ForEachPortion(batch, run);
    return times;
  }
  for (std::int64_t sample = 0; sample < batch; ++sample) {
    CopyIn(lane, sample);
    run(0, 1);
    CopyOut(lane, sample);
  }
  return times;
}

}  // namespace biglittle::nn
