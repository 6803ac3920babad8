#include "device_agent/sources/file/file_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace biglittle {
namespace {

constexpr Milliseconds kFollowPoll{50};

}  // namespace

absl::StatusOr<int> FileStream::Open() {
  if (path_ == "-") {
    file_ = Descriptor(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!file_.valid()) return absl::UnavailableError("there is no standard input");
    return file_.get();
  }
  // Without O_NONBLOCK opening a FIFO waits for its writer.
  file_ = Descriptor(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file_.valid() || fstat(file_.get(), &opened_) != 0) {
    return absl::UnavailableError(
        fmt::format("{} cannot be read: {}", path_.string(), std::strerror(errno)));
  }
  if (S_ISDIR(opened_.st_mode)) {
    return absl::UnavailableError(fmt::format("{} is a folder, not a file", path_.string()));
  }
  // A writer of our own, so that the others may come and go without an end of the file.
  if (S_ISFIFO(opened_.st_mode)) {
    file_ = Descriptor(open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (!file_.valid()) {
      return absl::UnavailableError(fmt::format("{}: reading a FIFO needs the right to write: {}",
                                                path_.string(), std::strerror(errno)));
    }
  }
  return file_.get();
}

std::optional<Milliseconds> FileStream::PauseAtEnd() {
  const bool goes_on = follow_ && path_ != "-" && !WasReplaced();
  return goes_on ? std::optional(kFollowPoll) : std::nullopt;
}

bool FileStream::WasReplaced() const {
  struct stat now {};
  if (stat(path_.c_str(), &now) != 0) return true;
  const off_t at = lseek(file_.get(), 0, SEEK_CUR);
  return now.st_dev != opened_.st_dev || now.st_ino != opened_.st_ino || now.st_size < at;
}

absl::Status FileStream::WhyEnded() {
  if (!follow_ || path_ == "-") return absl::OkStatus();
  return absl::UnavailableError(fmt::format("{} was cut or replaced", path_.string()));
}

}  // namespace biglittle
