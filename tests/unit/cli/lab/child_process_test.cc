#include "cli/lab/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

SteadyTime Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }

TEST(ChildProcessTest, TellsTheExitStatusAndKeepsWhatWasPrinted) {
  const TemporaryFolder folder;
  auto child = ChildProcess::Start({"/bin/sh", "-c", "echo out; echo err >&2; exit 7"},
                                   folder.path() / "log");
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(child->WaitUntil(Soon()), 7);
  EXPECT_EQ(TailOfFile(child->log(), 5), "out\nerr");
  EXPECT_EQ(TailOfFile(child->log(), 1), "err");
}

TEST(ChildProcessTest, EndsAChildThatDoesNotListen) {
  const TemporaryFolder folder;
  auto child =
      ChildProcess::Start({"/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"},
                          folder.path() / "log");
  ASSERT_TRUE(child.ok());
  while (TailOfFile(child->log(), 1) != "ready") ASSERT_FALSE(child->Poll().has_value());
  EXPECT_EQ(child->Terminate(Milliseconds(50)), 128 + SIGKILL);
  EXPECT_EQ(kill(child->pid(), 0), -1);
}

TEST(ChildProcessTest, EndsWithItsOwner) {
  const TemporaryFolder folder;
  pid_t pid = 0;
  {
    auto child = ChildProcess::Start({"/bin/sleep", "1000"}, folder.path() / "log");
    ASSERT_TRUE(child.ok());
    pid = child->pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(ChildProcessTest, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  const auto child = ChildProcess::Start({"/no/such/program"}, folder.path() / "log");
  EXPECT_THAT(std::string(child.status().message()), testing::HasSubstr("/no/such/program"));
}

}  // namespace
}  // namespace biglittle
