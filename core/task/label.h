// What a task's labels may be.
#pragma once

#include <cstddef>

namespace biglittle {

inline constexpr std::size_t kMaxLabels = 1000;  // of one task
inline constexpr std::size_t kMaxLabelBytes = 200;

}  // namespace biglittle
