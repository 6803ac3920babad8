#include "cli/lab/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <thread>
#include <utility>

namespace biglittle {
namespace {

constexpr Milliseconds kPollInterval{10};
constexpr int kCannotExecute = 127;

// Between fork and exec: only what is safe in the child of a process with threads.
[[noreturn]] void BecomeChild(char* const* arguments, int log_fd, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(kCannotExecute);  // the parent died before prctl
  // A group of its own: a Ctrl-C at the terminal is ours to pass on.
  setpgid(0, 0);
  dup2(log_fd, STDOUT_FILENO);
  dup2(log_fd, STDERR_FILENO);
  // Otherwise our connection to the broker would live on in the child.
  close_range(STDERR_FILENO + 1, ~0U, 0);
  execv(arguments[0], arguments);
  constexpr char kText[] = "cannot be executed\n";
  static_cast<void>(!write(STDERR_FILENO, kText, sizeof(kText) - 1));
  _exit(kCannotExecute);
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(const std::vector<std::string>& arguments,
                                                 const std::filesystem::path& log) {
  if (access(arguments.front().c_str(), X_OK) != 0) {
    return absl::NotFoundError(fmt::format("{} is not there or not executable", arguments.front()));
  }
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  const int log_fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log_fd < 0) {
    return absl::InternalError(
        fmt::format("{} cannot be written: {}", log.string(), std::strerror(errno)));
  }
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeChild(argv.data(), log_fd, parent);
  const int error = errno;
  close(log_fd);
  if (pid < 0) {
    return absl::UnavailableError(
        fmt::format("{} cannot be started: {}", arguments.front(), std::strerror(error)));
  }
  return ChildProcess(pid, log);
}

ChildProcess::ChildProcess(pid_t pid, std::filesystem::path log)
    : pid_(pid), log_(std::move(log)) {}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) Terminate(Milliseconds(2000));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      log_(std::move(other.log_)),
      exit_status_(other.exit_status_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(log_, other.log_);
  std::swap(exit_status_, other.exit_status_);
  return *this;
}

std::optional<int> ChildProcess::Poll() {
  if (exit_status_ || pid_ <= 0) return exit_status_;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_status_;
}

std::optional<int> ChildProcess::WaitUntil(SteadyTime deadline) {
  while (!Poll()) {
    if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(kPollInterval);
  }
  return exit_status_;
}

void ChildProcess::Signal(int signal_number) {
  // Until it has been waited for, the process id cannot be anybody else's.
  if (pid_ > 0 && !Poll()) kill(pid_, signal_number);
}

int ChildProcess::Terminate(Milliseconds grace) {
  Signal(SIGTERM);
  if (!WaitUntil(std::chrono::steady_clock::now() + grace)) {
    Signal(SIGKILL);
    WaitUntil(SteadyTime::max());
  }
  return exit_status_.value_or(0);
}

std::string TailOfFile(const std::filesystem::path& file, int lines) {
  std::ifstream in(file);
  std::deque<std::string> last;
  for (std::string line; std::getline(in, line);) {
    last.push_back(std::move(line));
    if (last.size() > static_cast<std::size_t>(lines)) last.pop_front();
  }
  return fmt::format("{}", fmt::join(last, "\n"));
}

absl::Status FailedWithLog(std::string_view what, const std::filesystem::path& log) {
  constexpr int kLines = 5;
  return absl::UnavailableError(
      fmt::format("{}; its log says:\n{}", what, TailOfFile(log, kLines)));
}

}  // namespace biglittle
