// A number with what it counts, for people.
//
// Pure, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace biglittle {

// "1 device", "2 devices"; `noun` is one whose plural ends in s.
std::string PluralWords(std::int64_t count, std::string_view noun);

}  // namespace biglittle
