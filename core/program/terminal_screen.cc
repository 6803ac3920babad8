#include "core/program/terminal_screen.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

#include "core/descriptor.h"
#include "core/shown_text.h"

namespace biglittle {
namespace {

// The other screen, no cursor, no line that goes on in the next one.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::string_view kEraseLine = "\x1b[2K";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr ScreenSize kUsualSize{80, 24};
constexpr ScreenSize kLargestSize{1000, 500};
constexpr std::chrono::seconds kLeavePatience{1};
constexpr std::size_t kMostInPart = 4000;
constexpr char kControlL = 0x0c;
constexpr char kControlZ = 0x1a;

std::string_view CommandOf(TextStyle style, bool coloured) {
  switch (style) {
    case TextStyle::kPlain:
      return "";
    case TextStyle::kBold:
      return "\x1b[1m";
    case TextStyle::kFaint:
      return "\x1b[2m";
    case TextStyle::kWell:
      return coloured ? "\x1b[32m" : "";
    case TextStyle::kAttention:
      return coloured ? "\x1b[33m" : "";
    case TextStyle::kAlarm:
      return coloured ? "\x1b[1;31m" : "\x1b[1m";
  }
  return "";
}

void AppendLine(const ScreenLine& line, bool coloured, std::string& out) {
  for (const ScreenText& part : line) {
    fmt::format_to(std::back_inserter(out), "\x1b[{}G", part.column + 1);
    const std::string_view command = CommandOf(part.style, coloured);
    out += command;
    out += Shown(part.text, kMostInPart);
    if (!command.empty()) out += kPlain;
  }
}

// For the handler, which may use nothing that takes a lock.
volatile int left_to_restore = -1;
termios mode_to_restore;

constexpr std::array kFatal{SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGQUIT};

void RestoreAndEnd(int signal) {
  const int terminal = left_to_restore;
  if (terminal >= 0) {
    static_cast<void>(!write(terminal, kLeave.data(), kLeave.size()));
    tcsetattr(terminal, TCSANOW, &mode_to_restore);
  }
  raise(signal);  // which is as it was before: SA_RESETHAND
}

class RealScreen final : public TerminalScreen {
 public:
  RealScreen(Descriptor terminal, const termios& mode, bool coloured)
      : terminal_(std::move(terminal)), mode_(mode), coloured_(coloured) {
    mode_to_restore = mode_;
    struct sigaction action {};
    action.sa_handler = RestoreAndEnd;
    action.sa_flags = SA_RESETHAND;
    for (std::size_t i = 0; i < kFatal.size(); ++i) sigaction(kFatal[i], &action, &actions_[i]);
    Enter();
  }
  ~RealScreen() override {
    Leave();
    for (std::size_t i = 0; i < kFatal.size(); ++i) sigaction(kFatal[i], &actions_[i], nullptr);
  }

  ScreenSize Size() const override {
    winsize size{};
    if (ioctl(terminal_.get(), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
      return kUsualSize;
    }
    return {std::min<std::size_t>(size.ws_col, kLargestSize.columns),
            std::min<std::size_t>(size.ws_row, kLargestSize.rows)};
  }

  absl::Status Show(std::vector<ScreenLine> lines) override {
    if (absl::Status written = Write(); !written.ok() || !waiting_.empty()) return written;
    const ScreenSize size = Size();
    if (lines.size() > size.rows) lines.resize(size.rows);
    if (size != size_) Forget();
    size_ = size;
    waiting_ += ScreenUpdate(shown_, lines, coloured_);
    shown_ = std::move(lines);
    return Write();
  }

  std::optional<char> WaitKey(SteadyTime until) override {
    for (;;) {
      if (!Await(POLLIN, until)) return std::nullopt;
      char key = 0;
      const ssize_t count = read(terminal_.get(), &key, 1);
      if (count != 1) {
        // A terminal that is gone is noticed by who writes to it; meanwhile its end is no key.
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        usleep(10'000);
        return std::nullopt;
      }
      if (key == kControlL) {
        Forget();
      } else if (key == kControlZ) {
        Suspend();
      } else {
        return key;
      }
    }
  }

 private:
  void Enter() {
    termios mode = mode_;
    mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    // These two would leave the terminal as it is now.
    mode.c_cc[VSUSP] = _POSIX_VDISABLE;
    mode.c_cc[VQUIT] = _POSIX_VDISABLE;
    tcsetattr(terminal_.get(), TCSANOW, &mode);
    left_to_restore = terminal_.get();
    waiting_ += kEnter;
    shown_.clear();
  }

  void Leave() {
    waiting_ += kLeave;
    const SteadyTime until = Clock::Real().Now() + kLeavePatience;
    while (Write().ok() && !waiting_.empty() && Clock::Real().Now() < until) Await(POLLOUT, until);
    waiting_.clear();
    left_to_restore = -1;
    tcsetattr(terminal_.get(), TCSANOW, &mode_);
  }

  void Suspend() {
    Leave();
    kill(0, SIGTSTP);  // whoever started it as well: it is one job
    Enter();
  }

  // Whatever is there, all is written anew.
  void Forget() {
    waiting_ += kPlain;
    waiting_ += "\x1b[2J";
    shown_.clear();
  }

  // False: it is not by then, or within a second.
  bool Await(short what, SteadyTime until) const {
    const auto left = std::chrono::ceil<Milliseconds>(until - Clock::Real().Now()).count();
    pollfd wanted{terminal_.get(), what, 0};
    return poll(&wanted, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000))) > 0;
  }

  // As much as the terminal takes now.
  absl::Status Write() {
    while (!waiting_.empty()) {
      const ssize_t count = write(terminal_.get(), waiting_.data(), waiting_.size());
      if (count > 0) {
        waiting_.erase(0, static_cast<std::size_t>(count));
      } else if (errno == EAGAIN) {
        return absl::OkStatus();
      } else if (errno != EINTR) {
        return absl::UnavailableError(
            fmt::format("the terminal cannot be written to: {}", std::strerror(errno)));
      }
    }
    return absl::OkStatus();
  }

  const Descriptor terminal_;
  const termios mode_;
  const bool coloured_;
  std::array<struct sigaction, kFatal.size()> actions_{};
  ScreenSize size_;
  std::vector<ScreenLine> shown_;
  std::string waiting_;  // not written yet
};

// A description of the terminal that is ours alone, so that whoever shares the one of standard
// output does not find it non-blocking.
Descriptor OpenAnew() {
  std::array<char, 256> name{};
  if (ttyname_r(STDOUT_FILENO, name.data(), name.size()) == 0) {
    Descriptor own(open(name.data(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (own.get() >= 0) return own;
  }
  // Out of sight, in a container say: what writes there may have to wait.
  return Descriptor(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
}

}  // namespace

std::string ScreenUpdate(const std::vector<ScreenLine>& before,
                         const std::vector<ScreenLine>& after, bool coloured) {
  static const ScreenLine kNothing;
  std::string update;
  for (std::size_t row = 0; row < std::max(before.size(), after.size()); ++row) {
    const ScreenLine& was = row < before.size() ? before[row] : kNothing;
    const ScreenLine& is = row < after.size() ? after[row] : kNothing;
    if (was == is) continue;
    fmt::format_to(std::back_inserter(update), "\x1b[{};1H", row + 1);
    update += kEraseLine;
    AppendLine(is, coloured, update);
  }
  return update;
}

absl::StatusOr<std::unique_ptr<TerminalScreen>> TerminalScreen::Open() {
  termios mode{};
  if (isatty(STDOUT_FILENO) == 0 || tcgetattr(STDOUT_FILENO, &mode) != 0) {
    return absl::FailedPreconditionError("standard output is no terminal");
  }
  const char* const kind = std::getenv("TERM");
  if (kind == nullptr || std::string_view(kind).empty() || std::string_view(kind) == "dumb") {
    return absl::FailedPreconditionError(
        "the terminal says that it can only be written to (TERM is not set, or dumb)");
  }
  Descriptor terminal = OpenAnew();
  if (terminal.get() < 0) {
    return absl::UnavailableError(
        fmt::format("the terminal cannot be opened: {}", std::strerror(errno)));
  }
  const char* const no_color = std::getenv("NO_COLOR");
  const bool coloured = no_color == nullptr || *no_color == '\0';
  return std::make_unique<RealScreen>(std::move(terminal), mode, coloured);
}

}  // namespace biglittle
