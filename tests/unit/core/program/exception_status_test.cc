#include "core/program/exception_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

template <typename Exception>
absl::Status Of(const Exception& exception) {
  return StatusOrException([&]() -> absl::Status { throw exception; });
}

TEST(ExceptionStatusTest, WhatIsShortMayPass) {
  const absl::Status memory = Of(std::bad_alloc());
  EXPECT_EQ(memory.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(memory.message()), StartsWith("not enough memory"));
  EXPECT_EQ(Of(std::length_error("vector")), memory);
  for (const int error : {EMFILE, ENFILE}) {
    const absl::Status files = Of(std::system_error(error, std::generic_category(), "eventfd"));
    EXPECT_EQ(files.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(files.message()), StartsWith("too few file descriptors"));
  }
  const absl::Status thread = Of(std::system_error(EAGAIN, std::generic_category()));
  EXPECT_EQ(thread.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(thread.message()), StartsWith("no thread can be had"));
}

TEST(ExceptionStatusTest, OthersAreToldInTheirWords) {
  EXPECT_EQ(Of(std::runtime_error("no luck")), absl::InternalError("no luck"));
  EXPECT_THAT(
      std::string(Of(std::system_error(ENOSPC, std::generic_category(), "write")).message()),
      HasSubstr("write"));
  EXPECT_EQ(Of(7).code(), absl::StatusCode::kInternal);
}

TEST(ExceptionStatusTest, WithoutOneTheResultIsThatOfTheWork) {
  EXPECT_EQ(StatusOrException([] { return absl::NotFoundError("x"); }), absl::NotFoundError("x"));
  const auto value = StatusOrException([]() -> absl::StatusOr<int> { return 7; });
  EXPECT_EQ(*value, 7);
}

}  // namespace
}  // namespace biglittle
