// input.json: how the windows beside it were conditioned. `train` writes it into task.yaml, so that
// the device conditions its stream in the same way.
#pragma once

#include <optional>
#include <string>

#include "core/task/task.h"

namespace biglittle {

// A JSON map with the keys of a task file's `input`: `rate_hz`, and `filter` if there is one. Each
// number reads back as the same float.
std::string InputSettingsText(float rate_hz, const std::optional<InputFilter>& filter);

// As task.yaml names it: "low_pass".
std::string FilterText(const InputFilter& filter);

}  // namespace biglittle
