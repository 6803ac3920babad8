// The whole of a terminal, as a program that shows something live has it: the other screen, which
// goes away again with everything on it.
//
// Commands of ECMA-48 that all terminals of today obey, and no library: what would be wanted of one
// (ncurses) is eight sequences, and it would bring a locale for the whole process and signal
// handlers of its own. Texts are shown as Shown() (core/shown_text.h) shows them: nothing that
// somebody sent commands the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"

namespace biglittle {

enum class TextStyle : std::uint8_t { kPlain, kBold, kFaint, kWell, kAttention, kAlarm };

// A text and the column where it begins, from 0: whatever a terminal thinks of the width of what
// stands before it.
struct ScreenText {
  std::size_t column = 0;
  std::string text;
  TextStyle style = TextStyle::kPlain;

  bool operator==(const ScreenText&) const = default;
};
using ScreenLine = std::vector<ScreenText>;

struct ScreenSize {
  std::size_t columns = 0;
  std::size_t rows = 0;

  bool operator==(const ScreenSize&) const = default;
};

// What makes `after` of a screen that shows `before`: the lines that differ, each written over what
// stood there, so that nothing flickers. `before` empty: an empty screen. Pure function,
// thread-safe.
std::string ScreenUpdate(const std::vector<ScreenLine>& before,
                         const std::vector<ScreenLine>& after, bool coloured);

// One a process, used by one thread. The terminal is as it was when it is destroyed, and when the
// process ends by a signal that nobody can go on after (SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL,
// SIGQUIT); others are the program's (core/program/stop_signal.h).
class TerminalScreen {
 public:
  // On the terminal of standard output. FailedPrecondition, with the mend: it is none, or one that
  // says to have no commands (TERM=dumb).
  static absl::StatusOr<std::unique_ptr<TerminalScreen>> Open();
  virtual ~TerminalScreen() = default;

  // As it is now: whoever asks at each repaint needs no SIGWINCH.
  virtual ScreenSize Size() const = 0;
  // Lines beyond the screen's are left out. Never waits: what a stopped terminal (Ctrl-S) does not
  // take is written later, and only the newest. Unavailable: the terminal is gone.
  virtual absl::Status Show(std::vector<ScreenLine> lines) = 0;
  // The next key, waited for until then; nullopt: none. Ctrl-Z is not told: the program stops, and
  // shows all anew when it goes on. Ctrl-L neither: all is shown anew.
  virtual std::optional<char> WaitKey(SteadyTime until) = 0;
};

}  // namespace biglittle
