#include "cli/provision/bridge_settings.h"

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
  std::ifstream in(std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "broker_config" / "bridge.conf");
  return {std::istreambuf_iterator<char>(in), {}};
}

BridgeSettings Settings() {
  return {.site = "hall-7",
          .central_host = "broker.example",
          .central_port = 18883,
          .folder = "/srv/site",
          .topic_root = "own/root",
          .fleet = "presses",
          .max_packet_size = 6144};
}

std::string Render(const BridgeSettings& settings) {
  const auto text = RenderBridgeSettings(Shipped(), settings);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

TEST(BridgeSettingsTest, ReplacesByTheDirectivesName) {
  const std::string text = Render(Settings());
  for (const char* line :
       {"\nconnection hall-7\n", "\nremote_clientid hall-7\n", "\naddress broker.example:18883\n",
        "\nbridge_cafile /srv/site/central-ca.crt\n", "\nbridge_keyfile /srv/site/bridge.key\n",
        "\nbridge_max_packet_size 6144\n", "\nbridge_protocol_version mqttv50\n",
        "\ntopic own/root/presses/devices/+/escalate out 1\n",
        "\ntopic own/root/presses/devices/+/reply/+ in 1\n",
        "\ntopic own/root/presses/devices/+/result out 1\n",
        "\ntopic own/root/presses/devices/+/control in 1\n",
        "\ntopic own/root/presses/devices/+/control/reply out 1\n",
        "\ntopic own/root/presses/devices/+/snapshot/+ out 1\n",
        "\ntopic own/root/presses/devices/+/status out 1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("orkers")));
  EXPECT_THAT(text, Not(HasSubstr("/etc/mosquitto")));
}

TEST(BridgeSettingsTest, ASiteWithWorkersKeepsItsEscalations) {
  BridgeSettings settings = Settings();
  settings.has_workers = true;
  const std::string text = Render(settings);
  EXPECT_THAT(text, HasSubstr("\ntopic own/root/presses/workers/+/status out 1\n"));
  EXPECT_THAT(text, HasSubstr("\ntopic own/root/presses/devices/+/result out 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("/escalate")));
  EXPECT_THAT(text, Not(HasSubstr("/reply/+")));
  EXPECT_THAT(text, HasSubstr("\ntopic own/root/presses/devices/+/control/reply out 1\n"));
}

TEST(BridgeSettingsTest, RefusesWhatWouldBecomeAnotherLine) {
  const auto refused = [](const BridgeSettings& settings) {
    const auto text = RenderBridgeSettings(Shipped(), settings);
    EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(text.status().message());
  };
  BridgeSettings settings = Settings();
  settings.site = "hall 7";
  EXPECT_THAT(refused(settings), HasSubstr("site"));
  settings = Settings();
  settings.central_host = "broker\nbridge_insecure true";
  EXPECT_THAT(refused(settings), HasSubstr("central broker"));
  settings = Settings();
  settings.topic_root = "a # both 1";
  EXPECT_THAT(refused(settings), HasSubstr("topic root"));
  settings = Settings();
  settings.folder = "site";
  EXPECT_THAT(refused(settings), HasSubstr("absolute path"));
}

TEST(BridgeSettingsTest, RefusesATemplateThatLacksALine) {
  const auto text = RenderBridgeSettings("connection x\n", Settings());
  EXPECT_THAT(std::string(text.status().message()), HasSubstr("lacks the line 'address'"));
}

}  // namespace
}  // namespace biglittle
