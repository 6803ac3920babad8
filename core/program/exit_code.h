// What our programs return; the same for all of them.
//
// Pure functions, thread-safe.
#pragma once

#include "absl/status/status.h"

namespace biglittle {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;    // it went wrong while running, or for what may pass
inline constexpr int kExitBadInput = 2;  // a file, an option or a value is not usable
// `evaluate` alone: it works, but what task.yaml promises does not hold on these readings.
inline constexpr int kExitPromiseBroken = 3;

// The one rule: bad input is what the same call will be refused for again, until somebody changes
// what it was given, a file's permissions included (InvalidArgument, NotFound, AlreadyExists,
// PermissionDenied, FailedPrecondition, OutOfRange, Unimplemented, DataLoss, and ResourceExhausted
// or DeadlineExceeded: larger or slower than is allowed). All else has failed: what is in use or
// short now (Unavailable), what was interrupted, refused by others or ended by an exception.
int ExitCodeOf(const absl::Status& status);

}  // namespace biglittle
