// How a sensor's samples are written: from bytes to frames, one value a channel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace biglittle {

// What a reader finds, in the order of the bytes.
class FrameSink {
 public:
  virtual ~FrameSink() = default;

  // Whole frames, one after the other: frame 0's channels, then frame 1's.
  virtual void OnFrames(std::span<const float> values) = 0;
  // Before OnFrames, where the format has a time: when the last of its frames was taken, in seconds
  // by the sensor's own clock.
  virtual void OnTime(double seconds) { static_cast<void>(seconds); }
  // In its place: what should be a time is none. `what` as OnRefused's.
  virtual void OnNoTime(const std::string& what) { static_cast<void>(what); }
  // A frame that could not be read. `reason`: a word of a small fixed set, for counters; `what`:
  // one line for people, with the stranger's bytes quoted.
  virtual void OnRefused(std::string_view reason, const std::string& what) = 0;
};

// Of the times that a sensor gives.
enum class TimeUnit : std::uint8_t { kSeconds, kMilliseconds, kMicroseconds, kNanoseconds };

inline double SecondsOf(double time, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSeconds:
      return time;
    case TimeUnit::kMilliseconds:
      return time / 1e3;
    case TimeUnit::kMicroseconds:
      return time / 1e6;
    case TimeUnit::kNanoseconds:
      return time / 1e9;
  }
  return time;
}

// Who implements it: bytes come in pieces of any size, cut anywhere; memory is bounded whatever
// comes. Not thread-safe.
class FrameReader {
 public:
  virtual ~FrameReader() = default;

  virtual std::size_t channels() const = 0;
  // Not OK: what comes can never be read, for the reason given in one line; then nothing else may
  // be asked of it.
  virtual absl::Status Read(std::string_view bytes, FrameSink& sink) = 0;
  // There is nothing more: what is left over is a frame, or is refused. For a message, which is
  // whole.
  virtual absl::Status Finish(FrameSink& sink) = 0;
  // Forgets what is left over, and what it learnt: the sensor begins anew.
  virtual void Reset() = 0;
};

}  // namespace biglittle
