// How long something lasts, or lasted, as operators write it: 90s, 15m, 8h, 7d.
//
// Pure functions, thread-safe.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace biglittle {

// nullopt: it is none, or has no unit. Not negative.
std::optional<std::chrono::seconds> ParseTimeSpan(std::string_view text);

}  // namespace biglittle
