// How a command ends.
#pragma once

#include <iosfwd>
#include <string_view>

#include "absl/status/status.h"

namespace biglittle {

// The exit code (core/program/exit_code.h); where `status` is not OK, one line on `err` that names
// the command and says why. Thread-safe as far as `err` is.
int EndCommand(std::string_view command, const absl::Status& status, std::ostream& err);

}  // namespace biglittle
