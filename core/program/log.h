// The log of a program, on stdout: one record is one line of bounded length, and holds nothing that
// a terminal would obey, whatever was put into it.
//
// Whoever logs a stranger's text puts Quoted() or Shown() around it, so that it can be told from
// ours; this here is what holds where somebody forgot.
#pragma once

#include <spdlog/formatter.h>

#include <cstddef>
#include <memory>
#include <string>

namespace biglittle {

// Of a record's text, in bytes; what is longer is cut.
inline constexpr std::size_t kMostLogged = 4000;

// spdlog's own form, around Shown() of the text.
std::unique_ptr<spdlog::formatter> OneLineFormatter();

// Before anything is logged, on the thread of main. `level` as spdlog calls it.
void SetUpLog(const std::string& level);

}  // namespace biglittle
