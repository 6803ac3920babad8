#include "core/program/exit_code.h"

#include <gtest/gtest.h>

#include "absl/status/status.h"

namespace biglittle {
namespace {

TEST(ExitCode, SaysWhetherItIsWorthTryingAgain) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  for (const absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument, absl::StatusCode::kNotFound,
        absl::StatusCode::kAlreadyExists, absl::StatusCode::kPermissionDenied,
        absl::StatusCode::kResourceExhausted, absl::StatusCode::kFailedPrecondition,
        absl::StatusCode::kOutOfRange, absl::StatusCode::kUnimplemented,
        absl::StatusCode::kDataLoss, absl::StatusCode::kDeadlineExceeded}) {
    EXPECT_EQ(ExitCodeOf(absl::Status(code, "it")), 2) << code;
  }
  for (const absl::StatusCode code :
       {absl::StatusCode::kCancelled, absl::StatusCode::kUnknown, absl::StatusCode::kAborted,
        absl::StatusCode::kInternal, absl::StatusCode::kUnavailable,
        absl::StatusCode::kUnauthenticated}) {
    EXPECT_EQ(ExitCodeOf(absl::Status(code, "it")), 1) << code;
  }
}

}  // namespace
}  // namespace biglittle
