#include "device_agent/sources/exec/exec_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include "core/clock.h"
#include "core/text.h"
#include "core/token_bucket.h"
#include "device_agent/sources/formats/line_splitter.h"

extern char** environ;

namespace biglittle {
namespace {

constexpr std::chrono::seconds kGrace{1};
constexpr Milliseconds kPoll{10};
constexpr int kErrorsPoll = 100;  // ms
constexpr double kLinesPerSecond = 5;
constexpr Milliseconds kLineBurst{4000};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

std::optional<Pipe> MakePipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// The exit status once it is there; nullopt: not by `deadline`.
std::optional<int> WaitFor(pid_t child, SteadyTime deadline) {
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) return status;
    if (ended < 0 && errno != EINTR) return 0;
    if (Clock::Real().Now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(kPoll);
  }
}

std::string Sentence(const std::string& program, int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("{} was ended by signal {} ({})", Quoted(program), WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
  }
  return fmt::format("{} has ended with exit status {}", Quoted(program), WEXITSTATUS(status));
}

class SpawnSettings {
 public:
  SpawnSettings(int output, int errors) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  // 0, or an error number.
  int Spawn(const std::vector<std::string>& command, pid_t& child) const {
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
      arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    return posix_spawnp(&child, arguments[0], &actions_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

ExecStream::ExecStream(std::vector<std::string> command) : command_(std::move(command)) {}

absl::StatusOr<int> ExecStream::Open() {
  std::optional<Pipe> output = MakePipe();
  std::optional<Pipe> errors = MakePipe();
  if (!output || !errors) return absl::UnavailableError("no file descriptors are left for pipes");
  const SpawnSettings settings(output->write.get(), errors->write.get());
  if (const int error = settings.Spawn(command_, child_); error != 0) {
    child_ = -1;
    return absl::NotFoundError(
        fmt::format("{} cannot be started: {}", Quoted(command_[0]), std::strerror(error)));
  }
  closing_ = false;
  output_ = std::move(output->read);
  fcntl(output_.get(), F_SETFL, O_NONBLOCK);
  errors_ = std::thread([this, fd = std::move(errors->read)] { LogErrors(fd.get()); });
  return output_.get();
}

void ExecStream::Close() {
  if (child_ > 0) {
    kill(-child_, SIGTERM);
    if (!WaitFor(child_, Clock::Real().Now() + kGrace)) {
      kill(-child_, SIGKILL);
      WaitFor(child_, SteadyTime::max());
    }
    kill(-child_, SIGKILL);
  }
  child_ = -1;
  output_.Reset();
  closing_ = true;
  if (errors_.joinable()) errors_.join();
}

absl::Status ExecStream::WhyEnded() {
  const std::optional<int> status = WaitFor(child_, Clock::Real().Now() + kGrace);
  if (!status) {
    return absl::UnavailableError(
        fmt::format("{} has closed its standard output and goes on", Quoted(command_[0])));
  }
  std::string sentence = Sentence(command_[0], *status);
  kill(-child_, SIGKILL);  // what it has left behind
  child_ = -1;
  return absl::UnavailableError(std::move(sentence));
}

void ExecStream::LogErrors(int fd) const {
  LineSplitter lines;
  TokenBucket budget(kLinesPerSecond, kLineBurst);
  std::array<char, 4096> bytes;
  // What the program has started and left behind may keep the pipe open for ever.
  while (!closing_) {
    pollfd polled{fd, POLLIN, 0};
    if (poll(&polled, 1, kErrorsPoll) <= 0) continue;
    const ssize_t count = read(fd, bytes.data(), bytes.size());
    if (count == 0) return;
    if (count < 0) continue;
    const SteadyTime now = Clock::Real().Now();
    lines.Split(
        std::string_view(bytes.data(), static_cast<std::size_t>(count)),
        [&](std::string_view line) {
          if (!budget.Has(1, now)) return true;
          budget.Take(1);
          spdlog::warn("{} says: {}", Quoted(command_[0]), Quoted(line));
          return true;
        },
        [] {});
  }
}

}  // namespace biglittle
