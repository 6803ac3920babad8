// From what a sensor delivers to the windows of a task.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/task/task.h"
#include "core/tensor.h"
#include "device_agent/sources/formats/frame_reader.h"
#include "device_agent/sources/live_source.h"
#include "device_agent/sources/stream/stream_options.h"
#include "device_agent/sources/stream/stream_source.h"
#include "signal/conditioner.h"
#include "signal/window_gate.h"
#include "signal/window_shape.h"

namespace biglittle {

// What is read at once came at once: its last frame is as old as the reading, those before it are
// older by rate_hz. A frame that cannot be read is a gap of one.
class StreamFeed final : public ByteSink, private FrameSink {
 public:
  // InvalidArgument, one line that says the mend: channels, windows or rates that do not fit the
  // task.
  static absl::StatusOr<std::unique_ptr<StreamFeed>> Make(const StreamOptions& options,
                                                          const Task& task);

  void Begin(SampleInbox& inbox) override;
  absl::Status OnBytes(std::string_view bytes, SteadyTime now) override;
  absl::Status OnEnd(SteadyTime now) override;

 private:
  StreamFeed(std::unique_ptr<FrameReader> reader, Conditioner conditioner, WindowGate gate,
             const Task& task);

  void OnFrames(std::span<const float> values) override;
  void OnRefused(std::string_view reason, const std::string& what) override;
  void Flush();
  void OnWindow(std::span<const float> window, SteadyTime captured_at);

  // Constant after construction, but for what they remember.
  const std::unique_ptr<FrameReader> reader_;
  Conditioner conditioner_;
  WindowGate gate_;
  const WindowSink sink_;
  const DType dtype_;
  const Shape shape_;

  SampleInbox* inbox_ = nullptr;
  SteadyTime now_{};
  std::vector<float> frames_;  // read since the last Flush
};

}  // namespace biglittle
