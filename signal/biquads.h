// Filters a stream of frames through second-order sections, transposed direct form II, in doubles;
// each channel has a state of its own, which is kept from block to block. What comes out is that of
// scipy.signal.sosfilt over the whole stream since the last Reset, and is late by the filter's
// group delay, as all that is causal.
//
// A state that began at 0 rings for some periods of the lowest cut-off, for instance with a sensor
// that shows gravity: Settle begins as if the stream had always been what its first frame is.
//
// Allocates nothing after Make. Not thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "signal/butterworth.h"

namespace biglittle {

class Biquads {
 public:
  // InvalidArgument, one line that says the mend: as DesignButterworth. `channels` is at least 1.
  static absl::StatusOr<Biquads> MakeButterworth(const FilterOptions& options, double rate_hz,
                                                 std::size_t channels);

  // In place, whole frames of finite values; a value that is not finite would stay for ever.
  void Filter(std::span<double> frames);
  // Forgets what came before: at a gap.
  void Reset();
  // As Reset, and as if `frame`, one value a channel, had come for ever: what
  // scipy.signal.sosfilt_zi times the frame is.
  void Settle(std::span<const double> frame);

 private:
  Biquads(std::vector<FilterSection> sections, std::size_t channels);

  std::vector<FilterSection> sections_;
  std::size_t channels_;
  std::vector<double> states_;  // [sections, 2, channels]
};

}  // namespace biglittle
