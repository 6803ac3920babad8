#include "core/program/unattended.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <string>

#include "core/program/exception_status.h"
#include "core/program/exit_code.h"
#include "core/shown_text.h"

namespace biglittle {

void KeepStandardStreams(WriteToClosed write) noexcept {
  // The wrong way round, so that it fails.
  const bool fails = write == WriteToClosed::kFails;
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest that is free is this one: those below are open by now.
    const bool reads = (stream == STDIN_FILENO) != fails;
    static_cast<void>(open("/dev/null", reads ? O_RDONLY : O_WRONLY));
  }
}

void PrepareUnattended() noexcept {
  KeepStandardStreams(WriteToClosed::kIsLost);
  for (const int ignored : {SIGPIPE, SIGXFSZ, SIGHUP}) signal(ignored, SIG_IGN);
}

int SayException(std::string_view program) {
  SayOnStderr(program, std::string(CurrentExceptionStatus().message()));
  return kExitFailed;
}

void SayOnStderr(std::string_view program, std::string_view text) noexcept {
  try {
    std::string line(program);
    line.append(": ").append(ShownLines(text)).push_back('\n');
    static_cast<void>(!write(STDERR_FILENO, line.data(), line.size()));
  } catch (const std::exception&) {  // no memory for the line
  }
}

}  // namespace biglittle
