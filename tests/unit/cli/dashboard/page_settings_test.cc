#include "cli/dashboard/page_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/fleet/fleet_file.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

FleetConfig Fleet() {
  return *LoadFleet(BIGLITTLE_SOURCE_DIR "/config/vibration.yaml", nullptr).value;
}

nlohmann::json JsonOf(const PageSettings& settings) {
  const auto json = ToPageJson(Fleet(), settings);
  EXPECT_TRUE(json.ok()) << json.status();
  return nlohmann::json::parse(json.value_or("{}"));
}

TEST(PageSettingsTest, SaysWhatThePageNeedsOfFleetAndTasks) {
  const FleetConfig fleet = Fleet();
  const nlohmann::json json = JsonOf({.url = "wss://broker.example:8884/mqtt", .login = true});
  EXPECT_EQ(json["fleet"], fleet.fleet);
  EXPECT_EQ(json["topic_root"], "biglittle/v1");
  EXPECT_EQ(json["url"], "wss://broker.example:8884/mqtt");
  EXPECT_EQ(json["login"], true);
  EXPECT_EQ(json["steering"], false);
  ASSERT_EQ(json["devices"].size(), fleet.devices.size());
  EXPECT_EQ(json["devices"][fleet.devices[0].id]["task"], "vibration");
  EXPECT_EQ(json["devices"][fleet.devices[0].id]["deadline_ms"], fleet.devices[0].deadline.count());
  const nlohmann::json& task = json["tasks"]["vibration"];
  EXPECT_EQ(task["labels"].size(), 11U);
  EXPECT_EQ(task["prioritised"].size(), 5U);
  EXPECT_EQ(task["normal"], nlohmann::json::array({"healthy"}));
  EXPECT_EQ(task["shape"], nlohmann::json::array({3, 1024}));
  EXPECT_NEAR(task["escalation"], 0.1394, 1e-9);
}

TEST(PageSettingsTest, WhatIsNormalCanBeSaid) {
  const auto json = JsonOf({.url = "ws://h:1/mqtt", .normal = {"ball_mild", "healthy"}});
  EXPECT_EQ(json["tasks"]["vibration"]["normal"], nlohmann::json::array({"healthy", "ball_mild"}));
  const auto unknown = ToPageJson(Fleet(), {.url = "ws://h:1/mqtt", .normal = {"helthy"}});
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("'helthy'"));
}

// It stands in the page's policy: nothing may be added to that by it.
TEST(PageSettingsTest, RefusesAnAddressThatIsNoWebsockets) {
  for (const char* url : {"", "http://h/", "ws://", "wss://h:1/mqtt; script-src *",
                          "wss://h:1/\"><script>", "ws://h a", "wss://h,b"}) {
    const auto json = ToPageJson(Fleet(), {.url = url});
    EXPECT_EQ(json.status().code(), absl::StatusCode::kInvalidArgument) << url;
  }
}

}  // namespace
}  // namespace biglittle
