#include "nn/kernel/aligned_floats.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

namespace biglittle::nn {
namespace {

TEST(AlignedFloats, AreZerosFromACacheLineOn) {
  AlignedFloats floats(17);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(floats.data()) % AlignedFloats::kAlignment, 0U);
  for (std::int64_t i = 0; i < floats.size(); ++i) EXPECT_EQ(floats.data()[i], 0.0F);
}

// Their bytes, as a size, are 0.
TEST(AlignedFloats, MoreThanMemoryHoldsAreRefused) {
  constexpr auto kCount =
      static_cast<std::int64_t>(std::numeric_limits<std::size_t>::max() / 4) + 1;
  EXPECT_THROW(AlignedFloats{kCount}, std::bad_alloc);
}

}  // namespace
}  // namespace biglittle::nn
