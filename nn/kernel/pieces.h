// Work on one long row of elements, divided among workers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "nn/kernel/workers.h"

namespace biglittle::nn {

// Calls work(first, length) for pieces of at most `piece` of `count` elements, in any order and by
// any worker; each element is in one of them.
template <typename Work>
void ForEachPiece(Workers& workers, std::int64_t count, std::int64_t piece, Work work) {
  workers.ForEach((count + piece - 1) / piece, [&](std::int64_t item, std::int64_t) {
    const std::int64_t first = item * piece;
    work(first, std::min(piece, count - first));
  });
}

// Elements of a piece of bytes: what a first cache bears, and enough to be worth a hand-over.
inline constexpr std::int64_t kBytePiece = 8192;

}  // namespace biglittle::nn
