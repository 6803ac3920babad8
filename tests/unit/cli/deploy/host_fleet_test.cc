#include "cli/deploy/host_fleet.h"

#include <gtest/gtest.h>

#include <string>

#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

constexpr char kFile[] = R"(version: 1
fleet: site
models: ../models
models_public_key: ../secure/models.pub
broker: {host: broker.example, tls: {credentials: "../secure/{role}/{id}", revocation: check}}
device_defaults: {deadline_ms: 500}
devices:
  - {id: "pump-{n}", count: 12, task: vibration, source: {type: vibration, seed: 07}}
  - {id: fan, task: vibration, source: {type: vibration}}
workers: [{id: worker-1, tasks: [vibration]}]
hosts: [{id: gw}]
)";

class HostFleetTest : public ::testing::Test {
 protected:
  YamlDocument document_ = *ParseYaml(kFile, "f.yaml").value;
  HostConfig gateway_{.id = "gw", .devices = {"pump-03"}};
  HostConfig hall_{.id = "hall", .devices = {"fan"}, .workers = {"worker-1"}};
};

TEST_F(HostFleetTest, AHostWithoutWorkersHearsOfItsOwnDevicesAlone) {
  const SpelledYaml file = HostFleet(*document_.root, gateway_);
  EXPECT_FALSE(file.contains("hosts"));
  EXPECT_FALSE(file.contains("workers"));
  ASSERT_EQ(file["devices"].size(), 1U);
  EXPECT_EQ(PlainText(file["devices"][0]["id"]), "pump-{n}");
  EXPECT_EQ(PlainText(file["devices"][0]["count"]), "12");
}

TEST_F(HostFleetTest, AHostWithWorkersHearsOfAllDevices) {
  const SpelledYaml file = HostFleet(*document_.root, hall_);
  EXPECT_EQ(file["devices"].size(), 2U);
  EXPECT_EQ(file["workers"].size(), 1U);
}

TEST_F(HostFleetTest, PathsAreThoseOfTheHost) {
  const SpelledYaml file = HostFleet(*document_.root, gateway_);
  EXPECT_EQ(PlainText(file["models"]), "/etc/biglittle/current/models");
  EXPECT_EQ(PlainText(file["models_public_key"]), "/etc/biglittle/current/models.pub");
  EXPECT_EQ(PlainText(file["broker"]["tls"]["credentials"]),
            "/etc/biglittle/current/credentials/{role}/{id}");
  EXPECT_EQ(PlainText(file["broker"]["host"]), "broker.example");
}

TEST_F(HostFleetTest, WhatIsWrittenReadsTheSame) {
  const SpelledYaml file = HostFleet(*document_.root, hall_);
  const auto again = ParseYaml(WriteYaml(file), "again.yaml");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(Spell(*again.value->root), file);
}

// Else one device more would start all that are there again.
TEST_F(HostFleetTest, ADevicesWordsKnowNothingOfOthers) {
  const std::string before = DeviceWords(HostFleet(*document_.root, gateway_), "pump-03");
  std::string text = kFile;
  text.replace(text.find("count: 12"), 9, "count: 15");
  text.replace(text.find("id: worker-1"), 12, "id: worker-2");
  const YamlDocument more = *ParseYaml(text, "f.yaml").value;
  EXPECT_EQ(DeviceWords(HostFleet(*more.root, gateway_), "pump-03"), before);
  EXPECT_NE(DeviceWords(HostFleet(*more.root, gateway_), "pump-04"), before);

  text.replace(text.find("deadline_ms: 500"), 16, "deadline_ms: 400");
  const YamlDocument other = *ParseYaml(text, "f.yaml").value;
  EXPECT_NE(DeviceWords(HostFleet(*other.root, gateway_), "pump-03"), before);
}

TEST(SpelledYaml, ScalarsStayWhatTheyWere) {
  const char* text =
      "number: 07\ntext: \"07\"\nnothing:\nempty: \"\"\nlist: []\nmap: {}\nflag: true\n"
      "\"odd: key\": 'it''s: # \"so\"'\nnested: [[1, 2], {a: [b]}]\nlines: |\n  one\n  two\n";
  const SpelledYaml tree = Spell(*ParseYaml(text, "t.yaml").value->root);
  const auto again = ParseYaml(WriteYaml(tree), "again.yaml");
  ASSERT_TRUE(again.ok()) << WriteYaml(tree);
  EXPECT_EQ(Spell(*again.value->root), tree);
  EXPECT_EQ(tree["number"], "07");
  EXPECT_EQ(tree["text"], "\"07\"");
  EXPECT_EQ(PlainText(tree["lines"]), "one\ntwo\n");
}

}  // namespace
}  // namespace biglittle
