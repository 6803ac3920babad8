#include "tests/integration/security/secure_broker.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/provision/broker_limits.h"
#include "cli/provision/control_channel.h"
#include "cli/provision/private_files.h"
#include "tests/support/free_port.h"

namespace biglittle {
namespace {

constexpr int kPortTries = 5;
constexpr char kWitness[] = "witness";

std::string ContentOf(const std::filesystem::path& file) {
  const auto text = ReadSmallFile(file);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

}  // namespace

SecureBroker::SecureBroker(const Options& options) {
  // Between finding a free port and the broker's taking it, somebody else may.
  for (int attempt = 0; attempt < kPortTries && !broker_; ++attempt) {
    provisioner_.reset();
    std::filesystem::remove_all(folder());
    Provision(options);
    if (testing::Test::HasFatalFailure() || Start()) return;
  }
  ADD_FAILURE() << "the broker does not start:\n" << Log();
}

SecureBroker::~SecureBroker() {
  broker_.reset();
  if (testing::Test::HasFailure()) {
    std::fprintf(stderr, "the broker's log:\n%s\n",
                 TailOfFile(folder_.path() / "mosquitto.log", 30).c_str());
  }
}

void SecureBroker::Provision(const Options& options) {
  port_ = UnusedPort();
  if (options.websockets) websockets_port_ = UnusedPort();
  if (options.admin_listener) admin_port_ = UnusedPort();
  Inventory inventory;
  inventory.names.fleet = kFleet;
  inventory.names.home_assistant = options.home_assistant;
  inventory.hosts = {"127.0.0.1"};
  inventory.port = port_;
  inventory.websockets_port = websockets_port_;
  inventory.admin_port = admin_port_;
  inventory.bind_address = "127.0.0.1";
  inventory.user = getpwuid(geteuid())->pw_name;
  const std::filesystem::path shipped =
      std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "broker_config" / "production.conf";
  auto made = Provisioner::Init(
      folder(), inventory, options.settings_template.empty() ? shipped : options.settings_template,
      LimitsFor({.devices = options.identities.size(), .workers = 1, .readings_per_s = 100}));
  ASSERT_TRUE(made.ok()) << made.status();
  provisioner_ = *std::move(made);
  for (const Identity& identity : options.identities) {
    ASSERT_TRUE(provisioner_->Add(identity).ok()) << ToString(identity);
  }
  ASSERT_TRUE(provisioner_->Synchronise().ok());
}

bool SecureBroker::Start() {
  auto broker = BrokerProcess::StartAsIs(folder() / "broker" / "mosquitto.conf", port_,
                                         folder_.path() / "mosquitto.log");
  if (broker.ok()) broker_ = *std::move(broker);
  return broker_.has_value();
}

std::string SecureBroker::Log() const {
  return TailOfFile(folder_.path() / "mosquitto.log", 100'000);
}

std::size_t SecureBroker::CountInLog(const std::string& part) const {
  const std::string text = Log();
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string SecureBroker::FleetKeys() const {
  return fmt::format("tls: {{credentials: '{}/{{role}}/{{id}}'}}, ", folder().string());
}

std::filesystem::path SecureBroker::Issue(const std::string& common_name,
                                          std::chrono::days valid) const {
  const auto authority = Authority::Load(ContentOf(folder() / "authority" / "ca.key"),
                                         ContentOf(folder() / "authority" / "ca.crt"));
  EXPECT_TRUE(authority.ok()) << authority.status();
  const auto issued = authority->IssueClient(common_name, valid);
  EXPECT_TRUE(issued.ok()) << issued.status();
  return Write(common_name, *issued);
}

std::filesystem::path SecureBroker::Write(const std::string& name,
                                          const KeyAndCertificate& issued) const {
  const std::filesystem::path folder = std::filesystem::path("others") / name;
  folder_.Write(folder / "client.crt", issued.certificate);
  return folder_.Write(folder / "client.key", issued.key).parent_path();
}

MqttClient::Options SecureBroker::OptionsFor(const std::filesystem::path& credentials) const {
  return {.port = port_,
          .authority = authority_file(),
          .credentials = credentials,
          .client_id = credentials.empty() ? "nobody" : credentials.filename().string(),
          .will = std::nullopt,
          .on_message = {}};
}

std::unique_ptr<MqttClient> SecureBroker::MakeWitness() {
  using nlohmann::json;
  json acls = json::array();
  for (const char* kind : {"publishClientSend", "publishClientReceive", "subscribePattern"}) {
    for (const char* topic : {"#", "$SYS/#", "$CONTROL/#"}) {
      acls.push_back({{"acltype", kind}, {"topic", topic}, {"allow", true}});
    }
  }
  BrokerConfig config;
  config.port = port_;
  config.tls = TlsConfig{.credentials = Of({Role::kAdmin, "admin"})};
  auto channel = ControlChannel::Open(config);
  EXPECT_TRUE(channel.ok()) << channel.status();
  const auto done =
      channel->Run({{{"command", "createRole"}, {"rolename", kWitness}, {"acls", acls}},
                    {{"command", "createClient"},
                     {"username", kWitness},
                     {"roles", json::array({{{"rolename", kWitness}, {"priority", -1}}})}}});
  EXPECT_TRUE(done.ok()) << done.status();
  auto witness = std::make_unique<MqttClient>(OptionsFor(Issue(kWitness)));
  EXPECT_EQ(witness->connect_reason(), 0);
  for (const char* filter : {"#", "$SYS/#", "$CONTROL/dynamic-security/#"}) {
    EXPECT_EQ(witness->Subscribe(filter), 1) << filter;
  }
  return witness;
}

}  // namespace biglittle
