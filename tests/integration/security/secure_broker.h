// A Mosquitto with the production configuration, provisioned as `biglittle provision` does it, on a
// free loopback port; and a witness, whom an operator has let in beside the fleet and who may send
// and read everything.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/lab/broker_process.h"
#include "cli/provision/authority.h"
#include "cli/provision/identity.h"
#include "cli/provision/provisioner.h"
#include "tests/integration/security/mqtt_client.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {

// Members that tests let in.
inline const Identity kPump1{Role::kDevice, "pump-1"};
inline const Identity kPump2{Role::kDevice, "pump-2"};

// MQTT 5's reason code of a publication that has no subscriber.
inline constexpr int kNoReader = 16;

class SecureBroker {
 public:
  struct Options {
    std::vector<Identity> identities;
    bool websockets = false;
    bool admin_listener = false;
    std::optional<HomeAssistantNames> home_assistant = std::nullopt;
    std::filesystem::path settings_template;  // empty: broker_config/production.conf
  };

  // Errors fail the test.
  explicit SecureBroker(const Options& options);
  ~SecureBroker();

  std::uint16_t port() const { return port_; }
  std::uint16_t websockets_port() const { return websockets_port_; }
  std::uint16_t admin_port() const { return admin_port_; }
  std::filesystem::path folder() const { return folder_.path() / "secure"; }
  std::filesystem::path Of(const Identity& identity) const {
    return provisioner_->OfIdentity(identity);
  }
  // With its revocation list, which our own sessions make the whole process ask for.
  std::filesystem::path authority_file() const { return folder() / "admin" / "admin" / "ca.pem"; }
  std::string User(const Identity& identity) const {
    return provisioner_->inventory().NameOf(identity);
  }
  Provisioner& provisioner() { return *provisioner_; }
  BrokerProcess& process() { return *broker_; }
  std::string Log() const;
  // How often its log has this in it.
  std::size_t CountInLog(const std::string& part) const;
  // What a TestFleet needs to reach it, each member with its own credentials.
  std::string FleetKeys() const;

  // A certificate of the fleet's authority in a folder of its own, which no inventory knows. With
  // a negative validity it has expired.
  std::filesystem::path Issue(const std::string& common_name,
                              std::chrono::days valid = std::chrono::days(1)) const;
  // client.crt and client.key in a folder of their own.
  std::filesystem::path Write(const std::string& name, const KeyAndCertificate& issued) const;
  MqttClient::Options OptionsFor(const std::filesystem::path& credentials) const;
  // Lets in the witness, who reads all topics.
  std::unique_ptr<MqttClient> MakeWitness();

  static constexpr char kFleet[] = "test";

 private:
  void Provision(const Options& options);
  bool Start();

  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  std::uint16_t websockets_port_ = 0;
  std::uint16_t admin_port_ = 0;
  std::optional<Provisioner> provisioner_;
  std::optional<BrokerProcess> broker_;
};

}  // namespace biglittle
