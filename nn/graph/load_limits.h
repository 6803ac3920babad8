// How a file is to be read: what its first dimension means, and bounds against hostile or broken
// files, checked before memory is allocated for what they ask for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace biglittle::nn {

// How the first dimension of the net's input is understood.
enum class Shapes : std::uint8_t {
  // As the batch: samples that do not see each other, as many as each Invoke says. Where the net
  // does not let them be computed together they are computed one after the other, each as a batch
  // of one (ModelInfo::one_by_one says why).
  kBatched,
  kTogether,  // as kBatched, but a net that cannot compute them together is refused
  kFixed,     // as a number like the others: the whole input is one sample
};

// Whole shapes of inputs, by name: for those whose file leaves sizes open beside the batch.
using InputShapes = std::map<std::string, std::vector<std::int64_t>>;
// Inputs that are the same for ever, by name, with their numbers: a sample rate.
using InputValues = std::map<std::string, std::vector<float>>;

struct LoadLimits {
  std::size_t max_file_bytes = std::size_t{512} << 20U;
  // Any one weight or activation of one sample; also all that is computed once, at Load, together.
  std::size_t max_tensor_bytes = std::size_t{1} << 30U;
  std::size_t max_nodes = 10000;
  // Of one sample: what one element's visit costs by other steps than products is counted as some
  // multiply-adds too (LoadBudget). The largest nets that classify images take 2e10 (VGG-19), ours
  // 3e8 at most: a file that asks for more would compute for seconds, a small one for hours.
  std::int64_t max_multiply_adds = std::int64_t{32} << 30U;
  std::size_t max_inputs = 64;   // of the net
  std::size_t max_outputs = 64;  // of the net
};

}  // namespace biglittle::nn
