// The line formats that the command and host.sh speak: a word first, what follows it behind blanks.
#pragma once

#include <string_view>

namespace biglittle {

// The first line of `text`, without its end; `text` keeps what follows.
inline std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace biglittle
