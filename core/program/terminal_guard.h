// What a program writes to std::cout and std::cerr, as ShownLines() (core/shown_text.h) shows it:
// a file's name or a stranger's text that somebody forgot to quote cannot command the terminal.
#pragma once

#include <iosfwd>
#include <memory>

namespace biglittle {

// While it stands. One a program, in main, before other threads; then std::cout and std::cerr may
// be written to from any thread, as before.
class TerminalGuard {
 public:
  TerminalGuard();
  ~TerminalGuard();  // writes out what is left
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;

 private:
  class Filter;
  class Guarded;

  std::unique_ptr<Guarded> out_;
  std::unique_ptr<Guarded> err_;

  friend void RewriteLine(std::ostream& out);
};

// Back to the beginning of the terminal's line, which is emptied: our own command, past the guard.
void RewriteLine(std::ostream& out);

}  // namespace biglittle
