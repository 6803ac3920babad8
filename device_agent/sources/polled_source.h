// Where readings come from that can be asked for whenever it suits the device: recordings and
// simulations. A sensor, which speaks when it wants to, is a LiveSource.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "device_agent/sources/sample.h"

namespace biglittle {

// Who implements it: Next runs on the thread that keeps the deadlines of all readings under way, so
// it may compute, and read what is in memory, but wait for nothing: no device, no network, no other
// thread. The n-th window is the same in every run of the device. Not thread-safe: one thread uses
// it.
class PolledSource {
 public:
  virtual ~PolledSource() = default;

  // The next window; nullopt when there are no more, ever. An error ends the source as well, and
  // says which file and what is wrong with it. The agent does not trust the window: it checks shape
  // and values itself.
  virtual absl::StatusOr<std::optional<Sample>> Next() = 0;

  // Before the first Next: goes on with the window of this number, from 0, for earlier runs of the
  // device had those before it. Beyond the last window, Next finds that there are no more. By
  // default takes the windows before it and throws them away.
  virtual absl::Status ResumeAt(std::uint64_t number) {
    for (std::uint64_t i = 0; i < number; ++i) {
      const auto sample = Next();
      if (!sample.ok()) return sample.status();
      if (!sample->has_value()) break;
    }
    return absl::OkStatus();
  }
};

}  // namespace biglittle
