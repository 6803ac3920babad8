#include "cli/lab/process_usage.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <string>

namespace biglittle {

absl::StatusOr<std::chrono::nanoseconds> CpuTimeOf(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    return absl::NotFoundError(fmt::format("process {} has ended", process));
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

absl::StatusOr<std::uint64_t> ProportionalBytesOf(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", process));
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (text.empty()) return absl::NotFoundError(fmt::format("process {} has ended", process));
  return ParseProportionalBytes(text);
}

absl::StatusOr<std::uint64_t> ParseProportionalBytes(std::string_view rollup) {
  constexpr std::string_view kKey = "\nPss:";
  constexpr std::uint64_t kUnit = 1024;  // "kB" is what the kernel calls them
  const std::size_t at = rollup.find(kKey);
  const std::size_t number =
      at == std::string_view::npos ? at : rollup.find_first_not_of(' ', at + kKey.size());
  std::uint64_t units = 0;
  if (number == std::string_view::npos ||
      std::from_chars(rollup.data() + number, rollup.data() + rollup.size(), units).ec !=
          std::errc()) {
    return absl::InvalidArgumentError("there is no line 'Pss'");
  }
  return units * kUnit;
}

absl::Status AllowOpenFiles(std::uint64_t files) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < files) {
    return absl::UnavailableError(
        fmt::format("so many connections take {} open files, {} are allowed: raise the limit "
                    "('ulimit -Hn'), or fewer devices",
                    files, limit.rlim_max));
  }
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return absl::OkStatus();
}

}  // namespace biglittle
