// TLS against a real broker: that it works, and what the log says in each way in which it fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "core/bounded_queue.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/log_capture.h"
#include "tests/support/test_broker.h"
#include "tests/support/tls_broker.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle::wire {
namespace {

using std::chrono::steady_clock;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kPatience{20};

MqttSession::Options OptionsFor(const BrokerConfig& broker, const std::string& id) {
  MqttSession::Options options;
  options.broker = broker;
  options.identity = {Role::kDevice, id};
  options.client_id = id;
  return options;
}

// The one line that a session says that cannot connect, after several attempts.
std::string WarningOf(const BrokerConfig& broker) {
  const LogCapture log;
  {
    MqttSession session(OptionsFor(broker, "device-1"));
    session.Start();
    EXPECT_TRUE(Eventually([&] { return session.counters().connect_failures >= 3; }));
    EXPECT_EQ(session.counters().connects, 0U);
  }
  const std::vector<std::string> lines = log.lines();
  EXPECT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  return lines.empty() ? "" : lines.front();
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() { authority_.Enrol(folder(), {.name = "device-1"}); }

  std::filesystem::path folder() const { return folder_.path() / "credentials"; }

  TestAuthority authority_;
  TemporaryFolder folder_;
};

TEST_F(TlsTest, ConnectsToAnAddressAndCarriesMessages) {
  TlsBroker broker(authority_);
  const LogCapture log;
  BoundedQueue<Message> inbox(10);
  auto options = OptionsFor(broker.config(folder()), "device-1");
  options.subscriptions = {"t"};
  options.on_message = [&](Message&& message) { EXPECT_TRUE(inbox.TryPush(std::move(message))); };
  MqttSession session(std::move(options));
  session.Start();
  ASSERT_TRUE(session.WaitConnected(steady_clock::now() + kPatience))
      << testing::PrintToString(log.lines());
  EXPECT_EQ(session.broker_address(), "ssl://127.0.0.1:" + std::to_string(broker.port()));
  Message message;
  message.topic = "t";
  message.payload = std::string(100'000, 'x');
  ASSERT_TRUE(session.Publish(message).ok());
  const auto received = inbox.PopUntil(steady_clock::now() + kPatience);
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(received->payload, message.payload);
  EXPECT_EQ(log.lines(), std::vector<std::string>());
}

TEST_F(TlsTest, UnknownAuthority) {
  TestAuthority other("Other Authority");
  TlsBroker broker(other);
  EXPECT_THAT(
      WarningOf(broker.config(folder())),
      HasSubstr("the broker's certificate is not from an authority in ca.pem: it is another"));
}

TEST_F(TlsTest, BrokersCertificateExpired) {
  TlsBroker broker(authority_, {.certificate = {.name = "broker",
                                                .alternative_names = "IP:127.0.0.1",
                                                .valid_from = -7200,
                                                .valid_to = -60}});
  EXPECT_THAT(WarningOf(broker.config(folder())),
              HasSubstr("the broker's certificate has expired: renew it at the broker"));
}

TEST_F(TlsTest, BrokersCertificateNotYetValid) {
  TlsBroker broker(
      authority_,
      {.certificate = {.name = "broker", .alternative_names = "IP:127.0.0.1", .valid_from = 600}});
  EXPECT_THAT(WarningOf(broker.config(folder())),
              HasSubstr("the broker's certificate is not valid yet: set this machine's clock"));
}

TEST_F(TlsTest, WrongAddress) {
  TlsBroker broker(authority_,
                   {.certificate = {.name = "broker", .alternative_names = "IP:127.0.0.2"}});
  EXPECT_THAT(
      WarningOf(broker.config(folder())),
      HasSubstr("the broker's certificate is for 127.0.0.2, not for 127.0.0.1: mend 'host'"));
}

// A system that nobody set up may have no /etc/hosts.
bool KnowsLocalhost() {
  addrinfo* found = nullptr;
  const bool known = getaddrinfo("localhost", nullptr, nullptr, &found) == 0;
  if (known) freeaddrinfo(found);
  return known;
}

TEST_F(TlsTest, WrongHostName) {
  if (!KnowsLocalhost()) GTEST_SKIP() << "this machine does not know the name localhost";
  TlsBroker broker(authority_,
                   {.certificate = {.name = "broker", .alternative_names = "DNS:broker.example"}});
  BrokerConfig config = broker.config(folder());
  config.host = "localhost";
  EXPECT_THAT(WarningOf(config),
              HasSubstr("the broker's certificate is for broker.example, not for localhost"));
}

TEST_F(TlsTest, RightHostName) {
  if (!KnowsLocalhost()) GTEST_SKIP() << "this machine does not know the name localhost";
  TlsBroker broker(authority_,
                   {.certificate = {.name = "broker", .alternative_names = "DNS:localhost"}});
  BrokerConfig config = broker.config(folder());
  config.host = "localhost";
  MqttSession session(OptionsFor(config, "device-1"));
  session.Start();
  EXPECT_TRUE(session.WaitConnected(steady_clock::now() + kPatience));
}

TEST_F(TlsTest, BrokersCertificateRevoked) {
  TlsBroker broker(authority_);
  ReplaceFile(folder() / "ca.pem",
              authority_.Certificate() + authority_.RevocationList({broker.certificate().serial}),
              std::filesystem::perms::owner_read);
  EXPECT_THAT(WarningOf(broker.config(folder())),
              HasSubstr("the broker's certificate is revoked: do not trust that broker"));
}

TEST_F(TlsTest, RevocationListExpired) {
  TlsBroker broker(authority_);
  ReplaceFile(folder() / "ca.pem", authority_.Certificate() + authority_.RevocationList({}, -60),
              std::filesystem::perms::owner_read);
  EXPECT_THAT(WarningOf(broker.config(folder())),
              HasSubstr("the revocation list in ca.pem has expired"));
}

TEST_F(TlsTest, NoTlsAtThatPort) {
  TestBroker broker;
  BrokerConfig config = broker.config();
  config.tls = TlsConfig{folder(), true};
  EXPECT_THAT(WarningOf(config), HasSubstr("most likely it has no TLS at that port"));
}

TEST_F(TlsTest, TlsAtThatPortAndNoneInTheFleetFile) {
  TlsBroker broker(authority_);
  BrokerConfig config = broker.config(folder());
  config.tls.reset();
  EXPECT_THAT(WarningOf(config), HasSubstr("it answers in TLS at that port: say 'tls: {}'"));
}

TEST_F(TlsTest, OurCertificateRevoked) {
  const TestCertificate mine = authority_.Enrol(folder(), {.name = "device-1"});
  TlsBroker broker(authority_, {.revoked = {mine.serial}});
  EXPECT_THAT(WarningOf(broker.config(folder())),
              HasSubstr("the broker says that our certificate is revoked: issue a new one"));
}

TEST_F(TlsTest, OurAuthorityUnknownToTheBroker) {
  TlsBroker broker(authority_);
  TestAuthority other("Other Authority");
  other.Enrol(folder(), {.name = "device-1"});
  ReplaceFile(folder() / "ca.pem", authority_.Certificate() + authority_.RevocationList(),
              std::filesystem::perms::owner_read);
  EXPECT_THAT(WarningOf(broker.config(folder())),
              HasSubstr("the broker does not know the authority of our certificate"));
}

// A server of OpenSSL's at `port`, for what Mosquitto does not do.
class OpenSslServer {
 public:
  OpenSslServer(const TestCertificate& own, std::vector<std::string> options)
      : certificate_(folder_.Write("server.crt", own.certificate)),
        key_(folder_.Write("server.key", own.key)) {
    std::vector<std::string> command = {
        "/usr/bin/openssl",    "s_server", "-quiet",     "-accept", std::to_string(port_), "-cert",
        certificate_.string(), "-key",     key_.string()};
    command.insert(command.end(), options.begin(), options.end());
    auto started = ChildProcess::Start(command, folder_.path() / "s_server.log");
    EXPECT_TRUE(started.ok());
    if (started.ok()) process_.emplace(*std::move(started));
    EXPECT_TRUE(Eventually([this] { return FreePort(port_) == std::nullopt; }));
  }
  std::uint16_t port() const { return port_; }

 private:
  const std::uint16_t port_ = UnusedPort();
  TemporaryFolder folder_;
  const std::filesystem::path certificate_;
  const std::filesystem::path key_;
  std::optional<ChildProcess> process_;
};

// As a broker whose certfile lacks the intermediate authority's certificate.
TEST_F(TlsTest, IntermediateCertificateNotSent) {
  TestAuthority between("Intermediate");
  const OpenSslServer server(between.Issue({.alternative_names = "IP:127.0.0.1"}), {});
  BrokerConfig config;
  config.port = server.port();
  config.tls = TlsConfig{folder(), true};
  EXPECT_THAT(WarningOf(config),
              HasSubstr("not from an authority in ca.pem, but from '/CN=Intermediate', whose "
                        "certificate the broker does not send along"));
}

// Mosquitto knows a lowest version only.
TEST_F(TlsTest, NoTlsVersionInCommon) {
  const OpenSslServer server(authority_.Issue({.alternative_names = "IP:127.0.0.1"}),
                             {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"});
  BrokerConfig config;
  config.port = server.port();
  config.tls = TlsConfig{folder(), true};
  EXPECT_THAT(WarningOf(config),
              HasSubstr("the broker speaks no TLS version that we do: it must offer TLS 1.2"));
}

TEST_F(TlsTest, NobodyListens) {
  BrokerConfig config;
  config.port = UnusedPort();
  config.tls = TlsConfig{folder(), true};
  config.reconnect_delay_min = Milliseconds(20);
  config.reconnect_delay_max = Milliseconds(20);
  EXPECT_THAT(WarningOf(config), HasSubstr("connection refused: nobody listens at port"));
  config.tls.reset();
  EXPECT_THAT(WarningOf(config), HasSubstr("connection refused: nobody listens at port"));
}

TEST_F(TlsTest, NoSuchHost) {
  BrokerConfig config;
  config.host = "broker.invalid";
  config.tls = TlsConfig{folder(), true};
  EXPECT_THAT(WarningOf(config), HasSubstr("the host broker.invalid is not known"));
}

// What a broker says in MQTT, over TLS or not.
class LoginTest : public TlsTest {
 protected:
  LoginTest() {
    password_file_ = folder_.path() / "password";
    SetPassword("right");
    hash_file_ = folder_.path() / "hashes";
    auto tool = ChildProcess::Start(
        {"/usr/bin/mosquitto_passwd", "-b", "-c", hash_file_.string(), "plant", "right"},
        folder_.path() / "passwd.log");
    EXPECT_TRUE(tool.ok());
    EXPECT_EQ(tool->WaitUntil(steady_clock::now() + kPatience), 0);
    std::filesystem::permissions(hash_file_, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
  }
  void SetPassword(const std::string& password) {
    ReplaceFile(password_file_, password + "\n", std::filesystem::perms::owner_read);
  }

  std::filesystem::path password_file_;
  std::filesystem::path hash_file_;
};

TEST_F(LoginTest, APasswordOverTls) {
  TlsBroker broker(authority_,
                   {.extra = "allow_anonymous false\npassword_file " + hash_file_.string() + "\n",
                    .asks_for_certificates = false});
  BrokerConfig config = broker.config(folder());
  config.username = "plant";
  config.password_file = password_file_;
  {
    MqttSession session(OptionsFor(config, "device-1"));
    session.Start();
    EXPECT_TRUE(session.WaitConnected(steady_clock::now() + kPatience));
  }
  SetPassword("wrong");
  const std::string warning = WarningOf(config);
  EXPECT_THAT(warning, HasSubstr("the broker does not authorize this program (135): mend its"));
  EXPECT_THAT(warning, testing::Not(HasSubstr("wrong")));
}

TEST_F(TlsTest, AMessageThatIsTooLargeForTheBroker) {
  TlsBroker broker(authority_, {.extra = "max_packet_size 2000\n"});
  const LogCapture log;
  MqttSession session(OptionsFor(broker.config(folder()), "device-1"));
  session.Start();
  Message message;
  message.topic = "t";
  message.payload = std::string(5000, 'x');
  ASSERT_TRUE(session.Publish(message).ok());
  ASSERT_TRUE(Eventually([&] { return !log.lines().empty(); }));
  EXPECT_THAT(
      log.lines().front(),
      HasSubstr("a message of 5014 bytes to t is lost: the broker takes 2000 bytes at most"));
}

}  // namespace
}  // namespace biglittle::wire
