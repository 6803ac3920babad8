// A live source that captures sound.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "device_agent/sources/alsa/capture_device.h"
#include "device_agent/sources/live_source.h"
#include "device_agent/sources/stream/frame_feed.h"
#include "device_agent/sources/stream/stop_event.h"

namespace biglittle {

// So many frames fit between `last_at`, when the last one was taken, and `now`; at least 1. Counted
// from the last one that came, so that it does not matter how far the card's clock has drifted from
// ours since it began.
std::uint64_t FramesLost(SteadyTime last_at, SteadyTime now, std::uint32_t rate_hz);

// Reads with a thread of its own, from Start to Stop, 16 bits of each channel as the numbers that
// they are, -32768 to 32767. An overrun is a gap; a device that gives nothing for `patience` has
// failed.
class AlsaSource final : public LiveSource {
 public:
  // `line`: what `device` captures.
  AlsaSource(std::unique_ptr<CaptureDevice> device, std::unique_ptr<FrameFeed> feed,
             CaptureLine line, Milliseconds patience = std::chrono::seconds(10));
  ~AlsaSource() override { Stop(); }

  absl::Status Start(SampleInbox& inbox) override;
  void Stop() override;

 private:
  void Run(SampleInbox& inbox);
  bool Wait();  // false: it is to stop
  // Not OK: the device has failed.
  absl::Status ReadOnce();
  absl::Status OnNothing(SteadyTime now) const;
  void Take(const CapturedFrames& captured, SteadyTime now);

  // Constant after construction.
  const std::unique_ptr<CaptureDevice> device_;
  const std::unique_ptr<FrameFeed> feed_;
  const CaptureLine line_;
  const Milliseconds patience_;

  StopEvent stop_;
  std::thread thread_;

  // The thread's.
  std::vector<std::int16_t> samples_;
  std::vector<float> frames_;
  SteadyTime last_at_{};    // the last frame
  SteadyTime last_sign_{};  // of life
};

}  // namespace biglittle
