// A provisioning folder of a small fleet, the commands that work in it, and its real Mosquitto.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <optional>
#include <sstream>

#include "cli/lab/broker_process.h"
#include "cli/provision/provision_command.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle {
inline SteadyTime Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }

class ProvisionTest : public testing::Test {
 protected:
  ProvisionTest() {
    port_ = FreePort().value();
    admin_port_ = FreePort().value();
    WriteFleet("[device-1, device-2]");
    options_.folder = folder_.path() / "secure";
  }

  void WriteFleet(const std::string& ids,
                  const std::string& worker = "{id: worker-1, tasks: [tiny]}") {
    std::string devices;
    std::istringstream list(ids.substr(1, ids.size() - 2));
    for (std::string id; std::getline(list >> std::ws, id, ',');) {
      devices += fmt::format("  - {{id: {}, task: tiny, source: {{type: replay, windows: {}}}}}\n",
                             id, folder_.Write("X.npy", "").string());
    }
    fleet_ = folder_.Write(
        "fleet.yaml",
        fmt::format("version: 1\nfleet: test\nmodels: {}\n{}broker:\n  port: {}\n  tls: "
                    "{{credentials: \"secure/{{role}}/{{id}}\"}}\nworkers:\n  - {}\ndevices:\n{}",
                    TestDataFolder().string(), fleet_keys_, port_, worker, devices));
  }

  int Init() {
    return RunProvisionInit(options_,
                            {.config = fleet_,
                             .admin_port = admin_port_,
                             .bind_address = "127.0.0.1",
                             .user = getpwuid(geteuid())->pw_name},
                            out_, err_);
  }
  int Apply(bool yes = false) {
    std::istringstream nobody;
    return RunProvisionApply(options_, {.config = fleet_, .yes = yes}, nobody, out_, err_);
  }
  void StartBroker() {
    auto broker = BrokerProcess::StartAsIs(options_.folder / "broker" / "mosquitto.conf", port_,
                                           folder_.path() / "broker.log");
    ASSERT_TRUE(broker.ok()) << broker.status();
    broker_ = *std::move(broker);
  }
  // What was said since the last time.
  std::string Said() {
    const std::string said = out_.str() + err_.str();
    out_.str("");
    err_.str("");
    return said;
  }

  wire::MqttSession::Options SessionOf(const std::string& role, const std::string& id) {
    wire::MqttSession::Options options;
    options.broker.port = port_;
    options.broker.reconnect_delay_min = Milliseconds(20);
    options.broker.reconnect_delay_max = Milliseconds(100);
    options.broker.tls = TlsConfig{.credentials = options_.folder / role / id};
    options.client_id = id;
    return options;
  }

  std::string fleet_keys_;  // more lines for the file itself
  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
  std::filesystem::path fleet_;
  ProvisionOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
  std::optional<BrokerProcess> broker_;
};

}  // namespace biglittle
