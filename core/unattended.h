// What every program of ours does first, so that neither its terminal nor its log can end it.
#pragma once

#include <string_view>

namespace biglittle {

// Opens /dev/null in place of standard input, output and error where they are closed: the next file
// or connection would else get their number, and the log with it. Before anything is opened.
void KeepStandardStreams() noexcept;

// KeepStandardStreams, and ignores SIGPIPE (a write says it), SIGXFSZ (likewise: a file is as large
// as it may be) and SIGHUP (a terminal was closed, a log was rotated, somebody said "reload": there
// is nothing to be read again at a signal, and what runs unattended goes on). In main, before any
// thread.
void PrepareUnattended() noexcept;

// One line, with its end, as ShownLines (core/shown_text.h) shows it, to standard error in one write.
// What cannot be written is lost.
// Thread-safe.
void SayOnStderr(std::string_view program, std::string_view text) noexcept;

}  // namespace biglittle
