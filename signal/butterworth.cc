#include "signal/butterworth.h"

#include <fmt/format.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <string_view>

#include "absl/status/status.h"

namespace biglittle {
namespace {

using Complex = std::complex<double>;

constexpr int kMaxOrder = 8;
// Of the rate. Nearer to 0, or to half of the rate, doubles cannot say where the poles are.
constexpr double kMargin = 1e-5;

// The poles of a section: two that are conjugate or real; a section of first order has 0 for its
// second.
struct Poles {
  Complex first, second;
};

Complex ToDiscrete(Complex s) { return (1.0 + s) / (1.0 - s); }
Poles ConjugatePair(Complex s) {
  const Complex z = ToDiscrete(s);
  return {z, std::conj(z)};
}

// With zeros at `zero` and `other_zero`, both on the unit circle or 0, and an amplitude of 1 at
// `unity`.
FilterSection MakeSection(const Poles& poles, double zero, double other_zero, Complex unity) {
  const double gain = std::abs((unity - poles.first) * (unity - poles.second) /
                               ((unity - zero) * (unity - other_zero)));
  return {gain, -gain * (zero + other_zero), gain * zero * other_zero,
          -(poles.first + poles.second).real(), (poles.first * poles.second).real()};
}

// Those of the prototype's poles that lie above the real axis.
std::vector<Complex> UpperPoles(int order) {
  std::vector<Complex> poles;
  for (int k = 0; k < order / 2; ++k) {
    poles.push_back(std::polar(1.0, std::numbers::pi * (order + 2 * k + 1) / (2.0 * order)));
  }
  return poles;
}

// `zero` is -1 for a low pass, 1 for a high pass: there the two differ, their poles are the same,
// for those on the unit circle are their own reciprocals.
std::vector<FilterSection> OneSided(int order, double cutoff, double zero) {
  std::vector<FilterSection> sections;
  if (order % 2 == 1) {
    sections.push_back(MakeSection({ToDiscrete(-cutoff), 0.0}, zero, 0.0, -zero));
  }
  for (const Complex& pole : UpperPoles(order)) {
    sections.push_back(MakeSection(ConjugatePair(cutoff * pole), zero, zero, -zero));
  }
  return sections;
}

// Each pole of the prototype becomes two, about the band's centre.
std::vector<FilterSection> Band(int order, double low, double high) {
  const double square = low * high;
  const Complex unity = std::polar(1.0, 2.0 * std::atan(std::sqrt(square)));
  std::vector<FilterSection> sections;
  const auto half = [&](Complex pole) { return 0.5 * (high - low) * pole; };
  const auto root = [&](Complex pole) { return std::sqrt(half(pole) * half(pole) - square); };
  for (const Complex& pole : UpperPoles(order)) {
    for (const Complex& side : {root(pole), -root(pole)}) {
      sections.push_back(MakeSection(ConjugatePair(half(pole) + side), 1.0, -1.0, unity));
    }
  }
  if (order % 2 == 1) {  // both real where the band is wide, else conjugate
    const Poles poles{ToDiscrete(half(-1.0) + root(-1.0)), ToDiscrete(half(-1.0) - root(-1.0))};
    sections.push_back(MakeSection(poles, 1.0, -1.0, unity));
  }
  return sections;
}

absl::Status CheckCutoff(std::string_view name, double hz, double rate_hz) {
  if (hz >= kMargin * rate_hz && hz <= (0.5 - kMargin) * rate_hz) return absl::OkStatus();
  if (hz > 0.0 && hz < kMargin * rate_hz) {
    return absl::InvalidArgumentError(
        fmt::format("{} of {} Hz is below a hundred-thousandth of the rate, {} Hz: raise it, or "
                    "lower the rate before it",
                    name, hz, rate_hz));
  }
  return absl::InvalidArgumentError(
      fmt::format("{} of {} Hz is not between 0 and {} Hz, half of the rate: give one that is, or "
                  "a sensor with a higher rate",
                  name, hz, rate_hz / 2));
}

absl::Status Check(const FilterOptions& options, double rate_hz) {
  if (options.order < 1 || options.order > kMaxOrder) {
    return absl::InvalidArgumentError(
        fmt::format("a filter of order {} is none of 1 to {}: 2 to 4 suit most sensors",
                    options.order, kMaxOrder));
  }
  if (!(rate_hz > 0.0 && rate_hz <= 1e9)) {
    return absl::InvalidArgumentError(fmt::format(
        "a filter at a rate of {} Hz, which is not between 0 and 1e9: give the sensor's rate_hz",
        rate_hz));
  }
  if (options.kind != FilterKind::kBandPass) {
    return CheckCutoff("a cut-off", options.cutoff_hz, rate_hz);
  }
  absl::Status status = CheckCutoff("a lower cut-off", options.low_hz, rate_hz);
  status.Update(CheckCutoff("an upper cut-off", options.high_hz, rate_hz));
  if (status.ok() && options.high_hz - options.low_hz < kMargin * rate_hz) {
    return absl::InvalidArgumentError(
        fmt::format("a band from {} to {} Hz has no width: give the lower cut-off first, and at "
                    "least {} Hz between them",
                    options.low_hz, options.high_hz, kMargin * rate_hz));
  }
  return status;
}

}  // namespace

absl::StatusOr<std::vector<FilterSection>> DesignButterworth(const FilterOptions& options,
                                                             double rate_hz) {
  if (absl::Status status = Check(options, rate_hz); !status.ok()) return status;
  const auto prewarped = [&](double hz) { return std::tan(std::numbers::pi * hz / rate_hz); };
  switch (options.kind) {
    case FilterKind::kLowPass:
      return OneSided(options.order, prewarped(options.cutoff_hz), -1.0);
    case FilterKind::kHighPass:
      return OneSided(options.order, prewarped(options.cutoff_hz), 1.0);
    case FilterKind::kBandPass:
      return Band(options.order, prewarped(options.low_hz), prewarped(options.high_hz));
  }
  return absl::InvalidArgumentError("a filter of no kind: give a low, high or band pass");
}

}  // namespace biglittle
