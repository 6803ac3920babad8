// A real Mosquitto for a test, with the development configuration, on a free loopback port.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <optional>

#include "cli/lab/broker_process.h"
#include "core/fleet/broker_config.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {

class TestBroker {
 public:
  TestBroker() { Start(0); }
  ~TestBroker() {
    broker_.reset();
    if (testing::Test::HasFailure()) {
      std::fprintf(stderr, "the broker's log:\n%s\n",
                   TailOfFile(folder_.path() / "mosquitto.log", 20).c_str());
    }
  }

  std::uint16_t port() const { return port_; }

  // Quick to notice and to come back, for tests that do not want to wait.
  BrokerConfig config() const {
    BrokerConfig config;
    config.port = port_;
    config.reconnect_delay_min = Milliseconds(20);
    config.reconnect_delay_max = Milliseconds(200);
    return config;
  }

  // As by a power cut; returns when it is gone.
  void Kill() {
    broker_->process().Signal(SIGKILL);
    broker_.reset();
  }
  void Restart() { Start(port_); }

 private:
  void Start(std::uint16_t port) {
    auto broker =
        BrokerProcess::Start({.configuration = std::filesystem::path(BIGLITTLE_SOURCE_DIR) /
                                               "broker_config" / "development.conf",
                              .folder = folder_.path(),
                              .port = port});
    ASSERT_TRUE(broker.ok()) << std::string(broker.status().message());
    broker_ = *std::move(broker);
    port_ = broker_->port();
  }

  TemporaryFolder folder_;
  std::optional<BrokerProcess> broker_;
  std::uint16_t port_ = 0;
};

}  // namespace biglittle
