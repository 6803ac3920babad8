// From the bytes that a sensor delivers to the windows of a task.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/task/task.h"
#include "device_agent/sources/formats/frame_reader.h"
#include "device_agent/sources/live_source.h"
#include "device_agent/sources/stream/frame_feed.h"
#include "device_agent/sources/stream/stream_options.h"
#include "device_agent/sources/stream/stream_source.h"
#include "signal/source_clock.h"

namespace biglittle {

// What is read at once came at once: its last frame is as old as the reading, those before it are
// older as FrameFeed says; or each is as old as the sensor's own clock says, as far as that is
// believed (signal/source_clock.h): what is not is counted as "time", "time_jump" or "time_late". A
// frame that cannot be read is a gap of one.
class StreamFeed final : public ByteSink, private FrameSink {
 public:
  // Errors as FrameFeed::Make, or a format without the time that the options ask for.
  static absl::StatusOr<std::unique_ptr<StreamFeed>> Make(const StreamOptions& options,
                                                          const Task& task,
                                                          Pace pace = Pace::kSensors);

  void Begin(SampleInbox& inbox, SteadyTime now) override;
  absl::Status OnBytes(std::string_view bytes, SteadyTime now) override;
  absl::Status OnEnd(SteadyTime now) override;

 private:
  StreamFeed(std::unique_ptr<FrameReader> reader, std::unique_ptr<FrameFeed> feed,
             std::optional<SourceClock> clock);

  void OnFrames(std::span<const float> values) override;
  void OnTime(double seconds) override;
  void OnNoTime(const std::string& what) override;
  void OnRefused(std::string_view reason, const std::string& what) override;
  void Flush();
  SteadyTime TakenAt(std::size_t frames);
  void TellDoubt(const SourceClock::Taken& taken);

  // Constant after construction, but for what they remember.
  const std::unique_ptr<FrameReader> reader_;
  const std::unique_ptr<FrameFeed> feed_;

  std::optional<SourceClock> clock_;  // where the sensor's own clock counts

  SteadyTime now_{};
  std::optional<double> time_;  // of the next frames, by the sensor's clock
  std::string no_time_;         // why there is none
  std::vector<float> frames_;   // read since the last Flush
};

}  // namespace biglittle
