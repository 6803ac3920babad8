// Where each buffer of a plan lies in one block of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace biglittle::nn {

// A buffer that is in use from step `first` to step `last`, both included.
struct Lifetime {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t floats = 0;
};

struct ArenaLayout {
  std::vector<std::int64_t> offsets;  // in floats, one for each buffer, 64-byte aligned
  std::int64_t floats = 0;            // of the whole
};

// Buffers whose lifetimes meet do not overlap. A pure function. The largest buffer is placed
// first, each into the first gap that holds it. Source: Y. Pisarchyk, J. Lee, "Efficient Memory
// Management for Deep Neural Net Inference", 2020, "greedy by size". Sums must fit into 62 bits.
ArenaLayout LayOutArena(std::span<const Lifetime> buffers);

}  // namespace biglittle::nn
