#include "nn/run/arena.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace biglittle::nn {
namespace {

void ExpectSound(const std::vector<Lifetime>& buffers, const ArenaLayout& layout) {
  ASSERT_EQ(layout.offsets.size(), buffers.size());
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    EXPECT_EQ(layout.offsets[i] % 16, 0);
    EXPECT_GE(layout.offsets[i], 0);
    EXPECT_LE(layout.offsets[i] + buffers[i].floats, layout.floats);
    for (std::size_t j = 0; j < i; ++j) {
      const bool meet = buffers[i].first <= buffers[j].last && buffers[j].first <= buffers[i].last;
      const bool overlap = layout.offsets[i] < layout.offsets[j] + buffers[j].floats &&
                           layout.offsets[j] < layout.offsets[i] + buffers[i].floats;
      EXPECT_FALSE(meet && overlap) << i << " and " << j;
    }
  }
}

TEST(Arena, ChainTakesTwoBuffers) {
  const std::vector<Lifetime> chain = {{0, 1, 64}, {1, 2, 64}, {2, 3, 64}, {3, 4, 64}};
  const ArenaLayout layout = LayOutArena(chain);
  ExpectSound(chain, layout);
  EXPECT_EQ(layout.floats, 128);
}

TEST(Arena, SmallBuffersGoIntoGaps) {
  const std::vector<Lifetime> buffers = {{0, 9, 100}, {0, 2, 200}, {3, 9, 48}, {3, 9, 64}};
  const ArenaLayout layout = LayOutArena(buffers);
  ExpectSound(buffers, layout);
  EXPECT_EQ(layout.floats, 208 + 112);
}

TEST(Arena, OddSizesStayAligned) {
  const std::vector<Lifetime> buffers = {{0, 1, 1}, {0, 1, 17}, {0, 1, 3}};
  const ArenaLayout layout = LayOutArena(buffers);
  ExpectSound(buffers, layout);
  EXPECT_EQ(layout.floats, 64);
}

TEST(Arena, ManyRandomLifetimes) {
  std::uint32_t state = 1;
  const auto next = [&state](std::uint32_t bound) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::int64_t>((state >> 8U) % bound);
  };
  for (int round = 0; round < 50; ++round) {
    std::vector<Lifetime> buffers;
    for (int i = 0; i < 40; ++i) {
      const std::int64_t first = next(30);
      buffers.push_back({first, first + next(6), 1 + next(300)});
    }
    ExpectSound(buffers, LayOutArena(buffers));
  }
}

TEST(Arena, Nothing) { EXPECT_EQ(LayOutArena({}).floats, 0); }

}  // namespace
}  // namespace biglittle::nn
