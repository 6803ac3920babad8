// Each in a process of its own: what is set holds for the whole of it.
#include "core/program/unattended.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>

#include "core/program/descriptors.h"
#include "core/program/stop_signal.h"

namespace biglittle {
namespace {

// The exit status of a process that does this; 128 + the signal that ended it. A hangup is not
// ignored in it, whatever the tests were started by (nohup).
int InChild(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGHUP, SIG_DFL);
    _exit(work());
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(UnattendedTest, NothingElseGetsTheNumberOfAStandardStream) {
  EXPECT_EQ(InChild([] {
              for (const int stream : {0, 1, 2}) close(stream);
              PrepareUnattended();
              SayOnStderr("program", "nobody reads this");
              return open("/dev/null", O_RDONLY) > 2 ? 0 : 1;
            }),
            0);
  EXPECT_EQ(InChild([] {
              close(1);
              KeepStandardStreams(WriteToClosed::kIsLost);
              return open("/dev/null", O_RDONLY) > 2 ? 0 : 1;
            }),
            0);
}

TEST(UnattendedTest, NeitherHangupNorBrokenPipeNorFullFileEndsIt) {
  EXPECT_EQ(InChild([] {
              PrepareUnattended();
              int ends[2];
              if (pipe(ends) != 0) return 1;
              close(ends[0]);
              if (dup2(ends[1], STDERR_FILENO) != STDERR_FILENO) return 1;
              SayOnStderr("program", "nobody reads this");
              for (const int number : {SIGPIPE, SIGHUP, SIGXFSZ}) raise(number);
              return 7;
            }),
            7);
}

TEST(UnattendedTest, ALineIsWrittenInOnePiece) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(InChild([&] {
              dup2(ends[1], STDERR_FILENO);
              SayOnStderr("program", "it rains");
              return 0;
            }),
            0);
  char text[64] = {};
  EXPECT_EQ(read(ends[0], text, sizeof(text)), 18);
  EXPECT_EQ(std::string(text), "program: it rains\n");
  for (const int end : ends) close(end);
}

TEST(StopSignalTest, AHangupStopsWhatSomebodyWatches) {
  EXPECT_EQ(InChild([] {
              const StopSignal stop;
              raise(SIGHUP);
              while (!stop.requested()) usleep(1000);
              return 7;
            }),
            7);
}

TEST(StopSignalTest, AHangupThatIsIgnoredStaysSo) {
  EXPECT_EQ(InChild([] {
              PrepareUnattended();
              bool stopped = false;
              {
                StopSignal stop;
                raise(SIGHUP);
                usleep(20'000);
                stopped = stop.requested();
                raise(SIGTERM);
                while (!stop.requested()) usleep(1000);
              }
              raise(SIGHUP);  // also afterwards
              return stopped ? 1 : 7;
            }),
            7);
}

TEST(StopSignalTest, WithoutADescriptorItSaysSo) {
  EXPECT_EQ(InChild([] {
              const rlimit none{3, 3};
              setrlimit(RLIMIT_NOFILE, &none);
              try {
                const StopSignal stop;
                return 1;
              } catch (const std::system_error& error) {
                return error.code() == std::errc::too_many_files_open ? 7 : 2;
              }
            }),
            7);
}

TEST(DescriptorsTest, TellsHowManyAreLeft) {
  EXPECT_EQ(InChild([] {
              for (int open_one = 3; open_one < 64; ++open_one) close(open_one);
              const rlimit some{23, 23};
              setrlimit(RLIMIT_NOFILE, &some);
              if (DescriptorsLeft() != 20) return 1;
              while (open("/dev/null", O_RDONLY) >= 0) {
              }
              return DescriptorsLeft() == 0 ? 7 : 2;
            }),
            7);
}

}  // namespace
}  // namespace biglittle
