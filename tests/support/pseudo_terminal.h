// A program on a terminal of its own, and what stands on that terminal's screen.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"

namespace biglittle {

// What the commands of core/program/terminal_screen.cc make of a screen. Any other is a failure of
// the test: somebody else's reached the terminal.
class ScreenReader {
 public:
  void Read(std::string_view bytes) {
    for (const char byte : bytes) Take(byte);
  }
  // The lines of the screen as it is; each character takes one column.
  std::string Text() const {
    std::string text;
    for (const auto& [row, cells] : lines_) {
      for (const std::string& cell : cells) text += cell;
      text += "\n";
    }
    return text;
  }
  bool is_other_screen() const { return other_screen_; }
  bool is_cursor_hidden() const { return cursor_hidden_; }

 private:
  void Take(char byte) {
    if (!command_.empty()) {
      command_ += byte;
      const bool ends = command_.size() > 2 && byte >= 0x40 && byte <= 0x7e;
      if (ends || command_.size() == 2) Obey(ends);
    } else if (byte == '\x1b') {
      command_ = byte;
    } else if (byte == '\r') {
      column_ = 0;
    } else if (byte == '\n') {
      ++row_;
    } else if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) {
      ADD_FAILURE() << "a control character: " << static_cast<int>(byte);
    } else {
      Put(byte);
    }
  }

  void Put(char byte) {
    std::vector<std::string>& cells = lines_[row_];
    const bool goes_on = (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
    if (goes_on && column_ > 0 && column_ <= cells.size()) {
      cells[column_ - 1] += byte;
      return;
    }
    cells.resize(std::max(cells.size(), column_ + 1), " ");
    cells[column_++] = byte;
  }

  void Obey(bool whole) {
    if (!whole) {
      if (command_ != "\x1b[") ADD_FAILURE() << "a foreign command: ESC " << command_.substr(1);
      if (command_ != "\x1b[") command_.clear();
      return;
    }
    const std::string command = command_.substr(2);
    command_.clear();
    const std::string parameters = command.substr(0, command.size() - 1);
    if (command == "?1049h" || command == "?1049l") {
      other_screen_ = command.back() == 'h';
      lines_.clear();
    } else if (command == "?25l" || command == "?25h") {
      cursor_hidden_ = command.back() == 'l';
    } else if (command == "2J") {
      lines_.clear();
    } else if (command == "2K") {
      lines_[row_].clear();
    } else if (command.back() == 'H') {
      row_ = static_cast<std::size_t>(std::atoi(parameters.c_str()));
      column_ = 0;
    } else if (command.back() == 'G') {
      column_ = static_cast<std::size_t>(std::atoi(parameters.c_str())) - 1;
    } else if (command.back() != 'm' && command != "?7l" && command != "?7h") {
      ADD_FAILURE() << "a foreign command: " << command;
    }
  }

  std::map<std::size_t, std::vector<std::string>> lines_;
  std::size_t row_ = 1;
  std::size_t column_ = 0;
  std::string command_;
  bool other_screen_ = false;
  bool cursor_hidden_ = false;
};

class PseudoTerminal {
 public:
  PseudoTerminal(const std::vector<std::string>& arguments, unsigned short columns,
                 unsigned short rows) {
    winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    int slave = -1;
    EXPECT_EQ(openpty(&master_, &slave, nullptr, nullptr, &size), 0);
    slave_ = slave;  // kept open: its mode can be looked at when the program has ended
    before_ = Mode();
    pid_ = fork();
    if (pid_ == 0) {
      login_tty(slave);
      setenv("TERM", "xterm", 1);
      std::vector<char*> words;
      for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
      words.push_back(nullptr);
      execv(words[0], words.data());
      _exit(127);
    }
  }
  ~PseudoTerminal() {
    if (!status_) kill(pid_, SIGKILL);
    if (!status_) waitpid(pid_, nullptr, 0);
    close(master_);
    close(slave_);
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  // What stands on it, until `condition` holds; false: it did not within a minute.
  bool Await(const std::function<bool(const std::string& screen)>& condition) {
    const SteadyTime deadline = Clock::Real().Now() + std::chrono::seconds(60);
    while (!condition(screen_.Text())) {
      if (Clock::Real().Now() > deadline) return false;
      ReadSome();
    }
    return true;
  }
  bool AwaitText(std::string_view text) {
    const bool there =
        Await([&](const std::string& screen) { return screen.find(text) != std::string::npos; });
    EXPECT_TRUE(there) << text << " is not on the screen:\n" << screen_.Text();
    return there;
  }
  // The exit status as a shell has it, with all that it wrote read.
  int AwaitEnd() {
    const SteadyTime deadline = Clock::Real().Now() + std::chrono::seconds(60);
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (Clock::Real().Now() > deadline) return -1;
      ReadSome();
    }
    status_ = status;
    while (ReadSome()) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  void Type(std::string_view keys) {
    EXPECT_EQ(write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void Signal(int signal_number) { kill(pid_, signal_number); }
  void Resize(unsigned short columns, unsigned short rows) {
    const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(ioctl(master_, TIOCSWINSZ, &size), 0);
  }

  const ScreenReader& screen() const { return screen_; }
  const std::string& bytes() const { return bytes_; }
  // Lines are edited and keys are shown, as before it came.
  bool IsAsBefore() const {
    const termios now = Mode();
    return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag &&
           now.c_oflag == before_.c_oflag &&
           std::equal(std::begin(now.c_cc), std::end(now.c_cc), std::begin(before_.c_cc));
  }
  bool IsEditing() const { return (Mode().c_lflag & ICANON) != 0; }

 private:
  termios Mode() const {
    termios mode{};
    EXPECT_EQ(tcgetattr(slave_, &mode), 0);
    return mode;
  }
  bool ReadSome() {
    pollfd wanted{master_, POLLIN, 0};
    if (poll(&wanted, 1, 100) <= 0) return false;
    std::array<char, 4096> buffer{};
    const ssize_t count = read(master_, buffer.data(), buffer.size());
    if (count <= 0) return false;
    const std::string_view read_now(buffer.data(), static_cast<std::size_t>(count));
    bytes_ += read_now;
    screen_.Read(read_now);
    return true;
  }

  int master_ = -1;
  int slave_ = -1;
  pid_t pid_ = -1;
  std::optional<int> status_;
  termios before_{};
  std::string bytes_;
  ScreenReader screen_;
};

}  // namespace biglittle
