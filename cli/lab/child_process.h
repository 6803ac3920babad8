// A program that we started, and that ends with us at the latest.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"

namespace biglittle {

// Not thread-safe.
class ChildProcess {
 public:
  // Starts `arguments` (arguments[0] is the program's path). What it prints goes to `log`. If this
  // process dies, the child gets SIGTERM. Not OK if there is no such program or no process to be
  // had.
  static absl::StatusOr<ChildProcess> Start(const std::vector<std::string>& arguments,
                                            const std::filesystem::path& log);
  ~ChildProcess();  // ends it, the hard way if it must
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  pid_t pid() const { return pid_; }
  const std::filesystem::path& log() const { return log_; }

  // The exit status as a shell would see it (128 + signal if a signal ended it); nullopt while it
  // runs.
  std::optional<int> Poll();
  // The same, waiting until `deadline`.
  std::optional<int> WaitUntil(SteadyTime deadline);

  // Sends a signal; nothing happens if it has ended.
  void Signal(int signal_number);
  // SIGTERM, then SIGKILL after `grace`; returns the exit status.
  int Terminate(Milliseconds grace);

 private:
  ChildProcess(pid_t pid, std::filesystem::path log);

  pid_t pid_ = -1;  // -1: moved from
  std::filesystem::path log_;
  std::optional<int> exit_status_;
};

// The last lines of a log, at most `lines`, for messages about a child that failed.
std::string TailOfFile(const std::filesystem::path& file, int lines);
// Unavailable: "<what>; its log says:" and the log's last lines.
absl::Status FailedWithLog(std::string_view what, const std::filesystem::path& log);

}  // namespace biglittle
