// Text that others wrote, on its way to a terminal or a log: all that it may do there is be read.
// A topic, a label, a name in a model file or the broker's reason may hold anything.
//
// Spelled out are bytes that are no UTF-8 and control characters of one byte (as \x1b), and, as
// \u202e or \U000e0041, what a terminal obeys or nobody sees: the control characters beyond ASCII,
// separators of lines, marks of direction, characters without width, spaces that only look like
// one. Joiners and variation selectors stay where they follow a script that needs them.
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace biglittle {

inline constexpr std::size_t kMostShown = 400;

// In one line. What is longer than about `most` bytes is cut, and ends in "...".
std::string Shown(std::string_view text, std::size_t most = kMostShown);

// Of several lines: as Shown without a bound, but for tabs and the ends of lines, which stay.
std::string ShownLines(std::string_view text);

// A JSON text with the same values whose every character can be shown: what cannot is written as
// JSON's \u202e. Bytes that are no UTF-8, which JSON may not have, become \ufffd.
std::string ShownJson(std::string_view json);

// A terminal obeys it, or nobody sees it: what is spelled out, joiners included.
bool IsInvisible(char32_t character);

// Shown() would leave it as it is: for those who have nothing to do then.
bool IsPlain(std::string_view text);

}  // namespace biglittle
