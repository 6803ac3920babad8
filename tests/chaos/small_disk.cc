#include "tests/chaos/small_disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

namespace biglittle::chaos {
namespace {

absl::Status Failure(const char* what) {
  return absl::PermissionDeniedError(fmt::format("{}: {}", what, std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<SmallDisk>> SmallDisk::Mount(const std::filesystem::path& at,
                                                            std::size_t bytes) {
  // In a mount namespace of our own: nobody else sees it, and it cannot be left behind.
  if (unshare(CLONE_NEWNS) != 0) return Failure("no mount namespace");
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return Failure("the mount namespace is not private");
  }
  const std::string options = fmt::format("size={}", bytes);
  if (mount("none", at.c_str(), "tmpfs", 0, options.c_str()) != 0) {
    return Failure("no tmpfs can be mounted");
  }
  return std::unique_ptr<SmallDisk>(new SmallDisk(at));
}

SmallDisk::~SmallDisk() { umount2(at_.c_str(), MNT_DETACH); }

void SmallDisk::Fill() const {
  const int fd = open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  // Ever smaller, so that the last page is taken too.
  for (std::size_t size = 1U << 20U; size > 0; size /= 2) {
    const std::vector<char> block(size, 'x');
    while (write(fd, block.data(), block.size()) > 0) {
    }
  }
  close(fd);
}

void SmallDisk::Free() const {
  std::error_code ignored;
  std::filesystem::remove(filler(), ignored);
}

absl::Status SmallDisk::MakeReadOnly() const {
  if (mount("none", at_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0) {
    return absl::OkStatus();
  }
  return Failure("the tmpfs cannot be made read-only");
}

}  // namespace biglittle::chaos
