// What a process of ours has used so far, as the kernel counts it.
//
// Thread-safe.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace biglittle {

// CPU time of all threads of the process, those that have ended included. NotFound: there is no
// such process (any more).
absl::StatusOr<std::chrono::nanoseconds> CpuTimeOf(pid_t process);

// Proportional set size in bytes: resident memory, what it shares with other processes divided by
// their number. NotFound: no such process, or one that is not ours.
absl::StatusOr<std::uint64_t> ProportionalBytesOf(pid_t process);

// The same of the text of /proc/PID/smaps_rollup; InvalidArgument if it is something else.
absl::StatusOr<std::uint64_t> ParseProportionalBytes(std::string_view rollup);

// Lets this process and those that it will start have as many open files as the system allows.
// Unavailable, in one line that says the mend, if these are fewer than `files`.
absl::Status AllowOpenFiles(std::uint64_t files);

}  // namespace biglittle
