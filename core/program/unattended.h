// What every program of ours does first, so that neither its terminal nor its log can end it.
#pragma once

#include <cstdint>
#include <string_view>

namespace biglittle {

// What comes of a write to a stream that was closed before the program began.
enum class WriteToClosed : std::uint8_t {
  kIsLost,  // and nothing else
  kFails,   // as on a closed descriptor: a command must not take it for success
};

// Opens those of standard input, output and error that are closed: the next file or connection
// would else get their number, and with it what is printed. Before anything is opened.
void KeepStandardStreams(WriteToClosed write) noexcept;

// KeepStandardStreams(kIsLost), and ignores SIGPIPE (a write says it), SIGXFSZ (likewise: a file is
// as large as it may be) and SIGHUP (a terminal was closed, a log was rotated, somebody said
// "reload": there is nothing to be read again at a signal, and what runs unattended goes on). In
// main, before any thread.
void PrepareUnattended() noexcept;

// For use in a catch block: says the exception, and returns kExitFailed.
int SayException(std::string_view program);

// What `work` returns, the exit code of `program`; kExitFailed, with a line, where an exception
// comes out of it.
template <typename Work>
int RunProgram(std::string_view program, const Work& work) {
  try {
    return work();
  } catch (...) {
    return SayException(program);
  }
}

// One line, with its end, as ShownLines (core/shown_text.h) shows it, to standard error in one
// write. What cannot be written is lost. Thread-safe.
void SayOnStderr(std::string_view program, std::string_view text) noexcept;

}  // namespace biglittle
