#include "cli/provision/broker_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace biglittle {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Shipped() {
  std::ifstream in(std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "broker_config" /
                   "production.conf");
  return {std::istreambuf_iterator<char>(in), {}};
}

BrokerSettings Settings() {
  BrokerSettings settings;
  settings.folder = "/srv/the fleet";
  settings.tls_port = 18883;
  settings.user = "root";
  settings.limits = LimitsFor({2, 1, 10, 2048});
  return settings;
}

std::string Render(const BrokerSettings& settings) {
  const auto text = RenderBrokerSettings(Shipped(), settings);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

std::string Refused(const BrokerSettings& settings) {
  const auto text = RenderBrokerSettings(Shipped(), settings);
  EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(text.status().message());
}

// Rendered for what it says it is for, only the folders change.
TEST(BrokerSettingsTest, TheShippedFileHasTheLimitsThatItSays) {
  BrokerSettings settings;
  settings.folder = "/etc/mosquitto/biglittle";
  settings.websockets_port = 8884;
  settings.admin_port = 8885;
  settings.limits = LimitsFor({1000, 8, 1000, 1 << 20});
  std::string expected = Shipped();
  for (const auto& [from, to] :
       {std::pair("/run/mosquitto/mosquitto.pid", "/etc/mosquitto/biglittle/mosquitto.pid"),
        std::pair("/var/lib/mosquitto/", "/etc/mosquitto/biglittle/")}) {
    expected.replace(expected.find(from), std::string_view(from).size(), to);
  }
  EXPECT_EQ(Render(settings), expected);
}

TEST(BrokerSettingsTest, ReplacesByTheDirectivesName) {
  const std::string text = Render(Settings());
  for (const char* line :
       {"\nuser root\n", "\npid_file /srv/the fleet/mosquitto.pid\n",
        "\npersistence_location /srv/the fleet/\n", "\nlistener 18883\n", "\nmax_connections 70\n",
        "\nmax_packet_size 65536\n",
        "\nplugin_opt_config_file /srv/the fleet/dynamic-security.json\n",
        "\ncafile /srv/the fleet/ca.crt\n", "\ncrlfile /srv/the fleet/crl.pem\n",
        "\ncertfile /srv/the fleet/server.crt\n", "\nkeyfile /srv/the fleet/server.key\n",
        "\nrequire_certificate true\n", "\nset_tcp_nodelay true\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("/etc/mosquitto")));
}

TEST(BrokerSettingsTest, TheWebsocketsListenerIsThereOnlyIfAskedFor) {
  EXPECT_THAT(Render(Settings()), Not(HasSubstr("ebsockets")));
  BrokerSettings settings = Settings();
  settings.websockets_port = 18884;
  const std::string text = Render(settings);
  EXPECT_THAT(text, HasSubstr("\nlistener 18884\nprotocol websockets\n"));
  EXPECT_THAT(text, Not(HasSubstr("/etc/mosquitto")));
}

TEST(BrokerSettingsTest, TheAdministratorHasAListenerOnLoopback) {
  EXPECT_THAT(Render(Settings()), Not(HasSubstr("127.0.0.1")));
  BrokerSettings settings = Settings();
  settings.admin_port = 18885;
  settings.bind_address = "127.0.0.1";
  const std::string text = Render(settings);
  EXPECT_THAT(text, HasSubstr("\nlistener 18883 127.0.0.1\n"));
  const std::string admin = text.substr(text.find("\nlistener 18885 127.0.0.1\n"));
  for (const char* line : {"\nmax_connections 16\n", "\ncrlfile /srv/the fleet/crl.pem\n",
                           "\nrequire_certificate true\n", "\nuse_identity_as_username true\n",
                           "\nuse_username_as_clientid true\n"}) {
    EXPECT_THAT(admin, HasSubstr(line));
  }
  // Whatever it is between.
  settings.admin_port.reset();
  settings.websockets_port = 18884;
  EXPECT_THAT(Render(settings), HasSubstr("\nlistener 18884\nprotocol websockets\n"));
  EXPECT_THAT(Render(settings), Not(HasSubstr("administrator, from")));
}

TEST(BrokerSettingsTest, TheAddressIsTheTlsListeners) {
  BrokerSettings settings = Settings();
  settings.bind_address = "127.0.0.1";
  settings.websockets_port = 18884;
  const std::string text = Render(settings);
  EXPECT_THAT(text, HasSubstr("\nlistener 18883 127.0.0.1\n"));
  EXPECT_THAT(text, HasSubstr("\nlistener 18884\n"));
}

TEST(BrokerSettingsTest, RefusesWhatWouldBecomeAnotherLine) {
  BrokerSettings settings = Settings();
  settings.folder = "relative";
  EXPECT_THAT(Refused(settings), HasSubstr("absolute path"));
  settings.folder = "/srv\nallow_anonymous true";
  EXPECT_THAT(Refused(settings), HasSubstr("one line"));
  settings = Settings();
  settings.user = "root\nallow_anonymous true";
  EXPECT_THAT(Refused(settings), HasSubstr("user name"));
  settings = Settings();
  settings.bind_address = "0.0.0.0\nallow_anonymous true";
  EXPECT_THAT(Refused(settings), HasSubstr("IP address"));
  settings = Settings();
  settings.websockets_port = settings.tls_port;
  EXPECT_THAT(Refused(settings), HasSubstr("different numbers"));
  settings.websockets_port.reset();
  settings.admin_port = settings.tls_port;
  EXPECT_THAT(Refused(settings), HasSubstr("different numbers"));
  settings.admin_port = 0;
  EXPECT_THAT(Refused(settings), HasSubstr("different numbers"));
}

TEST(BrokerSettingsTest, RefusesATemplateThatLacksALine) {
  const auto refused = [](std::string_view line) {
    std::string text = Shipped();
    text.erase(text.find(line), line.size());
    const auto rendered = RenderBrokerSettings(text, Settings());
    return std::string(rendered.status().message());
  };
  EXPECT_THAT(refused("max_packet_size 1052672\n"), HasSubstr("lacks the line 'max_packet_size'"));
  EXPECT_THAT(refused("protocol websockets\n"), HasSubstr("lacks a listener with"));
  EXPECT_THAT(refused("listener 8885 127.0.0.1\n"), HasSubstr("lacks a listener on 127.0.0.1"));
}

}  // namespace
}  // namespace biglittle
