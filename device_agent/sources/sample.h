// One window of a sensor, before the agent gives it a sequence number and a time.
#pragma once

#include <optional>

#include "core/tensor.h"

namespace biglittle {

struct Sample {
  Tensor window;
  std::optional<int> truth;  // class index, where the source knows it
};

}  // namespace biglittle
