// From what a sensor samples to the windows of a task: conditioned, cut, looked at by the gate, put
// into the device's inbox.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/task/task.h"
#include "core/tensor.h"
#include "device_agent/sources/live_source.h"
#include "device_agent/sources/stream/rate_monitor.h"
#include "device_agent/sources/stream/windowing_options.h"
#include "signal/conditioner.h"
#include "signal/window_gate.h"
#include "signal/window_shape.h"

namespace biglittle {

// Whose pace it is that frames come at.
enum class Pace : std::uint8_t {
  kSensors,  // a rate that is off is told
  kOurs,     // they wait for us, and so their rate says nothing
};

// Not thread-safe: the thread of the source that has it.
class FrameFeed {
 public:
  // InvalidArgument, one line that says the mend: channels, windows or rates that do not fit the
  // task.
  static absl::StatusOr<std::unique_ptr<FrameFeed>> Make(const WindowingOptions& options,
                                                         std::size_t channels, const Task& task,
                                                         Pace pace = Pace::kSensors);
  // Of a sensor that gives whole windows, each as one frame: all values of the task's window, in
  // its order. InvalidArgument, one line: options or a task that mean a stream.
  static absl::StatusOr<std::unique_ptr<FrameFeed>> MakeOfWindows(const WindowingOptions& options,
                                                                  const Task& task);
  FrameFeed(const FrameFeed&) = delete;
  FrameFeed& operator=(const FrameFeed&) = delete;

  // The source begins, for the first time or again: what was left over is forgotten. Before all
  // else; `inbox` is used until the next Begin.
  void Begin(SampleInbox& inbox, SteadyTime now);
  // Whole frames, interleaved, the last of them taken at `last_at`; those before it are older by
  // the source's rate, but not older than the frames of the push before, or the beginning: a rate
  // that is wrong, or a sensor that sends faster than it said, makes no window old.
  void Push(std::span<const float> frames, SteadyTime last_at);
  // So many frames are missing.
  void Gap(std::uint64_t frames);
  // A frame that could not be read: as SampleInbox::Refuse, and a gap of one.
  void Refuse(std::string_view reason, const std::string& what);
  // As SampleInbox::Refuse, of a frame that is taken nonetheless.
  void Doubt(std::string_view reason, const std::string& what) { inbox_->Refuse(reason, what); }

 private:
  FrameFeed(Conditioner conditioner, WindowGate gate, const Task& task, std::size_t channels,
            double rate_hz);
  // `seen`: how the gate sees a window. `rate_hz`: that is watched; 0: none.
  static absl::StatusOr<std::unique_ptr<FrameFeed>> MakeFrom(const ConditionerOptions& options,
                                                             const WindowShape& seen,
                                                             const StreamGate& gate,
                                                             const Task& task, double rate_hz);

  void OnWindow(std::span<const float> window, SteadyTime captured_at);

  // Constant after construction, but for what they remember.
  Conditioner conditioner_;
  WindowGate gate_;
  RateMonitor monitor_;
  const WindowSink sink_;
  const DType dtype_;
  const Shape shape_;
  const std::size_t channels_;
  const double rate_hz_;

  SampleInbox* inbox_ = nullptr;
  SteadyTime not_before_{};  // the frames that are pushed now
  SteadyTime last_at_{};
};

}  // namespace biglittle
