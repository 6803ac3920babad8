#include "nn/run/arena.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace biglittle::nn {
namespace {

constexpr std::int64_t kAlignment = 64 / sizeof(float);

std::int64_t Aligned(std::int64_t floats) {
  return (floats + kAlignment - 1) / kAlignment * kAlignment;
}

bool Meet(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

// The first place for `buffer` among those that are `placed`, which is ordered by offset.
std::int64_t FirstGap(std::span<const Lifetime> buffers, const std::vector<std::size_t>& placed,
                      const std::vector<std::int64_t>& offsets, const Lifetime& buffer) {
  std::int64_t place = 0;
  for (const std::size_t other : placed) {
    if (!Meet(buffers[other], buffer)) continue;
    if (offsets[other] - place >= buffer.floats) break;
    place = std::max(place, Aligned(offsets[other] + buffers[other].floats));
  }
  return place;
}

}  // namespace

ArenaLayout LayOutArena(std::span<const Lifetime> buffers) {
  ArenaLayout layout;
  layout.offsets.resize(buffers.size());
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return buffers[a].floats > buffers[b].floats; });
  std::vector<std::size_t> placed;
  for (const std::size_t i : order) {
    const std::int64_t place = FirstGap(buffers, placed, layout.offsets, buffers[i]);
    layout.offsets[i] = place;
    layout.floats = std::max(layout.floats, Aligned(place + buffers[i].floats));
    const auto behind = std::ranges::upper_bound(
        placed, place, {}, [&](std::size_t other) { return layout.offsets[other]; });
    placed.insert(behind, i);
  }
  return layout;
}

}  // namespace biglittle::nn
