// Against scipy.signal.butter and sosfilt; golden.h says how golden/ is written.
#include "signal/biquads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/random.h"
#include "tests/unit/signal/cut_windows.h"
#include "tests/unit/signal/golden.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

constexpr std::size_t kChannels = 2;
constexpr FilterOptions kHigh4{FilterKind::kHighPass, 4, 20};

struct Case {
  std::string name;
  double rate_hz;
  FilterOptions options;
};

FilterOptions Band(int order, double low_hz, double high_hz) {
  return {.kind = FilterKind::kBandPass, .order = order, .low_hz = low_hz, .high_hz = high_hz};
}

Biquads Make(const FilterOptions& options, double rate_hz) {
  auto made = Biquads::MakeButterworth(options, rate_hz, kChannels);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

void ExpectEqual(const std::vector<double>& found, const std::string& golden) {
  const auto expected = ReadGolden<double>(golden);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i], expected[i], 1e-9 * std::fabs(expected[i]) + 1e-12) << "value " << i;
  }
}

class BiquadsGolden : public testing::TestWithParam<Case> {};

TEST_P(BiquadsGolden, AtOnce) {
  Biquads filter = Make(GetParam().options, GetParam().rate_hz);
  auto values = ReadGolden<double>("filter_input.f64");
  filter.Filter(values);
  ExpectEqual(values, GetParam().name + ".f64");
}

TEST_P(BiquadsGolden, InPiecesAndAgainAfterAReset) {
  Biquads filter = Make(GetParam().options, GetParam().rate_hz);
  Random random(1);
  for (int round = 0; round < 2; ++round) {
    auto values = ReadGolden<double>("filter_input.f64");
    InPieces(values.size() / kChannels, 20, random, [&](std::size_t begin, std::size_t end) {
      filter.Filter(std::span(values).subspan(begin * kChannels, (end - begin) * kChannels));
    });
    ExpectEqual(values, GetParam().name + ".f64");
    filter.Reset();
  }
}

INSTANTIATE_TEST_SUITE_P(Filters, BiquadsGolden,
                         testing::Values(Case{"low_1", 100, {FilterKind::kLowPass, 1, 10}},
                                         Case{"low_2", 50, {FilterKind::kLowPass, 2, 5}},
                                         Case{"low_5", 16000, {FilterKind::kLowPass, 5, 3000}},
                                         Case{"low_8", 100, {FilterKind::kLowPass, 8, 0.5}},
                                         Case{"high_1", 50, {FilterKind::kHighPass, 1, 0.3}},
                                         Case{"high_4", 6400, kHigh4},
                                         Case{"high_7", 1000, {FilterKind::kHighPass, 7, 400}},
                                         Case{"band_1", 100, Band(1, 20, 30)},
                                         Case{"band_2", 8000, Band(2, 300, 3400)},
                                         Case{"band_3_wide", 100, Band(3, 1, 49)},
                                         Case{"band_8", 100, Band(8, 10, 12)}),
                         [](const auto& test) { return test.param.name; });

TEST(BiquadsTest, SettlesAsIfTheFirstFrameHadAlwaysCome) {
  Biquads filter = Make(kHigh4, 6400);
  auto values = ReadGolden<double>("filter_input.f64");
  std::vector<double> other{5.0, -5.0};
  filter.Filter(other);
  filter.Settle(std::span(values).first(kChannels));
  filter.Filter(values);
  ExpectEqual(values, "high_4_settled.f64");
}

TEST(BiquadsTest, WhatIsSettledStaysWhereItIs) {
  Biquads filter = Make({FilterKind::kLowPass, 5, 7}, 100);
  filter.Settle(std::vector<double>{9.81, -3.0});
  std::vector<double> values{9.81, -3.0, 9.81, -3.0, 9.81, -3.0};
  const std::vector<double> expected = values;
  filter.Filter(values);
  EXPECT_THAT(values, testing::Pointwise(testing::DoubleNear(1e-12), expected));
}

TEST(BiquadsTest, SilenceBecomesZeroAndNotSlow) {
  Biquads filter = Make({FilterKind::kLowPass, 4, 10}, 100);
  std::vector<double> block(200 * kChannels, 0.0);
  block[0] = 1.0;
  for (int i = 0; i < 20; ++i) {
    filter.Filter(block);
    for (const double value : block) ASSERT_TRUE(value == 0.0 || std::isnormal(value)) << value;
    if (i < 19) std::fill(block.begin(), block.end(), 0.0);
  }
  for (const double value : block) EXPECT_EQ(value, 0.0);
}

// Each order, and cut-offs at both ends of what is taken: finite, and bounded by what comes in.
TEST(BiquadsTest, IsStableUpToItsBounds) {
  Random random(2);
  for (int order = 1; order <= 8; ++order) {
    for (const double cutoff : {0.011, 1.0, 250.0, 499.98}) {
      for (const FilterKind kind : {FilterKind::kLowPass, FilterKind::kHighPass}) {
        Biquads filter = Make({kind, order, cutoff}, 1000);
        std::vector<double> values(4000);
        for (double& value : values) value = random.Uniform(-1, 1);
        filter.Filter(values);
        for (const double value : values)
          ASSERT_LT(std::fabs(value), 10.0) << order << " " << cutoff;
      }
    }
  }
}

std::string Problem(const FilterOptions& options, double rate_hz) {
  const auto made = Biquads::MakeButterworth(options, rate_hz, 1);
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string message(made.status().message());
  EXPECT_EQ(message.find('\n'), std::string::npos);
  return message;
}

TEST(BiquadsTest, SaysWhatIsWrong) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(Problem({FilterKind::kLowPass, 2, 50}, 100),
              HasSubstr("a cut-off of 50 Hz is not between 0 and 50 Hz, half of the rate"));
  EXPECT_THAT(Problem({FilterKind::kHighPass, 2, 0}, 100), HasSubstr("not between 0 and 50 Hz"));
  EXPECT_THAT(Problem({FilterKind::kHighPass, 2, -1}, 100), HasSubstr("not between 0 and 50 Hz"));
  EXPECT_THAT(Problem({FilterKind::kHighPass, 2, kNan}, 100), HasSubstr("not between 0 and 50"));
  EXPECT_THAT(Problem({FilterKind::kLowPass, 2, 1e-4}, 100), HasSubstr("hundred-thousandth"));
  EXPECT_THAT(Problem({FilterKind::kLowPass, 9, 10}, 100), HasSubstr("order 9"));
  EXPECT_THAT(Problem({FilterKind::kLowPass, 0, 10}, 100), HasSubstr("order 0"));
  EXPECT_THAT(Problem({FilterKind::kLowPass, 2, 10}, 0), HasSubstr("rate of 0 Hz"));
  EXPECT_THAT(Problem({FilterKind::kLowPass, 2, 10}, kNan), HasSubstr("rate of nan Hz"));
  EXPECT_THAT(Problem(Band(2, 30, 20), 100), HasSubstr("a band from 30 to 20 Hz has no width"));
  EXPECT_THAT(Problem(Band(2, 20, 20), 100), HasSubstr("has no width"));
  EXPECT_THAT(Problem(Band(2, 20, 60), 100), HasSubstr("an upper cut-off of 60 Hz"));
  EXPECT_THAT(Problem(Band(2, 0, 60), 100), HasSubstr("a lower cut-off of 0 Hz"));
}

}  // namespace
}  // namespace biglittle
