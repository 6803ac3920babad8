#include "cli/deploy/bundle.h"

#include <gtest/gtest.h>

#include <string>

#include "cli/deploy/deploy_fleet.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

TEST(Bundle, PackagesAreThoseOfWhatRunsThere) {
  EXPECT_TRUE(PackagesOf({}).empty());
  EXPECT_EQ(PackagesOf({.devices = {"d"}, .broker = true}),
            (std::set<std::string>{"biglittle-agent", "biglittle-broker"}));
  EXPECT_EQ(PackagesOf({.workers = {"w"}}), std::set<std::string>{"biglittle-worker"});
}

TEST(Bundle, BrokerSettingsNameTheHostsFolder) {
  EXPECT_EQ(BrokerSettingsOfHost("user me\ncafile /home/me/secure/broker/ca.crt\nlistener 8883\n",
                                 "/home/me/secure/broker"),
            "user mosquitto\ncafile /etc/mosquitto/biglittle/ca.crt\nlistener 8883\n");
}

absl::Status PathsOf(const std::string& text) {
  return CheckPathsOfHosts(*ParseYaml(text, "f.yaml").value->root, "f.yaml");
}

TEST(Bundle, PathsThatWouldBeOtherFilesOnAHostAreRefused) {
  EXPECT_TRUE(PathsOf("models: ../models\nbroker: {tls: {credentials: secure}}\n"
                      "devices: [{id: d, store: {folder: /var/lib/biglittle}}]\n")
                  .ok());
  EXPECT_EQ(
      PathsOf("devices: [{id: d, store: {folder: store}}]\n").message(),
      "f.yaml:1:35: 'folder' must be an absolute path, for the file lies elsewhere on a host, "
      "not 'store'");
  EXPECT_FALSE(PathsOf("device_defaults: {source: {type: replay, windows: x.npy}}\n").ok());
  EXPECT_FALSE(PathsOf("models_releases: releases\n").ok());
  EXPECT_FALSE(PathsOf("broker: {password_file: secret}\n").ok());
}

}  // namespace
}  // namespace biglittle
