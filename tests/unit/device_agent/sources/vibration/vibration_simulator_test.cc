#include "device_agent/sources/vibration/vibration_simulator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

#include "gtest/gtest.h"

namespace biglittle {
namespace {

constexpr double kShaftHz = 30.0;

// Nothing varies: what a test sees is the class's doing.
OperatingPoint Quiet() {
  OperatingPoint point{};
  point.shaft_hz = kShaftHz;
  point.load = 1.0;
  point.noise_g = 0.01;
  point.gain = {1.0, 1.0, 1.0};
  point.resonance = {Resonance{1750.0, 0.05}, Resonance{2000.0, 0.05}, Resonance{2250.0, 0.05}};
  return point;
}

std::vector<double> Axis(const std::vector<float>& window, std::size_t axis) {
  const auto values = std::span(window).subspan(axis * kVibrationSamples, kVibrationSamples);
  return {values.begin(), values.end()};
}

// Amplitude of the component at `hz`, through a Hann window; a sine of amplitude a gives a.
double AmplitudeAt(const std::vector<double>& signal, double hz) {
  const double mean =
      std::accumulate(signal.begin(), signal.end(), 0.0) / static_cast<double>(signal.size());
  std::complex<double> sum = 0.0;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double place = 2.0 * std::numbers::pi * static_cast<double>(i);
    const double weight = 1.0 - std::cos(place / static_cast<double>(signal.size()));
    sum += (signal[i] - mean) * weight * std::polar(1.0, -place * hz / kVibrationRateHz);
  }
  return 2.0 * std::abs(sum) / static_cast<double>(signal.size());
}

// How strongly the resonance rings: the difference of neighbours takes the shaft's harmonics away,
// its square follows the ring-down.
std::vector<double> Envelope(const std::vector<double>& signal) {
  std::vector<double> envelope;
  for (std::size_t i = 1; i < signal.size(); ++i) {
    const double step = signal[i] - signal[i - 1];
    envelope.push_back(step * step);
  }
  return envelope;
}

// Mean over several windows of the amplitude at `hz` in the vertical axis' envelope.
double EnvelopeAmplitude(VibrationClass condition, double hz, const OperatingPoint& point) {
  constexpr int kWindows = 8;
  double sum = 0.0;
  for (int i = 0; i < kWindows; ++i) {
    Random random(static_cast<std::uint64_t>(100 + i));
    sum += AmplitudeAt(Envelope(Axis(SimulateWindow(condition, point, random), 1)), hz);
  }
  return sum / kWindows;
}

double EnvelopePeakHz(VibrationClass condition, double low, double high) {
  double best_hz = low;
  double best = 0.0;
  for (double hz = low; hz <= high; hz += 1.0) {
    const double amplitude = EnvelopeAmplitude(condition, hz, Quiet());
    if (amplitude > best) {
      best = amplitude;
      best_hz = hz;
    }
  }
  return best_hz;
}

double HarmonicAmplitude(VibrationClass condition, std::size_t axis, double order,
                         const OperatingPoint& point) {
  Random random(5);
  return AmplitudeAt(Axis(SimulateWindow(condition, point, random), axis), order * point.shaft_hz);
}

// Published for the type 6205: Case Western Reserve University, bearing data centre.
TEST(FaultOrders, OfThe6205AreThePublishedOnes) {
  const FaultOrders orders = FaultOrdersOf(kBearing6205);
  EXPECT_NEAR(orders.outer_race, 3.5848, 0.001);
  EXPECT_NEAR(orders.inner_race, 5.4152, 0.001);
  EXPECT_NEAR(2.0 * orders.ball_spin, 4.7135, 0.001);
  EXPECT_NEAR(orders.cage, 0.39828, 0.0001);
}

TEST(FaultOrders, ContactAngleCountsAndRacesAddUpToTheBalls) {
  const FaultOrders straight = FaultOrdersOf({8, 10.0, 50.0, 0.0});
  const FaultOrders angled = FaultOrdersOf({8, 10.0, 50.0, 0.5});
  EXPECT_GT(angled.outer_race, straight.outer_race);
  EXPECT_DOUBLE_EQ(angled.outer_race + angled.inner_race, 8.0);
  EXPECT_DOUBLE_EQ(angled.outer_race, 8.0 * angled.cage);
}

TEST(VibrationSimulator, OuterRaceFaultStrikesAtItsRate) {
  const double expected = FaultOrdersOf(kBearing6205).outer_race * kShaftHz;
  EXPECT_NEAR(EnvelopePeakHz(VibrationClass::kOuterRaceSevere, 70, 200), expected, 2.0);
}

TEST(VibrationSimulator, InnerRaceFaultStrikesAtItsRateAndSwellsWithTheShaft) {
  const double expected = FaultOrdersOf(kBearing6205).inner_race * kShaftHz;
  const auto condition = VibrationClass::kInnerRaceSevere;
  EXPECT_NEAR(EnvelopePeakHz(condition, 145, 200), expected, 2.0);
  // Side bands one shaft rate away, and nothing half-way to them.
  const double side = EnvelopeAmplitude(condition, expected - kShaftHz, Quiet());
  const double between = EnvelopeAmplitude(condition, expected - 0.5 * kShaftHz, Quiet());
  EXPECT_GT(side, 2.0 * between);
}

TEST(VibrationSimulator, BallFaultStrikesTwiceATurnOfTheBall) {
  const FaultOrders orders = FaultOrdersOf(kBearing6205);
  const double expected = 2.0 * orders.ball_spin * kShaftHz;
  // Its strength follows the cage, which turns less than twice a window: the peak is that wide.
  EXPECT_NEAR(EnvelopePeakHz(VibrationClass::kBallSevere, 100, 200), expected, 4.0);
}

TEST(VibrationSimulator, HealthyMachineHasNoFaultRate) {
  const FaultOrders orders = FaultOrdersOf(kBearing6205);
  const double outer = orders.outer_race * kShaftHz;
  EXPECT_LT(20.0 * EnvelopeAmplitude(VibrationClass::kHealthy, outer, Quiet()),
            EnvelopeAmplitude(VibrationClass::kOuterRaceMild, outer, Quiet()));
}

TEST(VibrationSimulator, ImbalancePullsOnceATurnAcrossTheShaft) {
  const auto condition = VibrationClass::kImbalanceSevere;
  const double once = HarmonicAmplitude(condition, 0, 1.0, Quiet());
  EXPECT_GT(once, 5.0 * HarmonicAmplitude(condition, 0, 2.0, Quiet()));
  EXPECT_GT(once, 3.0 * HarmonicAmplitude(condition, 2, 1.0, Quiet()));
  EXPECT_GT(once, 1.2 * HarmonicAmplitude(VibrationClass::kImbalanceMild, 0, 1.0, Quiet()));
}

TEST(VibrationSimulator, ImbalanceGrowsWithTheSquareOfTheSpeed) {
  OperatingPoint fast = Quiet();
  fast.noise_g = 0.0;
  OperatingPoint slow = fast;
  slow.shaft_hz = 0.8 * fast.shaft_hz;
  const double ratio = HarmonicAmplitude(VibrationClass::kImbalanceSevere, 0, 1.0, slow) /
                       HarmonicAmplitude(VibrationClass::kImbalanceSevere, 0, 1.0, fast);
  EXPECT_NEAR(ratio, 0.64, 0.06);
}

TEST(VibrationSimulator, MisalignmentPushesTwiceATurnAndAlongTheShaft) {
  const auto condition = VibrationClass::kMisalignmentSevere;
  const double twice = HarmonicAmplitude(condition, 0, 2.0, Quiet());
  EXPECT_GT(twice, 1.3 * HarmonicAmplitude(condition, 0, 1.0, Quiet()));
  EXPECT_GT(HarmonicAmplitude(condition, 2, 1.0, Quiet()),
            1.5 * HarmonicAmplitude(VibrationClass::kImbalanceSevere, 2, 1.0, Quiet()));
  EXPECT_GT(twice, 1.2 * HarmonicAmplitude(VibrationClass::kMisalignmentMild, 0, 2.0, Quiet()));
}

TEST(VibrationSimulator, ImpulsesGrowWithTheLoad) {
  OperatingPoint loaded = Quiet();
  loaded.load = 2.0;
  const double hz = FaultOrdersOf(kBearing6205).outer_race * kShaftHz;
  const auto condition = VibrationClass::kOuterRaceSevere;
  // The envelope is a square.
  EXPECT_NEAR(EnvelopeAmplitude(condition, hz, loaded) / EnvelopeAmplitude(condition, hz, Quiet()),
              4.0, 0.3);
}

TEST(VibrationSimulator, KnockAddsEnergyAndGainScales) {
  const auto energy = [](const OperatingPoint& point) {
    Random random(11);
    const std::vector<float> window = SimulateWindow(VibrationClass::kHealthy, point, random);
    return std::inner_product(window.begin(), window.end(), window.begin(), 0.0);
  };
  OperatingPoint knocked = Quiet();
  knocked.knock_g = 5.0;
  EXPECT_GT(energy(knocked), 5.0 * energy(Quiet()));
  OperatingPoint amplified = Quiet();
  amplified.gain = {2.0, 2.0, 2.0};
  EXPECT_NEAR(energy(amplified), 4.0 * energy(Quiet()), 0.01 * energy(Quiet()));
}

TEST(VibrationSimulator, EveryClassGivesAFullFiniteWindowOfPlausibleSize) {
  for (std::size_t c = 0; c < kVibrationLabels.size(); ++c) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Random random(seed);
      const OperatingPoint point = DrawOperatingPoint(random);
      const std::vector<float> window =
          SimulateWindow(static_cast<VibrationClass>(c), point, random);
      ASSERT_EQ(window.size(), kVibrationAxes * kVibrationSamples);
      for (const float value : window) {
        ASSERT_TRUE(std::isfinite(value)) << kVibrationLabels.at(c);
        ASSERT_LT(std::abs(value), 16.0F) << kVibrationLabels.at(c);
      }
    }
  }
}

TEST(VibrationSimulator, SameNumbersSameWindowOtherNumbersAnother) {
  const auto window = [](std::uint64_t seed) {
    Random random(seed);
    return SimulateWindow(VibrationClass::kBallMild, DrawOperatingPoint(random), random);
  };
  EXPECT_EQ(window(1), window(1));
  EXPECT_NE(window(1), window(2));
}

TEST(VibrationSimulator, ClassesOccurAsOftenAsTheirPriorsSay) {
  EXPECT_NEAR(std::accumulate(kVibrationPriors.begin(), kVibrationPriors.end(), 0.0), 1.0, 1e-12);
  std::array<int, kVibrationLabels.size()> counts{};
  Random random(12);
  constexpr int kDraws = 50000;
  for (int i = 0; i < kDraws; ++i) {
    ++counts.at(static_cast<std::size_t>(DrawVibrationClass(random)));
  }
  for (std::size_t c = 0; c < counts.size(); ++c) {
    EXPECT_NEAR(counts.at(c), kDraws * kVibrationPriors.at(c), 450) << kVibrationLabels.at(c);
  }
}

TEST(VibrationSimulator, OperatingPointsStayInTheirRanges) {
  Random random(13);
  int knocks = 0;
  for (int i = 0; i < 4000; ++i) {
    const OperatingPoint point = DrawOperatingPoint(random);
    ASSERT_GT(point.shaft_hz, 20.0);
    ASSERT_LT(point.shaft_hz, 35.0);
    ASSERT_GT(point.noise_g, 0.0);
    ASSERT_GT(point.load, 0.5);
    for (const Resonance& mode : point.resonance) {
      ASSERT_LT(mode.frequency_hz, 0.5 * kVibrationRateHz);
      ASSERT_GT(mode.damping_ratio, 0.0);
    }
    if (point.knock_g > 0.0) ++knocks;
  }
  EXPECT_NEAR(knocks, 1200, 120);
}

}  // namespace
}  // namespace biglittle
