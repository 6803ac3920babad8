// Where a microphone's samples come from.
#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace biglittle {

struct CaptureLine {
  std::string device;  // as ALSA calls it
  std::uint32_t rate_hz = 0;
  std::uint32_t channels = 1;

  bool operator==(const CaptureLine&) const = default;
};

struct CapturedFrames {
  std::size_t frames = 0;   // at least 1
  std::size_t waiting = 0;  // taken since, and not read yet; 0 where that is not known
};
struct NothingCaptured {};  // yet
struct CaptureOverrun {};   // frames were lost, and it goes on with those of now
using Captured = std::variant<CapturedFrames, NothingCaptured, CaptureOverrun>;

// Who implements it: the functions are called in turn, as often as the device has failed; only Open
// and Close may wait. Errors in one line that says what and where.
class CaptureDevice {
 public:
  virtual ~CaptureDevice() = default;

  // Opens the device and begins to capture.
  virtual absl::Status Open() = 0;
  // Ends and forgets what Open opened, also where it failed. Throws nothing.
  virtual void Close() = 0;

  // What to poll for, before each look.
  virtual std::vector<pollfd> Descriptors() = 0;
  // Takes what has come into `samples`, 16 bits each, the channels of a frame one after the other.
  // The room is that of whole frames, at least one. An error is the end of what Open opened.
  virtual absl::StatusOr<Captured> Read(std::span<std::int16_t> samples) = 0;
};

}  // namespace biglittle
