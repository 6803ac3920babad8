// Keeps windows, and cuts streams into blocks as chance wills it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/clock.h"
#include "core/random.h"
#include "signal/window_cutter.h"

namespace biglittle {

struct CutWindow {
  std::vector<float> values;
  SteadyTime at;

  bool operator==(const CutWindow&) const = default;
};

inline WindowSink KeepIn(std::vector<CutWindow>& windows) {
  return [&windows](std::span<const float> values, SteadyTime at) {
    windows.push_back({{values.begin(), values.end()}, at});
  };
}

// Calls `take(begin, end)` for blocks of 1 to `most` frames that are `count` together.
inline void InPieces(std::size_t count, std::size_t most, Random& random,
                     const std::function<void(std::size_t begin, std::size_t end)>& take) {
  for (std::size_t begin = 0; begin < count;) {
    const std::size_t end =
        std::min(count, begin + 1 + static_cast<std::size_t>(random.Below(most)));
    take(begin, end);
    begin = end;
  }
}

}  // namespace biglittle
