// A real Mosquitto with TLS for a test, on a free loopback port, that asks for client certificates
// unless told otherwise.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/lab/broker_process.h"
#include "core/fleet/broker_config.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_authority.h"

namespace biglittle {

class TlsBroker {
 public:
  struct Options {
    CertificateWish certificate{.name = "broker", .alternative_names = "IP:127.0.0.1"};
    std::string extra = "";          // lines of its configuration
    std::vector<long> revoked = {};  // of clients
    bool asks_for_certificates = true;
  };

  // Its certificate is from `authority`.
  explicit TlsBroker(TestAuthority& authority) : TlsBroker(authority, Options()) {}
  TlsBroker(TestAuthority& authority, const Options& options) {
    issued_ = authority.Issue(options.certificate);
    folder_.Write("ca.crt", authority.Certificate());
    folder_.Write("crl.pem", authority.RevocationList(options.revoked));
    folder_.Write("server.crt", issued_.certificate);
    folder_.Write("server.key", issued_.key);
    std::string text = fmt::format(
        "listener 0 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
        "max_inflight_messages 1000\nmax_queued_messages 0\n"
        "cafile {0}/ca.crt\ncertfile {0}/server.crt\nkeyfile {0}/server.key\n",
        folder_.path().string());
    if (options.asks_for_certificates) {
      text += fmt::format(
          "require_certificate true\nuse_identity_as_username true\ncrlfile {}/crl.pem\n",
          folder_.path().string());
    }
    configuration_ = folder_.Write("tls.conf", text + options.extra);
    Start(0);
  }
  ~TlsBroker() {
    broker_.reset();
    if (testing::Test::HasFailure()) {
      std::fprintf(stderr, "the broker's log:\n%s\n",
                   TailOfFile(folder_.path() / "mosquitto.log", 20).c_str());
    }
  }

  std::uint16_t port() const { return port_; }
  const TestCertificate& certificate() const { return issued_; }
  BrokerProcess& process() { return *broker_; }
  std::string Log() const { return TailOfFile(folder_.path() / "mosquitto.log", 1000); }

  // How a program reaches it with the credentials of `folder`.
  BrokerConfig config(const std::filesystem::path& folder) const {
    BrokerConfig config;
    config.port = port_;
    config.tls = TlsConfig{folder, true};
    config.reconnect_delay_min = Milliseconds(20);
    config.reconnect_delay_max = Milliseconds(200);
    return config;
  }

 private:
  void Start(std::uint16_t port) {
    auto broker = BrokerProcess::Start(
        {.configuration = configuration_, .folder = folder_.path(), .port = port});
    ASSERT_TRUE(broker.ok()) << std::string(broker.status().message());
    broker_ = *std::move(broker);
    port_ = broker_->port();
  }

  TemporaryFolder folder_;
  TestCertificate issued_;
  std::filesystem::path configuration_;
  std::optional<BrokerProcess> broker_;
  std::uint16_t port_ = 0;
};

}  // namespace biglittle
