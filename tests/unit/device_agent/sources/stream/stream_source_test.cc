// Bytes from files, programs and serial lines, real ones.
#include "device_agent/sources/stream/stream_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "device_agent/sources/exec/exec_stream.h"
#include "device_agent/sources/file/file_stream.h"
#include "device_agent/sources/serial/serial_stream.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using ::testing::HasSubstr;

// All that was heard, from any thread.
class Heard final : public SampleInbox {
 public:
  void Put(Sample, SteadyTime) override {}
  bool full() const override { return full_; }
  void Gap(std::uint64_t) override {}
  void Refuse(std::string_view, const std::string&) override {}
  void Spare() override {}
  void Fail(absl::Status why) override {
    const std::lock_guard lock(mutex_);
    failure_ = std::string(why.message());
  }
  void End() override {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }

  void Add(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    bytes_ += bytes;
  }
  std::string bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }
  std::string failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }
  bool ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  std::atomic<bool> full_{false};

 private:
  mutable std::mutex mutex_;
  std::string bytes_;
  std::string failure_;
  bool ended_ = false;
};

class ToHeard final : public ByteSink {
 public:
  explicit ToHeard(Heard& heard) : heard_(heard) {}
  void Begin(SampleInbox&, SteadyTime) override {}
  absl::Status OnBytes(std::string_view bytes, SteadyTime) override {
    heard_.Add(bytes);
    return absl::OkStatus();
  }
  absl::Status OnEnd(SteadyTime) override { return absl::OkStatus(); }

 private:
  Heard& heard_;
};

class StreamSourceTest : public testing::Test {
 protected:
  absl::Status Start(std::unique_ptr<ByteStream> stream, bool waits = false) {
    source_ = std::make_unique<StreamSource>(std::move(stream), std::make_unique<ToHeard>(heard_),
                                             waits, Milliseconds(1));
    return source_->Start(heard_);
  }
  absl::Status Run(const std::string& script) {
    return Start(std::make_unique<ExecStream>(std::vector<std::string>{"/bin/sh", "-c", script}));
  }
  bool Hears(const std::string& bytes) {
    return Eventually([&] { return heard_.bytes() == bytes; });
  }

  TemporaryFolder folder_;
  Heard heard_;
  std::unique_ptr<StreamSource> source_;  // first to end
};

TEST_F(StreamSourceTest, AFileIsReadToItsEnd) {
  ASSERT_TRUE(Start(std::make_unique<FileStream>(folder_.Write("a.csv", "1\n2\n"), false)).ok());
  EXPECT_TRUE(Eventually([&] { return heard_.ended(); }));
  EXPECT_EQ(heard_.bytes(), "1\n2\n");
}

TEST_F(StreamSourceTest, AFileThatGrowsIsReadOnAndOneThatIsReplacedHasFailed) {
  const std::filesystem::path file = folder_.Write("a.csv", "1\n");
  ASSERT_TRUE(Start(std::make_unique<FileStream>(file, true)).ok());
  EXPECT_TRUE(Hears("1\n"));
  std::ofstream(file, std::ios::app) << "2\n";
  EXPECT_TRUE(Hears("1\n2\n"));
  std::ofstream(file, std::ios::trunc) << "3\n";
  EXPECT_TRUE(Eventually([&] { return !heard_.failure().empty(); }));
  EXPECT_EQ(heard_.failure(), file.string() + " was cut or replaced");
  EXPECT_FALSE(heard_.ended());
}

TEST_F(StreamSourceTest, TheWritersOfAFifoComeAndGo) {
  const std::filesystem::path fifo = folder_.path() / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  ASSERT_TRUE(Start(std::make_unique<FileStream>(fifo, false)).ok());
  std::ofstream(fifo) << "1\n";
  EXPECT_TRUE(Hears("1\n"));
  std::ofstream(fifo) << "2\n";
  EXPECT_TRUE(Hears("1\n2\n"));
  EXPECT_FALSE(heard_.ended());
}

TEST_F(StreamSourceTest, WhatIsNotThereIsAFailure) {
  EXPECT_EQ(Start(std::make_unique<FileStream>("/nonexistent/x.csv", false)).message(),
            "/nonexistent/x.csv cannot be read: No such file or directory");
  EXPECT_EQ(Start(std::make_unique<FileStream>(folder_.path(), false)).message(),
            folder_.path().string() + " is a folder, not a file");
  EXPECT_EQ(
      Start(std::make_unique<ExecStream>(std::vector<std::string>{"no-such-sensor"})).message(),
      "'no-such-sensor' cannot be started: No such file or directory");
  EXPECT_EQ(Start(std::make_unique<SerialStream>(SerialLine{.port = "/dev/ttyNONE0"})).message(),
            "/dev/ttyNONE0 cannot be opened: No such file or directory");
}

TEST_F(StreamSourceTest, AProgramsOutputIsReadAndItsEndIsAFailure) {
  ASSERT_TRUE(Run("echo 1; echo a complaint >&2; echo 2; exit 3").ok());
  EXPECT_TRUE(Eventually([&] { return !heard_.failure().empty(); }));
  EXPECT_EQ(heard_.bytes(), "1\n2\n");
  EXPECT_EQ(heard_.failure(), "'/bin/sh' has ended with exit status 3");
}

TEST_F(StreamSourceTest, AProgramThatDiesIsAFailure) {
  ASSERT_TRUE(Run("kill -9 $$").ok());
  EXPECT_TRUE(Eventually([&] { return !heard_.failure().empty(); }));
  EXPECT_EQ(heard_.failure(), "'/bin/sh' was ended by signal 9 (Killed)");
}

// Nor does what it has started: all of its group is killed.
TEST_F(StreamSourceTest, AProgramThatHearsNoSignalDoesNotOutliveItsSource) {
  ASSERT_TRUE(Run("trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1000; done").ok());
  EXPECT_TRUE(Eventually([&] { return heard_.bytes().ends_with('\n'); }));
  const pid_t child = std::stoi(heard_.bytes());
  EXPECT_EQ(kill(child, 0), 0);
  source_->Stop();
  EXPECT_TRUE(Eventually([&] { return kill(child, 0) != 0; }));
}

TEST_F(StreamSourceTest, ItCanBeStartedAgain) {
  ASSERT_TRUE(Run("echo 1; exec sleep 1000").ok());
  EXPECT_TRUE(Hears("1\n"));
  source_->Stop();
  ASSERT_TRUE(source_->Start(heard_).ok());
  EXPECT_TRUE(Hears("1\n1\n"));
}

TEST_F(StreamSourceTest, WhoWaitsIsNotReadWhileThereIsNoRoom) {
  heard_.full_ = true;
  ASSERT_TRUE(Start(std::make_unique<FileStream>(folder_.Write("a.csv", "1\n"), false), true).ok());
  std::this_thread::sleep_for(Milliseconds(20));  // it would have been read by now
  EXPECT_EQ(heard_.bytes(), "");
  heard_.full_ = false;
  EXPECT_TRUE(Eventually([&] { return heard_.ended(); }));
  EXPECT_EQ(heard_.bytes(), "1\n");
}

TEST_F(StreamSourceTest, ASerialLineIsReadRawAndItsEndIsAFailure) {
  Descriptor master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(master.valid());
  ASSERT_EQ(grantpt(master.get()), 0);
  ASSERT_EQ(unlockpt(master.get()), 0);
  const std::string port = ptsname(master.get());
  ASSERT_TRUE(
      Start(std::make_unique<SerialStream>(SerialLine{.port = port, .baud_rate = 9600})).ok());
  const std::string sent("1\r\n\x03\x04\xff", 6);  // nothing of it means anything to the line
  ASSERT_EQ(write(master.get(), sent.data(), sent.size()), 6);
  EXPECT_TRUE(Hears(sent));
  master.Reset();
  EXPECT_TRUE(Eventually([&] { return !heard_.failure().empty(); }));
  EXPECT_EQ(heard_.failure(), port + " is gone: unplugged?");
}

TEST(SerialLine, KnowsTheSpeedsThatThereAre) {
  EXPECT_TRUE(IsBaudRate(9600));
  EXPECT_TRUE(IsBaudRate(115'200));
  EXPECT_FALSE(IsBaudRate(9601));
}

}  // namespace
}  // namespace biglittle
