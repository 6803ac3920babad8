// Against scipy.signal.resample_poly; golden.h says how golden/ is written.
#include "signal/resampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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

Resampler Make(double from_hz, double to_hz, std::size_t channels = kChannels) {
  auto made = Resampler::Make(from_hz, to_hz, channels);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

// How many frames must have come of an input of `count`: all whose newest tap lies in it.
std::size_t Ready(const Resampler& resampler, std::size_t count) {
  const std::int64_t most = std::max(resampler.up(), resampler.down());
  const std::int64_t half = resampler.up() == resampler.down() ? 0 : 10 * most;
  std::size_t ready = 0;
  while ((static_cast<std::int64_t>(ready) * resampler.down() + half) / resampler.up() <
         static_cast<std::int64_t>(count)) {
    ++ready;
  }
  return ready;
}

struct Case {
  std::string name;
  double from_hz, to_hz;
};

class ResamplerGolden : public testing::TestWithParam<Case> {
 protected:
  // Exactly what is ready, and equal to SciPy's.
  void ExpectEqual(const std::vector<double>& found) {
    const auto expected = ReadGolden<double>(GetParam().name + ".f64");
    ASSERT_EQ(found.size(), Ready(resampler_, input_.size() / kChannels) * kChannels);
    ASSERT_LE(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_NEAR(found[i], expected[i], 1e-11 * (1.0 + std::fabs(expected[i]))) << "value " << i;
    }
  }

  Resampler resampler_ = Make(GetParam().from_hz, GetParam().to_hz);
  std::vector<double> input_ = ReadGolden<double>("resample_input.f64");
  std::vector<double> out_;
};

TEST_P(ResamplerGolden, AtOnce) {
  resampler_.Push(input_, out_);
  ExpectEqual(out_);
}

TEST_P(ResamplerGolden, InPiecesAndAgainAfterAReset) {
  Random random(3);
  for (const std::size_t most : {1, 7, 100}) {
    std::vector<double> all;
    InPieces(input_.size() / kChannels, most, random, [&](std::size_t begin, std::size_t end) {
      resampler_.Push(std::span(input_).subspan(begin * kChannels, (end - begin) * kChannels),
                      out_);
      all.insert(all.end(), out_.begin(), out_.end());
    });
    ExpectEqual(all);
    resampler_.Reset();
  }
}

TEST_P(ResamplerGolden, SaysHowFarItLagsBehind) {
  const double step = static_cast<double>(resampler_.down()) / static_cast<double>(resampler_.up());
  double count = 0;
  EXPECT_NEAR(resampler_.Lag(), -1.0 + step, 1e-9);
  for (std::size_t i = 0; i < input_.size() / kChannels; ++i) {
    resampler_.Push(std::span(input_).subspan(i * kChannels, kChannels), out_);
    count += static_cast<double>(out_.size() / kChannels);
    ASSERT_NEAR(resampler_.Lag(), static_cast<double>(i) - (count - 1) * step, 1e-9) << i;
    if (count == 0) continue;
    ASSERT_GE(resampler_.Lag(), resampler_.Delay() - 1e-9 - std::max(1.0, step));
    ASSERT_LT(resampler_.Lag(), resampler_.Delay() + std::max(1.0, step));
  }
}

INSTANTIATE_TEST_SUITE_P(Ratios, ResamplerGolden,
                         testing::Values(Case{"resample_1_3", 48000, 16000},
                                         Case{"resample_160_441", 44100, 16000},
                                         Case{"resample_3_2", 12.5, 18.75},
                                         Case{"resample_1_10", 1000, 100},
                                         Case{"resample_5_1", 0.2, 1}),
                         [](const auto& test) { return test.param.name; });

TEST(ResamplerTest, LeavesAStreamThatHasTheRate) {
  Resampler resampler = Make(50, 50);
  const std::vector<double> input{1, 2, 3, 4};
  std::vector<double> out{9};
  resampler.Push(input, out);
  EXPECT_EQ(out, input);
  EXPECT_EQ(resampler.Lag(), 0.0);
}

// The finest ratio and the longest filter that are taken.
TEST(ResamplerTest, WorksUpToItsBounds) {
  for (const auto& [from, to] : {std::pair{3276.0, 1.0}, {1.0, 3276.0}, {999.0, 1000.0}}) {
    Resampler resampler = Make(from, to, 1);
    std::vector<double> input(70'000, 1.0);
    if (to > 1000) input.resize(50);
    std::vector<double> out;
    resampler.Push(input, out);
    ASSERT_FALSE(out.empty());
    EXPECT_NEAR(out.back(), 1.0, 1e-3);
  }
}

std::string Problem(double from_hz, double to_hz, std::size_t channels = 1) {
  const auto made = Resampler::Make(from_hz, to_hz, channels);
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string message(made.status().message());
  EXPECT_EQ(message.find('\n'), std::string::npos);
  return message;
}

TEST(ResamplerTest, SaysWhatIsWrong) {
  EXPECT_THAT(Problem(44100, 44101), HasSubstr("a ratio of 44101 to 44100, too fine"));
  EXPECT_THAT(Problem(3277, 1), HasSubstr("a ratio of 1 to 3277, too fine"));
  EXPECT_THAT(Problem(1001, 1000), HasSubstr("too fine"));
  EXPECT_THAT(Problem(47999, 16000), HasSubstr("for instance 15999.666666666666 Hz"));
  EXPECT_THAT(Problem(100, 0), HasSubstr("a rate of 0 Hz cannot be resampled"));
  EXPECT_THAT(Problem(-5, 10), HasSubstr("a rate of -5 Hz cannot be resampled"));
  EXPECT_THAT(Problem(100.0 / 3, 10), HasSubstr("at most three decimals"));
  EXPECT_THAT(Problem(std::numeric_limits<double>::quiet_NaN(), 10), HasSubstr("rate of nan Hz"));
  EXPECT_THAT(Problem(3000, 1, 100), HasSubstr("100 channels are too many"));
}

}  // namespace
}  // namespace biglittle
