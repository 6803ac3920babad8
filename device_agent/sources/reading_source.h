// Where readings come from: a sensor, a file, a simulation.
#pragma once

#include <optional>

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
};

}  // namespace biglittle
