#include "core/program/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace biglittle {

std::size_t DescriptorsLeft() {
  // The lowest free number, as POSIX has it.
  const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (next < 0) return 0;
  close(next);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
  const auto used = static_cast<rlim_t>(next);
  return limit.rlim_cur > used ? static_cast<std::size_t>(limit.rlim_cur - used) : 0;
}

absl::Status TooFewDescriptors() {
  return absl::UnavailableError(
      "too few file descriptors: raise LimitNOFILE (of a service) or ulimit -n");
}

}  // namespace biglittle
