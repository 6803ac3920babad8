// What is said of each entity; that Home Assistant takes it and the templates are right is seen in
// tests/integration/home_assistant.py.
#include "device_agent/home_assistant/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/tiny_task.h"
#include "wire/messages/control.h"

namespace biglittle {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class DiscoveryTest : public testing::Test {
 protected:
  json Payload(bool steering) const {
    return json::parse(DiscoveryOf({"pump.1", topics_, task_, escalation_, steering}));
  }
  static std::set<std::string> KeysOf(const json& map) {
    std::set<std::string> keys;
    for (const auto& [key, value] : map.items()) keys.insert(key);
    return keys;
  }
  const json& EntityNamed(const json& payload, const std::string& name) const {
    for (const json& entity : payload.at("components")) {
      if (entity.at("name") == name) return entity;
    }
    throw std::out_of_range(name);
  }

  const wire::Topics topics_{"root", "plant"};
  Task task_ = LoadTinyTask();
  EscalationConfig escalation_;
};

TEST_F(DiscoveryTest, IsOneDeviceWithItsEntities) {
  task_.release = 7;
  const json payload = Payload(false);
  EXPECT_EQ(KeysOf(payload),
            (std::set<std::string>{"availability", "components", "device", "origin"}));
  EXPECT_EQ(payload["device"], (json{{"identifiers", json::array({"biglittle_plant__pump_2e1"})},
                                     {"name", "pump.1"},
                                     {"manufacturer", "BigLittle"},
                                     {"model", "tiny"},
                                     {"sw_version", "7"}}));
  EXPECT_EQ(payload["availability"][0]["topic"], "root/plant/devices/pump.1/status");
  std::set<std::string> ids;
  for (const json& entity : payload["components"]) {
    const std::string id = entity.at("unique_id");
    EXPECT_TRUE(id.starts_with("biglittle_plant__pump_2e1_")) << id;
    EXPECT_TRUE(ids.insert(id).second) << id;
    EXPECT_FALSE(entity.contains("command_topic")) << id;
  }
  EXPECT_EQ(ids.size(), 7U + task_.priority_classes.size());
}

TEST_F(DiscoveryTest, PrioritisedClassesAreOnOrOffAndKeepTheirIdentity) {
  task_.device_classes = {{2, "problem"}};
  const json fault = EntityNamed(Payload(false), "fault");
  EXPECT_EQ(fault["device_class"], "problem");
  EXPECT_EQ(fault["value_template"], "{{ 'ON' if value_json['class'] == 2 else 'OFF' }}");
  EXPECT_FALSE(EntityNamed(Payload(false), "idle").contains("device_class"));
  std::swap(task_.labels[1], task_.labels[2]);
  task_.priority_classes = {0, 1};
  EXPECT_EQ(EntityNamed(Payload(false), "fault")["unique_id"], fault["unique_id"]);
}

TEST_F(DiscoveryTest, NoLabelIsInATemplate) {
  task_.labels = {"{{ evil }}", "{% evil %}", "'evil", "evil"};
  const json payload = Payload(true);
  for (const json& entity : payload["components"]) {
    for (const auto& [key, value] : entity.items()) {
      if (!key.ends_with("_template")) continue;
      EXPECT_EQ(value.get<std::string>().find("evil"), std::string::npos) << key << ": " << value;
    }
  }
}

TEST_F(DiscoveryTest, OffersThePoliciesThatAreTaken) {
  EXPECT_THAT(OfferedPolicies(task_, escalation_),
              ElementsAre("tuned", "confidence", "little-only", "big-only"));
  escalation_.threshold = 0.5F;
  EXPECT_THAT(OfferedPolicies(task_, escalation_),
              ElementsAre("tuned", "confidence", "margin", "entropy", "little-only", "big-only"));
}

TEST_F(DiscoveryTest, SteeringIsOfferedWhereTheFileSaysSo) {
  const json payload = Payload(true);
  std::set<std::string> more = KeysOf(payload["components"]);
  for (const std::string& key : KeysOf(Payload(false)["components"])) more.erase(key);
  EXPECT_THAT(more, UnorderedElementsAre("policy", "threshold", "paused", "reset"));
  for (const std::string& key : more) {
    EXPECT_EQ(payload["components"][key]["command_topic"], "root/plant/devices/pump.1/control");
  }
  for (const char* key : {"payload_on", "payload_off"}) {
    std::string id;
    const std::string request = payload["components"]["paused"][key];
    EXPECT_TRUE(wire::DecodeControlRequest(request, id).ok()) << request;
    EXPECT_EQ(id, "home-assistant");
  }
}

TEST_F(DiscoveryTest, ATaskOfTheMostClassesIsNotTooLarge) {
  task_.labels.clear();
  for (int i = 0; i < 1000; ++i) task_.labels.push_back(std::to_string(i) + std::string(190, 'x'));
  const std::string payload = DiscoveryOf({"pump", topics_, task_, escalation_, true});
  EXPECT_LT(payload.size(), 256U << 10U);
}

}  // namespace
}  // namespace biglittle
