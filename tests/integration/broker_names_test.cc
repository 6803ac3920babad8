// Brokers by name: every address is tried, with TLS too, and a name service that hangs holds
// nobody.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "cli/lab/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/log_capture.h"
#include "tests/support/loopback.h"
#include "tests/support/messages.h"
#include "tests/support/system_files.h"
#include "tests/support/test_authority.h"
#include "tests/support/test_broker.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle::wire {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;

// A Mosquitto at one address of this machine.
class BrokerAt {
 public:
  BrokerAt(const std::string& address, const std::string& lines) {
    const auto file = folder_.Write("m.conf", "listener " + std::to_string(port_) + " " + address +
                                                  "\nallow_anonymous true\nuser root\n" + lines);
    auto started = ChildProcess::Start({"/usr/sbin/mosquitto", "-c", file.string()},
                                       folder_.path() / "mosquitto.log");
    EXPECT_TRUE(started.ok());
    if (started.ok()) process_.emplace(*std::move(started));
  }
  std::uint16_t port() const { return port_; }

 private:
  const std::uint16_t port_ = UnusedPort();
  TemporaryFolder folder_;
  std::optional<ChildProcess> process_;
};

MqttSession::Options OptionsFor(const std::string& host, std::uint16_t port) {
  MqttSession::Options options;
  options.broker.host = host;
  options.broker.port = port;
  options.broker.reconnect_delay_min = Milliseconds(20);
  options.broker.reconnect_delay_max = Milliseconds(200);
  options.client_id = "peer";
  options.identity = {Role::kDevice, "peer"};
  return options;
}

// Each of its own name: the process keeps what it looked up.
struct NameCase {
  std::string name;
  std::string hosts;   // what a line of /etc/hosts says before the name; one each
  std::string serves;  // where the broker is
};

class BrokerNamesTest : public testing::TestWithParam<NameCase> {
 protected:
  void SetUp() override {
    std::istringstream addresses(GetParam().hosts);
    std::string hosts;
    for (std::string address; addresses >> address;) hosts += address + " " + host() + "\n";
    files_.Replace("/etc/hosts", hosts);
    if (!files_.ok()) GTEST_SKIP() << "only root can give a test its own /etc/hosts";
  }

  static std::string host() { return GetParam().name + ".example"; }

  SystemFiles files_;
};

INSTANTIATE_TEST_SUITE_P(
    , BrokerNamesTest,
    testing::Values(NameCase{"second-of-two", "127.0.0.2 127.0.0.1", "127.0.0.1"},
                    NameCase{"first-of-two", "127.0.0.2 127.0.0.1", "127.0.0.2"},
                    NameCase{"ipv6-only", "127.0.0.1 ::1", "::1"},
                    NameCase{"ipv4-only", "::1 127.0.0.1", "127.0.0.1"}),
    [](const auto& test) {
      std::string name = test.param.name;
      std::ranges::replace(name, '-', '_');
      return name;
    });

TEST_P(BrokerNamesTest, IsReachedInTheClear) {
  const BrokerAt broker(GetParam().serves, "");
  MqttSession session(OptionsFor(host(), broker.port()));
  session.Start();
  EXPECT_TRUE(session.WaitConnected(Soon())) << session.trouble();
  Message message;
  message.topic = "t";
  ASSERT_TRUE(session.Publish(message).ok());
  EXPECT_EQ(session.Drain(Soon()), 0U);
}

// The certificate is for the name, and is held against it.
TEST_P(BrokerNamesTest, IsReachedWithTls) {
  TestAuthority authority;
  TemporaryFolder folder;
  authority.Enrol(folder.path() / "peer", {.name = "peer"});
  const auto issued = authority.Issue({.name = "broker", .alternative_names = "DNS:" + host()});
  folder.Write("ca.crt", authority.Certificate());
  folder.Write("server.crt", issued.certificate);
  folder.Write("server.key", issued.key);
  const std::string at = folder.path().string();
  const BrokerAt broker(GetParam().serves, "cafile " + at + "/ca.crt\ncertfile " + at +
                                               "/server.crt\nkeyfile " + at + "/server.key\n");
  MqttSession::Options options = OptionsFor(host(), broker.port());
  options.broker.tls = TlsConfig{folder.path() / "peer", true};
  MqttSession session(std::move(options));
  session.Start();
  EXPECT_TRUE(session.WaitConnected(Soon())) << session.trouble();
}

TEST(BrokerNameTest, WhatBecameOfEachAddressIsTold) {
  SystemFiles files;
  files.Replace("/etc/hosts", "127.0.0.2 broker.example\n127.0.0.3 broker.example\n");
  if (!files.ok()) GTEST_SKIP() << "only root can give a test its own /etc/hosts";
  const LogCapture log;
  const BrokerAt elsewhere("127.0.0.1", "");
  MqttSession session(OptionsFor("broker.example", elsewhere.port()));
  session.Start();
  ASSERT_TRUE(Eventually([&] { return !session.trouble().empty(); }));
  EXPECT_THAT(session.trouble(), HasSubstr("connection refused: nobody listens"));
  EXPECT_THAT(session.trouble(), HasSubstr("127.0.0.2: Connection refused"));
  EXPECT_THAT(session.trouble(), HasSubstr("127.0.0.3: Connection refused"));
}

// Paho would look the name up under the lock of all sessions: nothing else would be sent.
TEST(BrokerNameTest, ANameServiceThatHangsHoldsNoOtherSession) {
  SystemFiles files;
  files.Replace("/etc/resolv.conf", "nameserver 127.0.0.53\noptions timeout:5 attempts:3\n");
  files.Replace("/etc/nsswitch.conf", "hosts: files dns\n");
  if (!files.ok()) GTEST_SKIP() << "only root can give a test its own /etc/resolv.conf";
  const int silent = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(53);
  inet_pton(AF_INET, "127.0.0.53", &address.sin_addr);
  if (bind(silent, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    GTEST_SKIP() << "there is a name service at 127.0.0.53 already";
  }
  const LogCapture log;
  TestBroker broker;
  MqttSession::Options lost = OptionsFor("broker.of.nobody.example", broker.port());
  lost.client_id = "lost";
  lost.broker.connect_timeout = Milliseconds(500);
  MqttSession other(std::move(lost));
  MqttSession session(OptionsFor("127.0.0.1", broker.port()));
  session.Start();
  ASSERT_TRUE(session.WaitConnected(Soon()));
  other.Start();
  // Until the other one has given up the first time, and is at it again.
  const SteadyTime begin = steady_clock::now();
  do {
    Message message;
    message.topic = "t";
    ASSERT_TRUE(session.Publish(message).ok());
    ASSERT_EQ(session.Drain(steady_clock::now() + std::chrono::seconds(4)), 0U);
  } while (other.counters().connect_failures < 2);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_THAT(other.trouble(), HasSubstr("the name service does not answer in time"));
  close(silent);
}

}  // namespace
}  // namespace biglittle::wire
