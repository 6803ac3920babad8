// The proxy itself, between plain sockets.
#include "tests/chaos/tcp_proxy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/loopback.h"

namespace biglittle::chaos {
namespace {

using std::chrono::steady_clock;

constexpr int kGenerousMs = 20000;

// A socket that a test reads and writes, with patience.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  Peer(Peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Peer() { close(fd_); }

  static Peer Connect(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in to = Loopback(port);
    EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
    return Peer(fd);
  }

  void Send(const std::string& text) {
    EXPECT_EQ(send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  // Until `size` bytes are there or the connection has ended.
  std::string Receive(std::size_t size) {
    std::string got;
    while (got.size() < size && Readable(kGenerousMs)) {
      char buffer[65536];
      const ssize_t n = recv(fd_, buffer, std::min(sizeof(buffer), size - got.size()), 0);
      if (n <= 0) break;
      got.append(buffer, static_cast<std::size_t>(n));
    }
    return got;
  }
  bool Readable(int timeout_ms) {
    pollfd entry{fd_, POLLIN, 0};
    return poll(&entry, 1, timeout_ms) > 0;
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

class TcpProxyTest : public testing::Test {
 protected:
  TcpProxyTest() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    EXPECT_EQ(listen(listener_, 10), 0);
    proxy_.emplace(ntohs(address.sin_port));
  }
  ~TcpProxyTest() override { close(listener_); }

  Peer Accept() {
    pollfd entry{listener_, POLLIN, 0};
    EXPECT_EQ(poll(&entry, 1, kGenerousMs), 1);
    return Peer(accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
  }
  bool Refuses() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in to = Loopback(proxy_->port());
    const bool refused = connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0;
    close(fd);
    return refused;
  }

  const int listener_;
  std::optional<TcpProxy> proxy_;
};

TEST_F(TcpProxyTest, PassesBothWaysAndClosesWithThePeers) {
  Peer client = Peer::Connect(proxy_->port());
  {
    Peer broker = Accept();
    client.Send("request");
    EXPECT_EQ(broker.Receive(7), "request");
    broker.Send("reply");
  }
  EXPECT_EQ(client.Receive(100), "reply");
}

TEST_F(TcpProxyTest, DelaysEachWay) {
  Peer client = Peer::Connect(proxy_->port());
  Peer broker = Accept();
  proxy_->SetDelay(FixedDelay{Milliseconds(80)});
  const SteadyTime begin = steady_clock::now();
  client.Send("a");
  EXPECT_EQ(broker.Receive(1), "a");
  broker.Send("b");
  EXPECT_EQ(client.Receive(1), "b");
  EXPECT_GE(steady_clock::now() - begin, Milliseconds(160));
}

TEST_F(TcpProxyTest, KeepsTheOrderUnderARandomDelay) {
  Peer client = Peer::Connect(proxy_->port());
  Peer broker = Accept();
  proxy_->SetDelay(LogNormalDelay{Milliseconds(2), 1.5, Milliseconds(50)});
  std::string sent;
  for (int i = 0; i < 100; ++i) {
    const std::string part(1, static_cast<char>('a' + i % 26));
    client.Send(part);
    sent += part;
  }
  EXPECT_EQ(broker.Receive(sent.size()), sent);
}

TEST_F(TcpProxyTest, LimitsTheBandwidth) {
  Peer client = Peer::Connect(proxy_->port());
  Peer broker = Accept();
  proxy_->SetBandwidth(100000);
  const SteadyTime begin = steady_clock::now();
  client.Send(std::string(30000, 'x'));
  EXPECT_EQ(broker.Receive(30000).size(), 30000U);
  // 5,000 bytes may pass at once.
  EXPECT_GE(steady_clock::now() - begin, Milliseconds(240));
}

TEST_F(TcpProxyTest, CutsInTheMiddleOfWhatIsSent) {
  Peer client = Peer::Connect(proxy_->port());
  Peer broker = Accept();
  proxy_->CutAfter(5);
  client.Send("0123456789");
  EXPECT_EQ(broker.Receive(10), "01234");
  EXPECT_EQ(client.Receive(1), "");
  EXPECT_EQ(proxy_->counters().cut, 1U);
}

TEST_F(TcpProxyTest, CutsAllAtOnce) {
  Peer client = Peer::Connect(proxy_->port());
  Peer broker = Accept();
  client.Send("a");
  EXPECT_EQ(broker.Receive(1), "a");
  proxy_->CutAll();
  EXPECT_EQ(client.Receive(1), "");
  EXPECT_EQ(broker.Receive(1), "");
}

TEST_F(TcpProxyTest, ABlackHoleHoldsEverythingUntilItIsOver) {
  Peer client = Peer::Connect(proxy_->port());
  Peer broker = Accept();
  proxy_->BlackHole();
  client.Send("a");
  Peer late = Peer::Connect(proxy_->port());
  Peer late_broker = Accept();
  late.Send("b");
  EXPECT_FALSE(broker.Readable(100));
  EXPECT_FALSE(late_broker.Readable(0));
  proxy_->Restore();
  EXPECT_EQ(broker.Receive(1), "a");
  EXPECT_EQ(late_broker.Receive(1), "b");
}

TEST_F(TcpProxyTest, RefusesAndComesBackOnTheSamePort) {
  Peer client = Peer::Connect(proxy_->port());
  Peer broker = Accept();
  proxy_->Refuse();
  EXPECT_TRUE(Refuses());
  client.Send("still there");
  EXPECT_EQ(broker.Receive(11), "still there");
  proxy_->Restore();
  Peer again = Peer::Connect(proxy_->port());
  Peer again_broker = Accept();
  again.Send("a");
  EXPECT_EQ(again_broker.Receive(1), "a");
}

TEST_F(TcpProxyTest, StopsReadingWhenItsBufferIsFull) {
  Peer client = Peer::Connect(proxy_->port());
  Peer broker = Accept();
  proxy_->SetDelay(FixedDelay{Milliseconds(kGenerousMs)});
  const std::string block(65536, 'x');
  std::size_t taken = 0;
  // What fits into the proxy and the kernel's buffers, and not a gigabyte.
  for (pollfd entry{client.fd(), POLLOUT, 0}; poll(&entry, 1, 500) > 0 && taken < (64U << 20U);) {
    const ssize_t n = send(client.fd(), block.data(), block.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) taken += static_cast<std::size_t>(n);
  }
  EXPECT_LT(taken, 32U << 20U);
}

TEST(LinkDelayTest, IsHeavyTailedAndTheSameForASeed) {
  DelaySampler one(7);
  DelaySampler other(7);
  const LinkDelay delay = LogNormalDelay{Milliseconds(20), 1.2, Milliseconds(5000)};
  std::vector<std::int64_t> samples;
  for (int i = 0; i < 10000; ++i) {
    samples.push_back(one.Sample(delay, {}).count());
    EXPECT_EQ(samples.back(), other.Sample(delay, {}).count());
  }
  std::ranges::sort(samples);
  EXPECT_NEAR(static_cast<double>(samples[5000]), 20000, 2000);
  EXPECT_GT(samples[9900], 10 * samples[5000]);
}

TEST(LinkDelayTest, ChangesWithEachPeriod) {
  DelaySampler sampler(7);
  const LinkDelay delay = ChangingDelay{Milliseconds(0), Milliseconds(400), Milliseconds(1000)};
  const SteadyTime begin = steady_clock::now();
  const auto first = sampler.Sample(delay, begin);
  EXPECT_EQ(sampler.Sample(delay, begin + Milliseconds(999)), first);
  EXPECT_NE(sampler.Sample(delay, begin + Milliseconds(1000)), first);
}

}  // namespace
}  // namespace biglittle::chaos
