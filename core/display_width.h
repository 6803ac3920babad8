// How many columns of a terminal a text takes: two for the characters of East Asia and for emoji,
// none for the marks that stand on another.
//
// Pure functions, thread-safe. Texts are as Shown() (core/shown_text.h) leaves them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace biglittle {

std::size_t DisplayWidth(std::string_view text);

// What of `text` fits into `columns`: the whole, or its beginning and "…". Marks stay with what
// they stand on; a character whose width nobody knows becomes U+FFFD.
std::string FitInto(std::string_view text, std::size_t columns);

}  // namespace biglittle
