#include "core/program/terminal_guard.h"

#include <gtest/gtest.h>

#include <iostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <thread>
#include <vector>

namespace biglittle {
namespace {

// What arrives behind std::cout.
class TerminalGuardTest : public testing::Test {
 protected:
  TerminalGuardTest() : before_(std::cout.rdbuf(terminal_.rdbuf())) {}
  ~TerminalGuardTest() override {
    std::cout.rdbuf(before_);
    std::cout.clear();
  }

  std::ostringstream terminal_;
  std::streambuf* const before_;
};

TEST_F(TerminalGuardTest, ShowsWhatWouldBeObeyed) {
  {
    const TerminalGuard guard;
    std::cout << "a\tgr\xc3\xbcn\n"
              << "\x1b[2J\xff" << 7 << '\n'
              << std::flush;
    EXPECT_EQ(terminal_.str(), "a\tgr\xc3\xbcn\n\\x1b[2J\\xff7\n");
  }
  std::cout << "\x1b";
  EXPECT_TRUE(terminal_.str().ends_with("7\n\x1b"));
}

TEST_F(TerminalGuardTest, WritesOutWhatIsLeft) {
  {
    const TerminalGuard guard;
    std::cout << "no end";
  }
  EXPECT_EQ(terminal_.str(), "no end");
}

TEST_F(TerminalGuardTest, JoinsACharacterThatComesInPieces) {
  {
    const TerminalGuard guard;
    std::cout << '\xc3' << '\xbc' << '\n';
  }
  EXPECT_EQ(terminal_.str(), "\xc3\xbc\n");
}

TEST_F(TerminalGuardTest, OurOwnCommandPasses) {
  const TerminalGuard guard;
  std::cout << "1 of 2";
  RewriteLine(std::cout);
  std::cout << "2 of 2\n" << std::flush;
  EXPECT_EQ(terminal_.str(), "1 of 2\r\x1b[K2 of 2\n");
  std::ostringstream unguarded;
  RewriteLine(unguarded);
  EXPECT_EQ(unguarded.str(), "\r\x1b[K");
}

// Takes nothing, as /dev/full.
class FullBuffer final : public std::streambuf {
  std::streamsize xsputn(const char*, std::streamsize) override { return 0; }
  int sync() override { return -1; }
};

TEST_F(TerminalGuardTest, SaysThatNothingCouldBeWritten) {
  FullBuffer full;
  std::cout.rdbuf(&full);
  {
    const TerminalGuard guard;
    std::cout << "text\n" << std::flush;
    EXPECT_FALSE(std::cout.good());
  }
  EXPECT_FALSE(std::cout.good());
}

TEST_F(TerminalGuardTest, LinesOfSeveralThreadsStayWhole) {
  {
    const TerminalGuard guard;
    std::vector<std::thread> threads;
    for (const char* line : {"aaaa\n", "bbbb\n"}) {
      threads.emplace_back([line] {
        for (int i = 0; i < 1000; ++i) std::cout.rdbuf()->sputn(line, 5);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::istringstream lines(terminal_.str());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(line == "aaaa" || line == "bbbb") << line;
  }
  EXPECT_EQ(count, 2000);
}

}  // namespace
}  // namespace biglittle
