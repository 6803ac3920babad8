#include "wire/mqtt/paho_socket_writes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "tests/support/loopback.h"

namespace biglittle::wire {
namespace {

#if !defined(__SANITIZE_THREAD__)

// A TCP connection whose other side was reset.
class PahoSocketWritesTest : public testing::Test {
 protected:
  void SetUp() override {
    UsePahoSocketWrites();
    std::signal(SIGPIPE, SIG_IGN);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(bind(listener, any, size), 0);
    ASSERT_EQ(listen(listener, 1), 0);
    ASSERT_EQ(getsockname(listener, any, &size), 0);
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    ASSERT_EQ(connect(socket_, any, size), 0);
    const int other = accept(listener, nullptr, nullptr);
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ASSERT_EQ(setsockopt(other, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
    close(other);
    close(listener);
  }
  void TearDown() override { close(socket_); }

  void DoNotBlock() const { ASSERT_EQ(fcntl(socket_, F_SETFL, O_NONBLOCK), 0); }
  static int Error(ssize_t result) { return result < 0 ? errno : 0; }
  int Write() const { return Error(write(socket_, "x", 1)); }
  int WriteParts() const {
    char text[] = "x";
    const iovec parts[] = {{text, 1}, {text, 1}};
    return Error(writev(socket_, parts, 2));
  }

  int socket_ = -1;
};

TEST_F(PahoSocketWritesTest, ALostConnectionLooksLikeAFullBufferUntilItIsRead) {
  DoNotBlock();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(WriteParts(), EAGAIN);
    EXPECT_EQ(Write(), EAGAIN);
  }
  char byte = 0;
  const ssize_t got = read(socket_, &byte, 1);
  EXPECT_TRUE(got == 0 || (got < 0 && errno != EAGAIN));
}

TEST_F(PahoSocketWritesTest, SocketsThatBlockArePahosNever) {
  EXPECT_EQ(WriteParts(), ECONNRESET);
  EXPECT_EQ(Write(), EPIPE);
}

TEST_F(PahoSocketWritesTest, APipeSaysThatItIsBroken) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  close(ends[0]);
  EXPECT_EQ(Error(write(ends[1], "x", 1)), EPIPE);
  close(ends[1]);
}

#endif

}  // namespace
}  // namespace biglittle::wire
