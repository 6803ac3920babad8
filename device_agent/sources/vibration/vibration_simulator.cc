#include "device_agent/sources/vibration/vibration_simulator.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace biglittle {
namespace {

constexpr double kTau = 2.0 * std::numbers::pi;
constexpr double kStepSeconds = 1.0 / kVibrationRateHz;
constexpr double kWindowSeconds = kStepSeconds * static_cast<double>(kVibrationSamples);
constexpr double kNominalShaftHz = 29.17;  // 1750 turns a minute
// Impulses from before the window still ring in it.
constexpr double kLeadSeconds = 0.02;

constexpr std::size_t kHorizontal = 0;
constexpr std::size_t kVertical = 1;
constexpr std::size_t kAxial = 2;

using Signal = std::array<std::vector<double>, kVibrationAxes>;
using PerAxis = std::array<double, kVibrationAxes>;

// Turns of the shaft since the window's first sample; `seconds` may be negative.
double TurnsAt(const OperatingPoint& point, double seconds) {
  return point.shaft_hz * seconds * (1.0 + 0.5 * point.drift * seconds / kWindowSeconds);
}

// Adds amplitude[axis] * cos(2 pi order turns + phase[axis]).
void AddHarmonic(const OperatingPoint& point, double order, const PerAxis& amplitude,
                 const PerAxis& phase, Signal& signal) {
  for (std::size_t i = 0; i < kVibrationSamples; ++i) {
    const double angle = kTau * order * TurnsAt(point, static_cast<double>(i) * kStepSeconds);
    for (std::size_t axis = 0; axis < kVibrationAxes; ++axis) {
      signal[axis][i] += amplitude[axis] * std::cos(angle + phase[axis]);
    }
  }
}

// Adds the ring-down of one unit impulse, `amplitude` high, that strikes at `seconds`.
void AddRingDown(const Resonance& mode, double seconds, double amplitude,
                 std::vector<double>& axis) {
  const double omega = kTau * mode.frequency_hz;
  const double decay = mode.damping_ratio * omega;
  const double damped = omega * std::sqrt(1.0 - mode.damping_ratio * mode.damping_ratio);
  const double last = std::min(kWindowSeconds, seconds + 8.0 / decay);  // e^-8: below the noise
  const auto begin = static_cast<std::size_t>(std::ceil(std::max(0.0, seconds) / kStepSeconds));
  const auto end = static_cast<std::size_t>(std::max(0.0, std::ceil(last / kStepSeconds)));
  for (std::size_t i = begin; i < std::min(end, kVibrationSamples); ++i) {
    const double since = static_cast<double>(i) * kStepSeconds - seconds;
    axis[i] += amplitude * std::exp(-decay * since) * std::sin(damped * since);
  }
}

// An imbalance pulls with the square of the speed, a quarter turn later on the second axis; the
// supports are softer sideways.
void AddImbalance(const OperatingPoint& point, double amplitude, Random& random, Signal& signal) {
  const double speed = point.shaft_hz / kNominalShaftHz;
  const double pull = amplitude * speed * speed;
  const double phase = kTau * random.Uniform();
  const double quarter = 0.25 * kTau * random.Uniform(0.8, 1.2);
  AddHarmonic(point, 1.0, {pull, random.Uniform(0.7, 0.9) * pull, 0.1 * pull},
              {phase, phase - quarter, phase}, signal);
}

// Misaligned shafts push twice a turn, and along the axis once and twice a turn.
void AddMisalignment(const OperatingPoint& point, double amplitude, Random& random,
                     Signal& signal) {
  const double push = amplitude * random.Uniform(0.85, 1.15);
  PerAxis phase{};
  for (const double order : {1.0, 2.0, 3.0}) {
    for (double& p : phase) p = kTau * random.Uniform();
    const double radial = order == 2.0 ? push : 0.3 * push;
    const double axial = order == 3.0 ? 0.3 * push : 0.8 * push;
    AddHarmonic(point, order, {radial, random.Uniform(0.6, 1.0) * radial, axial}, phase, signal);
  }
}

// Stribeck: the load at an angle (in turns) from where it is greatest, relative to there. The
// exponent holds for balls; 0.55 is the extent of the load zone, a bit over half of the turn.
double LoadAt(double turns) {
  constexpr double kExtent = 0.55;
  const double share = 1.0 - (1.0 - std::cos(kTau * turns)) / (2.0 * kExtent);
  return share > 0.0 ? std::pow(share, 1.5) : 0.0;
}

enum class FaultPlace : std::uint8_t { kOuterRace, kInnerRace, kBall };

struct BearingFault {
  FaultPlace place;
  double amplitude_g;  // of an impulse at the greatest load
};

double StrikesATurn(FaultPlace place, const FaultOrders& orders) {
  switch (place) {
    case FaultPlace::kOuterRace:
      return orders.outer_race;
    case FaultPlace::kInnerRace:
      return orders.inner_race;
    case FaultPlace::kBall:
      return 2.0 * orders.ball_spin;
  }
  return orders.outer_race;
}

// Where the fault is, in turns from the greatest load, after `turns` of the shaft.
double PlaceAfter(FaultPlace place, const FaultOrders& orders, double turns, double start) {
  switch (place) {
    case FaultPlace::kOuterRace:
      return start;  // stands still
    case FaultPlace::kInnerRace:
      return start + turns;  // goes with the shaft
    case FaultPlace::kBall:
      return start + orders.cage * turns;  // goes with the cage
  }
  return start;
}

void AddBearingFault(const BearingFault& fault, const OperatingPoint& point, Random& random,
                     Signal& signal) {
  const FaultOrders orders = FaultOrdersOf(kBearing6205);
  const double strikes = StrikesATurn(fault.place, orders);
  // A fault of the outer race grows where the load is; the others begin the window anywhere.
  const double start =
      fault.place == FaultPlace::kOuterRace ? random.Uniform(-0.06, 0.06) : random.Uniform();
  const PerAxis path{random.Uniform(0.5, 0.7), 1.0, random.Uniform(0.25, 0.4)};
  double seconds = -kLeadSeconds + random.Uniform() / (strikes * point.shaft_hz);
  for (bool inner = false; seconds < kWindowSeconds; inner = !inner) {
    const double turns = TurnsAt(point, seconds);
    double strength = fault.amplitude_g * point.load *
                      LoadAt(PlaceAfter(fault.place, orders, turns, start)) *
                      (1.0 + 0.08 * random.Normal());
    // A ball strikes both races in turn; from the inner one the way to the sensor is longer.
    if (fault.place == FaultPlace::kBall && inner) strength *= 0.7;
    for (std::size_t axis = 0; axis < kVibrationAxes; ++axis) {
      AddRingDown(point.resonance[axis], seconds, path[axis] * strength, signal[axis]);
    }
    const double slip = std::clamp(1.0 + point.slip * random.Normal(), 0.8, 1.2);
    const double drifted = 1.0 + point.drift * std::max(0.0, seconds) / kWindowSeconds;
    seconds += slip / (strikes * point.shaft_hz * drifted);
  }
}

// Something is dropped or driven past: one impact through the floor, slower and on all axes.
void AddKnock(const OperatingPoint& point, Random& random, Signal& signal) {
  const double seconds = random.Uniform(-kLeadSeconds, kWindowSeconds);
  const Resonance floor{random.Uniform(500.0, 2200.0), random.Uniform(0.02, 0.05)};
  for (std::vector<double>& axis : signal) {
    AddRingDown(floor, seconds, point.knock_g * random.Uniform(0.5, 1.0), axis);
  }
}

// A motor's iron hums at twice the frequency of the mains, whatever the shaft does.
void AddHum(const OperatingPoint& point, Random& random, Signal& signal) {
  constexpr double kHumHz = 100.0;
  const double phase = kTau * random.Uniform();
  for (std::size_t i = 0; i < kVibrationSamples; ++i) {
    const double hum =
        point.hum_g * std::cos(kTau * kHumHz * static_cast<double>(i) * kStepSeconds + phase);
    signal[kHorizontal][i] += hum;
    signal[kVertical][i] += 0.8 * hum;
    signal[kAxial][i] += 0.3 * hum;
  }
}

// What the class adds to a healthy machine; amplitudes in g.
void AddCondition(VibrationClass condition, const OperatingPoint& point, Random& random,
                  Signal& signal) {
  const auto bearing = [&](FaultPlace place, double low, double high) {
    AddBearingFault({place, random.Uniform(low, high)}, point, random, signal);
  };
  switch (condition) {
    case VibrationClass::kHealthy:
      return;
    case VibrationClass::kImbalanceMild:
      return AddImbalance(point, random.Uniform(0.10, 0.20), random, signal);
    case VibrationClass::kImbalanceSevere:
      return AddImbalance(point, random.Uniform(0.24, 0.45), random, signal);
    case VibrationClass::kMisalignmentMild:
      return AddMisalignment(point, random.Uniform(0.06, 0.12), random, signal);
    case VibrationClass::kMisalignmentSevere:
      return AddMisalignment(point, random.Uniform(0.16, 0.30), random, signal);
    case VibrationClass::kOuterRaceMild:
      return bearing(FaultPlace::kOuterRace, 0.12, 0.32);
    case VibrationClass::kOuterRaceSevere:
      return bearing(FaultPlace::kOuterRace, 0.42, 0.90);
    case VibrationClass::kInnerRaceMild:
      return bearing(FaultPlace::kInnerRace, 0.16, 0.40);
    case VibrationClass::kInnerRaceSevere:
      return bearing(FaultPlace::kInnerRace, 0.52, 1.10);
    case VibrationClass::kBallMild:
      return bearing(FaultPlace::kBall, 0.16, 0.40);
    case VibrationClass::kBallSevere:
      return bearing(FaultPlace::kBall, 0.52, 1.10);
  }
}

}  // namespace

FaultOrders FaultOrdersOf(const BearingGeometry& bearing) {
  const double ratio =
      bearing.ball_diameter_mm / bearing.pitch_diameter_mm * std::cos(bearing.contact_angle_rad);
  const double half_balls = 0.5 * static_cast<double>(bearing.balls);
  return {.outer_race = half_balls * (1.0 - ratio),
          .inner_race = half_balls * (1.0 + ratio),
          .ball_spin =
              0.5 * bearing.pitch_diameter_mm / bearing.ball_diameter_mm * (1.0 - ratio * ratio),
          .cage = 0.5 * (1.0 - ratio)};
}

OperatingPoint DrawOperatingPoint(Random& random) {
  OperatingPoint point{};
  point.shaft_hz = kNominalShaftHz * random.Uniform(0.90, 1.06);
  point.drift = random.Uniform(-0.01, 0.01);
  point.load = random.Uniform(0.85, 1.15);
  point.slip = random.Uniform(0.005, 0.020);
  point.noise_g = random.Uniform(0.04, 0.10);
  point.hum_g = random.Uniform(0.0, 0.05);
  const bool knocked = random.Uniform() < 0.3;
  const double knock = random.Uniform(0.2, 0.8);
  point.knock_g = knocked ? knock : 0.0;
  constexpr PerAxis kModes{1750.0, 2000.0, 2250.0};
  for (std::size_t axis = 0; axis < kVibrationAxes; ++axis) {
    point.gain[axis] = std::clamp(1.0 + 0.04 * random.Normal(), 0.8, 1.2);
    point.resonance[axis] = {kModes[axis] * random.Uniform(0.9, 1.1), random.Uniform(0.03, 0.06)};
  }
  return point;
}

VibrationClass DrawVibrationClass(Random& random) {
  double left = random.Uniform();
  for (std::size_t i = 0; i + 1 < kVibrationPriors.size(); ++i) {
    if (left < kVibrationPriors[i]) return static_cast<VibrationClass>(i);
    left -= kVibrationPriors[i];
  }
  return static_cast<VibrationClass>(kVibrationPriors.size() - 1);
}

std::vector<float> SimulateWindow(VibrationClass condition, const OperatingPoint& point,
                                  Random& random) {
  Signal signal;
  for (std::vector<double>& axis : signal) axis.assign(kVibrationSamples, 0.0);
  // No machine is perfect: a little of both remains in every one.
  AddImbalance(point, random.Uniform(0.02, 0.06), random, signal);
  AddMisalignment(point, random.Uniform(0.01, 0.03), random, signal);
  AddCondition(condition, point, random, signal);
  AddHum(point, random, signal);
  if (point.knock_g > 0.0) AddKnock(point, random, signal);

  std::vector<float> window;
  window.reserve(kVibrationAxes * kVibrationSamples);
  for (std::size_t axis = 0; axis < kVibrationAxes; ++axis) {
    for (const double value : signal[axis]) {
      const double noisy = value + point.noise_g * random.Normal();
      window.push_back(static_cast<float>(point.gain[axis] * noisy));
    }
  }
  return window;
}

}  // namespace biglittle
