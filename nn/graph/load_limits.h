// How a file is to be read: what its first dimension means, and bounds against hostile or broken
// files, checked before memory is allocated for what they ask for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace biglittle::nn {

// How the first dimension of the net's input is understood.
enum class Shapes : std::uint8_t {
  kBatched,  // as the batch: samples that do not see each other, as many as each Invoke says
  kFixed,    // as a number like the others: the whole input is one sample
};

struct LoadLimits {
  std::size_t max_file_bytes = std::size_t{512} << 20U;
  // Any one weight or activation of one sample; also all that is computed once, at Load, together.
  std::size_t max_tensor_bytes = std::size_t{1} << 30U;
  std::size_t max_nodes = 10000;
  // Of one sample: what one element's visit costs by other steps than products is counted as some
  // multiply-adds too (LoadBudget). The largest nets that classify images take 2e10 (VGG-19), ours
  // 3e8 at most: a file that asks for more would compute for seconds, a small one for hours.
  std::int64_t max_multiply_adds = std::int64_t{32} << 30U;
  std::size_t max_outputs = 8;  // of the net
};

}  // namespace biglittle::nn
