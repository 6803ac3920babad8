// What is written behind `biglittle control`: a verb, its settings and how long they last.
//
// Pure functions, thread-safe.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "wire/messages/control.h"

namespace biglittle {

// "90s", "15m", "8h", "7d", or seconds alone. InvalidArgument: neither.
absl::StatusOr<std::chrono::seconds> ParseLasting(std::string_view text);

// `settings`: KEY=VALUE each, of set, or reading=next of snapshot. `lasts`: "" where it lasts until
// it is taken back. InvalidArgument, in one line, as the device would refuse it; what the values
// may be says the device alone.
absl::StatusOr<wire::ControlRequest> RequestOf(const std::string& verb,
                                               const std::vector<std::string>& settings,
                                               const std::string& lasts);

}  // namespace biglittle
