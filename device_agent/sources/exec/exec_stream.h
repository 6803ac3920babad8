// What a program prints.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

#include "core/descriptor.h"
#include "device_agent/sources/stream/byte_stream.h"

namespace biglittle {

// Starts the program, in a process group of its own, without a shell; its standard output is read,
// its standard input is empty. Each line of its standard error goes to the log, cut and quoted, at
// most a few a second.
class ExecStream final : public ByteStream {
 public:
  // command[0] is the program, looked up in PATH if it has no '/'.
  explicit ExecStream(std::vector<std::string> command);
  ~ExecStream() override { Close(); }

  absl::StatusOr<int> Open() override;
  // SIGTERM to the group, a second later SIGKILL.
  void Close() override;
  absl::Status WhyEnded() override;

 private:
  void LogErrors(int fd) const;

  const std::vector<std::string> command_;

  pid_t child_ = -1;
  Descriptor output_;
  std::thread errors_;  // reads standard error
  std::atomic<bool> closing_{false};
};

}  // namespace biglittle
