// Bounds against hostile or broken files, checked before memory is allocated for what they ask for.
#pragma once

#include <cstddef>

namespace biglittle::nn {

struct LoadLimits {
  std::size_t max_file_bytes = std::size_t{512} << 20U;
  // Any one weight or activation of one sample; also all that is computed once, at Load, together.
  std::size_t max_tensor_bytes = std::size_t{1} << 30U;
  std::size_t max_nodes = 10000;
};

}  // namespace biglittle::nn
