// Cuts a stream of frames into windows of `samples` frames, one every `hop` frames, and holds what
// a gap in the stream means for them: the grid of hops begins with the first frame, and no window
// has frames from both sides of a gap, unless `fill` says so.
//
// Memory: one window. Nothing is allocated after Make. Deterministic: how the stream is cut into
// blocks changes nothing but, with an unknown rate, the windows' times. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "signal/window_shape.h"

namespace biglittle {

// What becomes of windows at a gap.
enum class OnGap : std::uint8_t {
  kRestart,  // the next window begins with the first frame behind the gap
  kFill,     // the missing frames repeat the last one; a gap longer than a window restarts
  kDrop,     // windows that would have missing frames are left out; the grid of hops goes on
};

struct WindowOptions {
  WindowShape shape;
  std::size_t hop = 0;  // at least 1; beyond `samples`, what lies between two windows is in none
  OnGap on_gap = OnGap::kRestart;
  double rate_hz = 0.0;  // of the frames; 0: not known, each window's time is that of its block
};

struct WindowCounts {
  std::uint64_t windows = 0;
  std::uint64_t frames = 0;          // that came
  std::uint64_t gaps = 0;            // that were told, of any length
  std::uint64_t missing_frames = 0;  // in the gaps
  std::uint64_t filled_frames = 0;   // of the missing ones, those that repeat the last one
  // Came, or were filled in, and are in no window because of a gap; not those between two windows
  // with a hop beyond `samples`.
  std::uint64_t frames_left_out = 0;
  std::uint64_t windows_left_out = 0;  // by kDrop
};

// Takes a window, laid out as its shape says: only until it returns, for the memory is that of the
// cutter. `captured_at` is when the window's last frame was taken. It must not call the cutter.
using WindowSink = std::function<void(std::span<const float> window, SteadyTime captured_at)>;

class WindowCutter {
 public:
  // InvalidArgument, one line that says the mend, if an option is out of its range.
  static absl::StatusOr<WindowCutter> Make(const WindowOptions& options);

  // Whole frames, one after the other; what is behind the last whole one is not looked at.
  // `last_at`: when the last of them was taken. Gives the windows that are whole now, in order.
  void Push(std::span<const float> frames, SteadyTime last_at, const WindowSink& sink);
  // So many frames are missing behind those that were pushed last. Before the first frame there is
  // nothing that could have a gap: it is counted, nothing else.
  void Gap(std::uint64_t frames, const WindowSink& sink);
  // What comes next has nothing to do with what was before: the grid begins with the next frame.
  void Restart();

  const WindowCounts& counts() const { return counts_; }

 private:
  explicit WindowCutter(const WindowOptions& options);

  void Take(std::span<const float> frames, SteadyTime last_at, const WindowSink& sink);
  std::size_t Skip(std::size_t frames);
  void Store(const float* frames, std::size_t count);
  void Advance();
  void Fill(std::uint64_t missing, const WindowSink& sink);
  void Drop(std::uint64_t missing);
  void LeaveOutHeld();

  WindowOptions options_;
  WindowCounts counts_;
  std::vector<float> window_;
  std::size_t held_ = 0;   // frames in window_
  std::size_t fresh_ = 0;  // of these, the last ones, which were in no window yet
  std::size_t skip_ = 0;   // frames until the next window begins; then held_ is 0
  std::size_t lost_ahead_ =
      0;                // of these, the first ones, which would be in a window but for a gap
  bool begun_ = false;  // the grid has begun
  std::vector<float> last_frame_;
  SteadyTime last_at_{};
  std::uint64_t filled_since_push_ = 0;
};

}  // namespace biglittle
