#include "core/task/window_layout.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

using Axes = std::vector<std::size_t>;

TEST(SameLayout, IsWhatDiffersByExtentsOfOneOrIsFlat) {
  EXPECT_TRUE(SameLayout({9, 128}, {9, 128}));
  EXPECT_TRUE(SameLayout({28, 28}, {1, 28, 28}));
  EXPECT_TRUE(SameLayout({28, 28, 1}, {1, 28, 28}));
  EXPECT_TRUE(SameLayout({9, 1, 128}, {9, 128}));
  EXPECT_TRUE(SameLayout({1152}, {9, 128}));
  EXPECT_TRUE(SameLayout({1, 1152, 1}, {9, 128}));
  EXPECT_TRUE(SameLayout({}, {1}));
  EXPECT_TRUE(SameLayout({1, 1}, {}));
}

TEST(SameLayout, IsNotAnotherOrderOrNumberOfTheSameElements) {
  EXPECT_FALSE(SameLayout({128, 9}, {9, 128}));
  EXPECT_FALSE(SameLayout({1, 128, 9}, {9, 128}));
  EXPECT_FALSE(SameLayout({32, 32, 3}, {3, 32, 32}));
  EXPECT_FALSE(SameLayout({18, 64}, {9, 128}));
  EXPECT_FALSE(SameLayout({9, 128}, {1152})) << "row by row or column by column?";
  EXPECT_FALSE(SameLayout({9, 127}, {9, 128}));
  EXPECT_FALSE(SameLayout({0, 5}, {0, 5}));
  EXPECT_FALSE(SameLayout({}, {2}));
}

TEST(ExchangedAxes, AreTheOnesThatTransposeTakes) {
  EXPECT_EQ(ExchangedAxes({128, 9}, {9, 128}), (Axes{1, 0}));
  // Of rows and columns that are equally many the rows stay before the columns.
  EXPECT_EQ(ExchangedAxes({32, 32, 3}, {3, 32, 32}), (Axes{2, 0, 1}));
  EXPECT_EQ(ExchangedAxes({3, 4, 5}, {5, 4, 3}), (Axes{2, 1, 0}));
  EXPECT_EQ(ExchangedAxes({128, 1, 9}, {9, 128}), (Axes{2, 0, 1}));
  EXPECT_EQ(ExchangedAxes({128, 9}, {1, 9, 128}), (Axes{1, 0}));
}

TEST(ExchangedAxes, AreNoneWhereNoExchangeHelps) {
  EXPECT_EQ(ExchangedAxes({9, 128}, {9, 128}), std::nullopt);
  EXPECT_EQ(ExchangedAxes({1152}, {9, 128}), std::nullopt);
  EXPECT_EQ(ExchangedAxes({18, 64}, {9, 128}), std::nullopt);
  EXPECT_EQ(ExchangedAxes({128, 9, 2}, {9, 128}), std::nullopt);
  EXPECT_EQ(ExchangedAxes({9, 128}, {1152}), std::nullopt);
}

TEST(LayoutMend, CountsTheAxesBefore) {
  EXPECT_EQ(LayoutMend({128, 9}, {9, 128}, 1),
            ": its axes are exchanged; mend it with numpy's array.transpose(0, 2, 1)");
  EXPECT_EQ(LayoutMend({128, 9}, {9, 128}, 0),
            ": its axes are exchanged; mend it with numpy's array.transpose(1, 0)");
  EXPECT_EQ(LayoutMend({9, 127}, {9, 128}, 1), "");
}

}  // namespace
}  // namespace biglittle
