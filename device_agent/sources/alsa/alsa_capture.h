// A microphone by ALSA; the only file that knows libasound.
#pragma once

#include <memory>

#include "device_agent/sources/alsa/capture_device.h"

namespace biglittle {

// Samples of 16 bits at exactly the rate asked for: ALSA's own change of rate, which may be no
// more than straight lines between samples, stays off. What libasound has to say itself goes to the
// log, at the level debug.
class AlsaCapture final : public CaptureDevice {
 public:
  explicit AlsaCapture(CaptureLine line);
  ~AlsaCapture() override;

  absl::Status Open() override;
  void Close() override;
  std::vector<pollfd> Descriptors() override;
  absl::StatusOr<Captured> Read(std::span<std::int16_t> samples) override;

 private:
  class Handle;

  // Begins anew after `error`, an overrun or a sleep of the machine.
  absl::StatusOr<Captured> GoOnAfter(int error);

  const CaptureLine line_;
  std::unique_ptr<Handle> handle_;  // of what is open
};

}  // namespace biglittle
