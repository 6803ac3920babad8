// From what a sensor gives to the windows of a task, one object for each stream: scale and offset,
// filter, change of rate, windows, in this order. The same code for a live source, for recordings
// and for training's windows, so that a net sees on the device what it was trained with.
//
// A gap, and what cannot be known, goes through all steps: at a gap the filter and the change of
// rate begin anew, unless `fill` bridges it. A frame with a value that is not finite (it would stay
// in the filter for ever) counts as missing: a gap of one frame.
//
// No allocation a frame, memory bounded by the options. Deterministic: how the stream is cut into
// blocks changes nothing. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "signal/biquads.h"
#include "signal/resampler.h"
#include "signal/window_cutter.h"

namespace biglittle {

struct ConditionerOptions {
  WindowShape shape;  // of the windows; a stream has as many channels as they
  std::size_t hop = 0;
  OnGap on_gap = OnGap::kRestart;
  double rate_hz =
      0.0;  // of the stream that comes in; 0: not known, then neither filter nor resampling
  double scale = 1.0;  // value * scale + offset
  double offset = 0.0;
  std::optional<FilterOptions> filter;
  // The filter begins, also behind a gap, as if the first frame had come for ever
  // (Biquads::Settle); else with zeros, as scipy.signal.sosfilt, and rings at the start where a
  // signal is not about 0.
  bool settle_filter = false;
  std::optional<double> resample_hz;  // the rate of the windows
};

struct ConditionerCounts {
  // windows, windows_left_out and frames_left_out at the rate of the windows, the others at that of
  // the stream.
  WindowCounts stream;
  std::uint64_t invalid_frames = 0;  // of the missing ones, those with a value that was not finite
};

class Conditioner {
 public:
  // InvalidArgument, one line that says the mend, if an option is out of its range.
  static absl::StatusOr<Conditioner> Make(const ConditionerOptions& options);

  // Whole frames, interleaved; what is behind the last whole one is not looked at. `last_at`: when
  // the last of them was taken. The windows' times say when their last frame was taken, less
  // nothing for the resampler, which shifts nothing, nor for the filter, whose group delay stays in
  // them.
  void Push(std::span<const float> frames, SteadyTime last_at, const WindowSink& sink);
  // So many frames of the stream are missing behind those that were pushed last.
  void Gap(std::uint64_t frames, const WindowSink& sink);
  // What comes next has nothing to do with what was before: a source that was started again.
  void Restart();

  // From the newest frame that was pushed back to the newest that a window could have, now.
  SteadyTime::duration Lag() const;
  ConditionerCounts counts() const;

 private:
  Conditioner(const ConditionerOptions& options, WindowCutter cutter, std::optional<Biquads> filter,
              std::optional<Resampler> resampler);

  bool IsPlain() const;
  double Ratio() const;
  void Take(std::span<const float> frames, SteadyTime last_at, const WindowSink& sink);
  void TakeBlock(std::span<const float> frames, SteadyTime last_at, const WindowSink& sink);
  void Scale(std::span<const float> frames);
  void Fill(std::uint64_t missing, const WindowSink& sink);
  void Drop(std::uint64_t missing, const WindowSink& sink);
  void ResetMemory();

  ConditionerOptions options_;
  WindowCutter cutter_;
  std::optional<Biquads> filter_;
  std::optional<Resampler> resampler_;
  std::size_t block_ = 0;  // frames that are worked on at once
  std::vector<double> work_;
  std::vector<double> resampled_;
  std::vector<float> conditioned_;
  bool fresh_ = true;  // nothing came since the beginning or the last reset
  std::vector<float> last_frame_;
  SteadyTime last_at_{};
  std::uint64_t filled_since_push_ = 0;
  WindowCounts counts_;  // of what goes in
  std::uint64_t invalid_frames_ = 0;
};

}  // namespace biglittle
