// UTF-8, character by character (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF).
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <string_view>

namespace biglittle {

// Bytes of the well-formed sequence that begins at `position`, 1 to 4; 0 if there is none.
std::size_t Utf8Length(std::string_view text, std::size_t position = 0);

// The character of a well-formed sequence, as long as `sequence` is.
char32_t Utf8Character(std::string_view sequence);

}  // namespace biglittle
