// Over real sockets: honest clients, rude ones, and ports that cannot be had.
#include "wire/http/health_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <list>
#include <thread>
#include <vector>

#include "tests/support/free_port.h"
#include "tests/support/http_client.h"
#include "wire/http/http_request.h"

namespace biglittle::wire {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

class HealthServerTest : public testing::Test {
 protected:
  HealthServerTest() {
    auto server = HealthServer::Start({"127.0.0.1", port_}, MakePages());
    EXPECT_TRUE(server.ok()) << std::string(server.status().message());
    server_ = *std::move(server);
  }

  HealthServer::Pages MakePages() {
    return {.live =
                [] {
                  return Verdict{true, "alive"};
                },
            .ready =
                [this] {
                  return ready_ ? Verdict{true, "online"} : Verdict{false, "no"};
                },
            .metrics = [this] { return metrics_; }};
  }
  static milliseconds Since(steady_clock::time_point begin) {
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
  }

  const std::uint16_t port_ = UnusedPort();
  std::atomic<bool> ready_{false};
  std::string metrics_ = "x_total 1\n";
  std::unique_ptr<HealthServer> server_;
};

TEST_F(HealthServerTest, AnswersItsThreePages) {
  const HttpReply live = Get(port_, "/live");
  EXPECT_EQ(live.status, 200);
  EXPECT_EQ(live.body, "alive\n");
  EXPECT_EQ(Get(port_, "/ready").status, 503);
  EXPECT_EQ(Get(port_, "/ready").body, "no\n");
  ready_ = true;
  EXPECT_EQ(Get(port_, "/ready").status, 200);
  const HttpReply metrics = Get(port_, "/metrics");
  EXPECT_EQ(metrics.body, "x_total 1\n");
  EXPECT_THAT(metrics.head, HasSubstr("text/plain; version=0.0.4"));
}

TEST_F(HealthServerTest, RefusesWhatItDoesNotHave) {
  EXPECT_EQ(Get(port_, "/").status, 404);
  EXPECT_EQ(Get(port_, "/live/").status, 404);
  EXPECT_EQ(Get(port_, "/../live").status, 404);
  EXPECT_EQ(Ask(port_, "POST /live HTTP/1.1\r\nContent-Length: 1\r\n\r\nx").status, 405);
  EXPECT_EQ(Ask(port_, "\x16\x03\x01\r\n\r\n").status, 400);
  EXPECT_EQ(Ask(port_, "HEAD /live HTTP/1.1\r\n\r\n").body, "");
}

// The answer must survive that more came than was read.
TEST_F(HealthServerTest, ARequestThatIsTooLongIsToldSo) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Ask(port_, "GET /live HTTP/1.1\r\nX: " + std::string(100'000, 'x')).status, 431);
  }
}

TEST_F(HealthServerTest, ALargePageArrivesWhole) {
  metrics_ = std::string(4 << 20, 'm');
  EXPECT_EQ(Get(port_, "/metrics").body.size(), metrics_.size());
}

TEST_F(HealthServerTest, SlowClientsLoseTheirConnectionsAndHinderNobody) {
  std::list<HttpConnection> slow;
  for (std::size_t i = 0; i < 3 * HealthServer::kMaxConnections; ++i) {
    slow.emplace_back(port_);
    ASSERT_TRUE(slow.back().Send("GET /live HTTP/1.1\r\nX: "));
  }
  auto begin = steady_clock::now();
  EXPECT_EQ(Get(port_, "/live").status, 200);
  EXPECT_LT(Since(begin), HealthServer::kPatience);
  // One that goes on and on, byte by byte, is over at the same time.
  begin = steady_clock::now();
  const HttpConnection drip(port_);
  while (drip.Send("x") && Since(begin) < 5 * HealthServer::kPatience) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_GE(Since(begin), HealthServer::kPatience - milliseconds(100));
  EXPECT_LT(Since(begin), 3 * HealthServer::kPatience);
}

TEST_F(HealthServerTest, ManyAskAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) good += Get(port_, "/metrics").body == "x_total 1\n";
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 400);
}

TEST_F(HealthServerTest, EndsAtOnceWhateverIsOpen) {
  const HttpConnection idle(port_);
  const HttpConnection slow(port_);
  ASSERT_TRUE(slow.Send("GET /"));
  const auto begin = steady_clock::now();
  server_.reset();
  EXPECT_LT(Since(begin), HealthServer::kPatience / 2);
  EXPECT_EQ(Get(port_, "/live").status, 0);
  EXPECT_TRUE(HealthServer::Start({"127.0.0.1", port_}, MakePages()).ok());
}

TEST_F(HealthServerTest, APortInUseIsOneLineThatSaysTheMend) {
  const auto second = HealthServer::Start({"127.0.0.1", port_}, MakePages());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(std::string(second.status().message()),
            fmt::format("health: cannot listen on 127.0.0.1:{}: Address already in use; another "
                        "program has the port: give health.port another value",
                        port_));
}

TEST_F(HealthServerTest, AHostOfAnotherMachineIsRefused) {
  const auto other = HealthServer::Start({"192.0.2.1", port_}, MakePages());
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("an address of this machine"));
}

TEST_F(HealthServerTest, AHostThatIsNoNameIsRefused) {
  const auto other = HealthServer::Start({"no..name", port_}, MakePages());
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("health.host must be"));
}

}  // namespace
}  // namespace biglittle::wire
