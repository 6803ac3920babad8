#include "cli/standard_streams.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <sstream>
#include <streambuf>

#include "core/program/exit_code.h"

namespace biglittle {
namespace {

// Takes what is printed, and fails only when it is to be written.
class FullDisk final : public std::streambuf {
  int overflow(int c) override { return c; }
  int sync() override {
    errno = ENOSPC;
    return -1;
  }
};

TEST(ExitCodeOnceWritten, IsTheCommandsWhereAllWasWritten) {
  std::ostringstream out;
  std::ostringstream err;
  out << "text";
  for (const int code : {kExitDone, kExitFailed, kExitBadInput}) {
    EXPECT_EQ(ExitCodeOnceWritten(code, out, err), code);
  }
  EXPECT_EQ(err.str(), "");
}

TEST(ExitCodeOnceWritten, IsAFailureWhereTheLastBytesWereNot) {
  FullDisk disk;
  std::ostream out(&disk);
  std::ostringstream err;
  out << "text";
  ASSERT_TRUE(out.good());
  EXPECT_EQ(ExitCodeOnceWritten(kExitDone, out, err), kExitFailed);
  EXPECT_EQ(err.str(), "biglittle: the output cannot be written: No space left on device\n");
}

TEST(ExitCodeOnceWritten, IsAFailureWhereEarlierBytesWereNot) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(ExitCodeOnceWritten(kExitDone, out, err), kExitFailed);
  EXPECT_EQ(err.str(), "biglittle: the output cannot be written\n");
  EXPECT_EQ(ExitCodeOnceWritten(kExitBadInput, out, err), kExitBadInput);
}

}  // namespace
}  // namespace biglittle
