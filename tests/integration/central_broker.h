// A Mosquitto with the production configuration, as a site's bridge finds it: TLS, certificates and
// dynamic security, on a loopback port. And Mosquitto's own clients, which speak TLS.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/lab/broker_process.h"
#include "cli/lab/child_process.h"
#include "cli/provision/broker_settings.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_authority.h"
#include "tests/support/tiny_versions.h"

namespace biglittle {

class CentralBroker {
 public:
  // `security`: the content of dynamic-security.json. Each of `names` gets NAME.crt and NAME.key.
  CentralBroker(const std::string& security, const std::vector<std::string>& names) {
    folder_.Write("ca.crt", authority_.Certificate());
    folder_.Write("crl.pem", authority_.RevocationList({}));
    WritePair("server", {.name = "broker", .alternative_names = "IP:127.0.0.1"});
    for (const std::string& name : names) WritePair(name, {.name = name});
    folder_.Write("dynamic-security.json", security);
    BrokerSettings settings;
    settings.folder = folder_.path();
    settings.bind_address = "127.0.0.1";
    settings.limits = LimitsFor({});
    const auto text =
        RenderBrokerSettings(ReadWhole(Source("broker_config/production.conf")), settings);
    EXPECT_TRUE(text.ok()) << text.status();
    folder_.Write("rendered.conf", text.value_or(""));
    Start(0);
  }
  ~CentralBroker() {
    broker_.reset();
    if (testing::Test::HasFailure()) {
      std::fprintf(stderr, "the central broker's log:\n%s\n",
                   TailOfFile(folder_.path() / "mosquitto.log", 30).c_str());
    }
  }

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::uint16_t port() const { return port_; }

  // Begins mosquitto_pub or mosquitto_sub as `name`; what it prints goes to `log` in the folder.
  ChildProcess Client(const std::string& program, const std::string& name,
                      const std::vector<std::string>& arguments, const std::string& log) const {
    std::vector<std::string> command{"/usr/bin/" + program,
                                     "-V",
                                     "5",
                                     "-h",
                                     "127.0.0.1",
                                     "-p",
                                     std::to_string(port_),
                                     "--cafile",
                                     (folder_.path() / "ca.crt").string(),
                                     "--cert",
                                     (folder_.path() / (name + ".crt")).string(),
                                     "--key",
                                     (folder_.path() / (name + ".key")).string(),
                                     "-q",
                                     "1"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return Begin(command, log);
  }
  static int Finish(ChildProcess process) {
    return process.WaitUntil(std::chrono::steady_clock::now() + std::chrono::seconds(30))
        .value_or(-1);
  }
  std::string Read(const std::string& log) const { return ReadWhole(folder_.path() / log); }

  // As by a power cut, but that it has just saved its sessions.
  void Kill() {
    const std::filesystem::path saved = folder_.path() / "mosquitto.db";
    std::filesystem::remove(saved);
    broker_->process().Signal(SIGUSR1);
    while (!std::filesystem::exists(saved)) std::this_thread::sleep_for(Milliseconds(5));
    broker_->process().Signal(SIGKILL);
    broker_.reset();
  }
  void Restart() { Start(port_); }

 private:
  static std::string Source(const std::string& name) {
    return std::string(BIGLITTLE_SOURCE_DIR) + "/" + name;
  }
  void WritePair(const std::string& file, const CertificateWish& wish) {
    const TestCertificate issued = authority_.Issue(wish);
    folder_.Write(file + ".crt", issued.certificate);
    folder_.Write(file + ".key", issued.key);
  }
  ChildProcess Begin(const std::vector<std::string>& command, const std::string& log) const {
    return ChildProcess::Start(command, folder_.path() / log).value();
  }
  void Start(std::uint16_t port) {
    auto broker = BrokerProcess::Start({.configuration = folder_.path() / "rendered.conf",
                                        .folder = folder_.path(),
                                        .port = port});
    ASSERT_TRUE(broker.ok()) << std::string(broker.status().message());
    broker_ = *std::move(broker);
    port_ = broker_->port();
  }

  TestAuthority authority_;
  TemporaryFolder folder_;
  std::optional<BrokerProcess> broker_;
  std::uint16_t port_ = 0;
};

}  // namespace biglittle
