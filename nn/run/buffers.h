// Which steps of a network share which memory, and how much of it there must be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/compile/network.h"
#include "nn/run/arena.h"

namespace biglittle::nn {

struct PlanSizes {
  std::int64_t max_batch = 1;
  // Samples that go through all steps together: a large batch goes in portions whose intermediate
  // results stay in the cache. <= max_batch.
  std::int64_t portion = 1;
  std::int64_t threads = 1;
};

// Which buffer each slot and each step's scratch is in, and when the buffers are in use. Those of
// the net's input and outputs hold max_batch samples, the others a portion.
struct Buffers {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::vector<Lifetime> lifetimes;
  std::vector<std::size_t> of_slot;
  std::vector<std::size_t> of_scratch;  // kNone for a step without
};

Buffers AssignBuffers(const Network& network, const PlanSizes& sizes);

// The portion in which a batch of up to `max_batch` is computed fastest. Whatever the number of
// threads it is the same, for kernels may compute otherwise in larger portions.
std::int64_t ChoosePortion(const Network& network, std::int64_t max_batch);

}  // namespace biglittle::nn
