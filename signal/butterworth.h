// Design of Butterworth filters as second-order sections: an analog prototype whose poles lie on a
// circle, moved to the pass band, and to discrete time by the bilinear transform with prewarped
// cut-offs. Source: A. V. Oppenheim, R. W. Schafer, "Discrete-Time Signal Processing", chapter 7;
// the filters are those of scipy.signal.butter(order, cutoffs, kind, output="sos", fs=rate), but
// for how poles, zeros and gain are shared out among the sections.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

enum class FilterKind : std::uint8_t { kLowPass, kHighPass, kBandPass };

// At a cut-off the amplitude is 1/sqrt(2), -3 dB.
struct FilterOptions {
  FilterKind kind = FilterKind::kLowPass;
  int order = 2;           // 1 to 8; a band pass falls off at each side as if of this order
  double cutoff_hz = 0.0;  // of a low or high pass
  double low_hz = 0.0;     // of a band pass
  double high_hz = 0.0;
};

// H(z) = (b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2)
struct FilterSection {
  double b0, b1, b2, a1, a2;
};

// Stable sections, each with an amplitude of 1 in the middle of the pass band. InvalidArgument, one
// line that says the mend, if a cut-off, the order or the rate is out of its range.
absl::StatusOr<std::vector<FilterSection>> DesignButterworth(const FilterOptions& options,
                                                             double rate_hz);

}  // namespace biglittle
