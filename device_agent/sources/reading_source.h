// Where readings come from: a sensor, a file, a simulation.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/tensor.h"

namespace biglittle {

// One window of a sensor, before the agent gives it a sequence number and a time.
struct Sample {
  Tensor window;
  std::optional<int> truth;  // class index, where the source knows it
};

// Not thread-safe: one thread takes from it.
class ReadingSource {
 public:
  virtual ~ReadingSource() = default;

  // The next window; nullopt when there are no more, ever. An error ends the source as well, and
  // says which file and what is wrong with it. The agent does not trust the window: it checks shape
  // and values itself.
  virtual absl::StatusOr<std::optional<Sample>> Next() = 0;

  // Leaves out the next `count` windows: an earlier run of the agent had them. By default takes
  // them and throws them away.
  virtual absl::Status Skip(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto sample = Next();
      if (!sample.ok()) return sample.status();
      if (!sample->has_value()) break;
    }
    return absl::OkStatus();
  }
};

}  // namespace biglittle
