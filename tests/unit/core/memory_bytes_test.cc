#include "core/memory_bytes.h"

#include <gtest/gtest.h>

#include "core/tensor.h"

namespace biglittle {
namespace {

TEST(MemoryBytesTest, AreTheProduct) {
  EXPECT_EQ(MemoryBytes(0, 4), 0U);
  EXPECT_EQ(MemoryBytes(3, 4), 12U);
  EXPECT_EQ(MemoryBytes(kMaxMemoryBytes, 1), static_cast<std::size_t>(kMaxMemoryBytes));
}

TEST(MemoryBytesTest, NoBlockIsLarger) {
  EXPECT_EQ(MemoryBytes(-1, 1), std::nullopt);
  EXPECT_EQ(MemoryBytes(kMaxMemoryBytes / 4 + 1, 4), std::nullopt);
  EXPECT_EQ(MemoryBytes(std::numeric_limits<std::int64_t>::max(), 8), std::nullopt);
}

// 2^32 of 4 bytes are 0 where a size has 32 bits.
TEST(MemoryBytesTest, NothingIsCutOff) {
  for (const std::int64_t elements : {std::int64_t{1} << 30, std::int64_t{1} << 32}) {
    const auto bytes = MemoryBytes(elements, 4);
    ASSERT_EQ(bytes.has_value(), sizeof(std::size_t) == 8);
    EXPECT_EQ(static_cast<std::int64_t>(bytes.value_or(0)), bytes ? elements * 4 : 0);
  }
}

TEST(ElementCountTest, IsASizeOfThisProcessor) {
  const auto elements = ElementCount({65'536, 65'536});
  EXPECT_EQ(elements.has_value(), sizeof(std::size_t) == 8);
  EXPECT_EQ(ElementCount({1'048'576, 1'048'577}), std::nullopt);
  EXPECT_EQ(ElementCount({32'768, 32'768}), 1'073'741'824);
}

}  // namespace
}  // namespace biglittle
