// What a task's labels may be.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/shown_text.h"

namespace biglittle {

inline constexpr std::size_t kMaxLabels = 1000;  // of one task
inline constexpr std::size_t kMaxLabelBytes = 200;

// Printable UTF-8 of 1 to kMaxLabelBytes bytes.
inline bool IsLabel(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabelBytes && IsPlain(text);
}

}  // namespace biglittle
