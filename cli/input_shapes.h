// The option --shape NAME=1,40,101 of the commands that load a model.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/load_limits.h"

namespace biglittle {

// InvalidArgument, in one line that quotes it, for a text that is not of this form.
absl::StatusOr<nn::InputShapes> ParseInputShapes(const std::vector<std::string>& texts);

}  // namespace biglittle
