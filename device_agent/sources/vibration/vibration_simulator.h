// A simulated accelerometer on the bearing housing of a rotating machine: from a state of the
// machine and random numbers to one window of vibration.
//
// What is simulated, and from where:
// - Shaft and bearing kinematics: R. B. Randall, J. Antoni, "Rolling element bearing diagnostics: a
//   tutorial", Mechanical Systems and Signal Processing 25 (2011) 485-520, equations 1 to 4.
// - A localised fault as a train of impulses at the fault's rate, each ringing down in a resonance
//   of the structure, its strength following the load where the fault is: P. D. McFadden,
//   J. D. Smith, "Model for the vibration produced by a single point defect in a rolling element
//   bearing", Journal of Sound and Vibration 96 (1984) 69-82; distribution of load after Stribeck.
// - Slip as random intervals between impulses, whose errors add up: J. Antoni, R. B. Randall,
//   "A stochastic model for simulation and diagnostics of rolling element bearings with localised
//   faults", Journal of Vibration and Acoustics 125 (2003) 282-289.
// - Imbalance at once the shaft rate, misalignment at twice and along the axis: ISO 13373-3:2015.
//
// What is invented: every amplitude and its spread. They are plausible for a small motor and chosen
// so that the classes overlap a little; no statement about a real machine follows from them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/random.h"

namespace biglittle {

inline constexpr std::size_t kVibrationAxes = 3;  // horizontal, vertical (under load), axial
inline constexpr std::size_t kVibrationSamples = 1024;
inline constexpr double kVibrationRateHz = 6400.0;  // a window is 160 ms, 4 to 5 turns of the shaft

// In the order of the labels of models/vibration/task.yaml.
enum class VibrationClass : std::uint8_t {
  kHealthy,
  kImbalanceMild,
  kImbalanceSevere,
  kMisalignmentMild,
  kMisalignmentSevere,
  kOuterRaceMild,
  kOuterRaceSevere,
  kInnerRaceMild,
  kInnerRaceSevere,
  kBallMild,
  kBallSevere,
};

inline constexpr std::array<std::string_view, 11> kVibrationLabels{
    "healthy",           "imbalance_mild",      "imbalance_severe",
    "misalignment_mild", "misalignment_severe", "outer_race_mild",
    "outer_race_severe", "inner_race_mild",     "inner_race_severe",
    "ball_mild",         "ball_severe",
};

// How often each class occurs: a machine that is looked after is healthy more often than not, yet
// faults come often enough to be seen in a short run. Adds up to 1.
inline constexpr std::array<double, 11> kVibrationPriors{0.40, 0.06, 0.06, 0.06, 0.06, 0.06,
                                                         0.06, 0.06, 0.06, 0.06, 0.06};

struct BearingGeometry {
  int balls;
  double ball_diameter_mm;
  double pitch_diameter_mm;
  double contact_angle_rad;
};

// A deep-groove bearing of type 6205, as in the bearing data of Case Western Reserve University.
inline constexpr BearingGeometry kBearing6205{9, 7.94, 39.04, 0.0};

// In events a turn of the shaft, for a bearing whose outer race stands still.
struct FaultOrders {
  double outer_race;  // BPFO: balls that pass a point of the outer race
  double inner_race;  // BPFI: balls that pass a point of the inner race
  double ball_spin;   // BSF: turns of a ball; a fault on it strikes twice a turn
  double cage;        // FTF: turns of the cage
};

FaultOrders FaultOrdersOf(const BearingGeometry& bearing);

// One mode of the structure, which impulses excite and which rings down.
struct Resonance {
  double frequency_hz;
  double damping_ratio;
};

// What differs from window to window besides the class: machine, load, mounting, surroundings.
struct OperatingPoint {
  double shaft_hz;                                  // at the window's first sample
  double drift;                                     // relative change of speed over one window
  double load;                                      // 1 is nominal; impulses grow with it
  double slip;                                      // relative spread of the impulses' intervals
  double noise_g;                                   // standard deviation of the broadband noise
  double hum_g;                                     // of the motor, at twice the mains frequency
  double knock_g;                                   // impact from the surroundings; 0: none
  std::array<double, kVibrationAxes> gain;          // of the sensor; 1 is nominal
  std::array<Resonance, kVibrationAxes> resonance;  // in the direction of each axis
};

OperatingPoint DrawOperatingPoint(Random& random);

// By kVibrationPriors.
VibrationClass DrawVibrationClass(Random& random);

// Acceleration in g, axis after axis: kVibrationAxes * kVibrationSamples finite values. The same
// random numbers give the same window.
std::vector<float> SimulateWindow(VibrationClass condition, const OperatingPoint& point,
                                  Random& random);

}  // namespace biglittle
