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
  // A frame that could not be read. `reason`: a word of a small fixed set, for counters; `what`:
  // one line for people, with the stranger's bytes quoted.
  virtual void OnRefused(std::string_view reason, const std::string& what) = 0;
};

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
