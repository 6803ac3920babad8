// Changes a stream's rate by a ratio of two whole numbers: a polyphase FIR low pass between zeros
// put in and samples left out. What comes out is what scipy.signal.resample_poly(x, up, down) gives
// for the whole stream since the last Reset, as far as the input for it has come: its default
// filter (firwin, 20 max(up, down) + 1 taps, Kaiser window with beta 5.0, cut-off at half of the
// lower rate), and zeros before the beginning. Decimation by n is a ratio of 1 to n.
//
// Time: output m belongs to the input's place m * down / up exactly; the filter is symmetrical and
// shifts nothing. Yet it has to see half of its length ahead: output m comes when the input at
// m * down / up + Delay() has come.
//
// Allocates nothing after Make but what `out` needs. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

class Resampler {
 public:
  // Rates in thousandths of a hertz at the finest. InvalidArgument, one line that says the mend, if
  // they are not; if their ratio, up to down, has up * down beyond 1e6; if the filter would have
  // more than 65,536 taps, or hold more than 2^22 values for all channels. `channels` is at
  // least 1.
  static absl::StatusOr<Resampler> Make(double from_hz, double to_hz, std::size_t channels);

  // Whole frames of finite values. Replaces what is in `out` by the frames that are ready now, in
  // order: none, or many.
  void Push(std::span<const double> frames, std::vector<double>& out);
  // Forgets what came before: at a gap. The next frame is the first, what had not come yet is lost.
  void Reset();

  std::int64_t up() const { return up_; }
  std::int64_t down() const { return down_; }
  // How far the output lags behind, in frames of the input: at most, when it has just come.
  double Delay() const { return static_cast<double>(half_) / static_cast<double>(up_); }
  // From the newest frame of the input back to the place of the newest of the output, in frames of
  // the input; before the first output, back to where one before it would be.
  double Lag() const;

 private:
  Resampler(std::int64_t up, std::int64_t down, std::size_t channels);

  void Produce(std::vector<double>& out);
  void KeepHistory();

  std::int64_t up_;
  std::int64_t down_;
  std::int64_t half_;  // taps on each side of the middle one, at the rate between
  std::size_t depth_;  // frames of input that an output is made of
  std::size_t channels_;
  std::vector<double> phases_;   // [up, depth]: the taps of a phase, for the oldest frame first
  std::vector<double> history_;  // [Room(depth), channels]: input, the newest last
  std::size_t held_ = 0;         // frames in history_
  // Of the next output: place in history_ of its newest input, which may still have to come, and
  // how far behind that its newest tap lies, in steps of the rate between.
  std::int64_t newest_ = 0;
  std::int64_t phase_ = 0;
};

}  // namespace biglittle
