#include "cli/deploy/host_changes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace biglittle {
namespace {

using Lines = std::vector<std::string>;

Manifest Wanted() {
  return {.host = "gw-2",
          .architecture = "arm64",
          .release = "bookworm",
          .packages = {{"biglittle-agent", "1.0", "aa", "aa_agent.deb"}},
          .units = {{.name = "biglittle-agent@pump-1", .digest = "d1"}},
          .files = {{"f1", "fleet.yaml"}, {"c1", "credentials/device/pump-1/client.key"}}};
}

HostDescription Present(const Manifest& manifest) {
  HostDescription host;
  host.release = {.name = "r1", .confirmed = true, .since = {}, .manifest = manifest};
  for (const ManifestUnit& unit : manifest.units) host.units[unit.name] = "active ready";
  return host;
}

TEST(HostChanges, AHostThatHasItAllIsUnchanged) {
  EXPECT_EQ(ChangesOf(Wanted(), Present(Wanted()), {}), HostChanges());
}

TEST(HostChanges, ANewHostGetsAll) {
  EXPECT_EQ(ChangesOf(Wanted(), {}, {}).lines,
            (Lines{"installs biglittle-agent 1.0", "writes credentials/device/pump-1",
                   "writes fleet.yaml", "starts biglittle-agent@pump-1"}));
}

TEST(HostChanges, OnlyWhatDiffersIsTold) {
  Manifest old = Wanted();
  old.packages[0].version = "0.9";
  old.units[0].digest = "d0";
  old.units.push_back({.name = "biglittle-agent@pump-9", .digest = "d9"});
  old.files.push_back({"c9", "credentials/device/pump-9/client.key"});
  EXPECT_EQ(
      ChangesOf(Wanted(), Present(old), {}).lines,
      (Lines{"installs biglittle-agent 1.0 in place of 0.9", "removes credentials/device/pump-9",
             "stops biglittle-agent@pump-9", "starts biglittle-agent@pump-1 again"}));
}

TEST(HostChanges, WhatDoesNotRunIsStarted) {
  HostDescription host = Present(Wanted());
  host.units["biglittle-agent@pump-1"] = "failed does not run";
  EXPECT_EQ(ChangesOf(Wanted(), host, {}).lines,
            (Lines{"starts biglittle-agent@pump-1, which does not run"}));
}

TEST(HostChanges, WhatWasCutShortIsEnded) {
  HostDescription host = Present(Wanted());
  host.release->confirmed = false;
  EXPECT_EQ(ChangesOf(Wanted(), host, {}).lines,
            (Lines{"ends the deployment that was cut short there"}));
}

TEST(HostChanges, ADeviceMovesFromWhereItRuns) {
  const Whereabouts where = WhereDevicesRun({{"gw-1", Present(Wanted())}});
  const HostChanges changes = ChangesOf(Wanted(), {}, where);
  EXPECT_EQ(changes.moves, (std::vector<DeviceMove>{{"pump-1", "gw-1"}}));
  EXPECT_EQ(changes.lines.back(), "starts biglittle-agent@pump-1, which moves here from gw-1");
}

// It took over already, and the host of before was not told to forget it.
TEST(HostChanges, ADeviceThatIsHereDoesNotMove) {
  Manifest old = Wanted();
  old.units[0].digest = "d0";
  const Whereabouts where = {{"pump-1", "gw-1"}};
  EXPECT_TRUE(ChangesOf(Wanted(), Present(old), where).moves.empty());
}

using Waves = std::vector<std::vector<std::string>>;

TEST(Waves, BrokerWorkersDevices) {
  EXPECT_EQ(WavesOf({{"d1", 2, {}}, {"d2", 2, {}}, {"b", 0, {}}, {"d3", 2, {}}, {"w", 1, {}}}, 2),
            (Waves{{"b"}, {"w"}, {"d1", "d2"}, {"d3"}}));
}

TEST(Waves, WhoTakesADeviceGoesBeforeWhoGivesIt) {
  EXPECT_EQ(WavesOf({{"giver", 2, {}}, {"taker", 2, {"giver"}}, {"other", 2, {}}}, 4),
            (Waves{{"taker", "other"}, {"giver"}}));
}

TEST(Waves, ACircleEnds) {
  EXPECT_EQ(WavesOf({{"a", 2, {"b"}}, {"b", 2, {"a"}}}, 4), (Waves{{"a"}, {"b"}}));
  EXPECT_EQ(WavesOf({{"w", 1, {}}, {"d", 2, {"w"}}}, 4), (Waves{{"w"}, {"d"}}));
}

TEST(Manifest, ReadsAsItIsWritten) {
  Manifest manifest = Wanted();
  manifest.units[0].ready = {.kind = "http", .host = "127.0.0.1", .port = "9464"};
  manifest.units[0].state = "/var/lib/a folder";
  manifest.files.push_back({"aa", "models/t/a net.onnx"});
  const auto again = ParseManifest(ToText(manifest));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, manifest);
  EXPECT_EQ(ReleaseName(manifest).size(), 12U);
}

TEST(Manifest, OtherTextsAreRefused) {
  EXPECT_FALSE(ParseManifest("").ok());
  EXPECT_FALSE(ParseManifest("biglittle-manifest 2\n").ok());
  EXPECT_FALSE(ParseManifest("biglittle-manifest 1\nunit x\n").ok());
  EXPECT_FALSE(ParseManifest("biglittle-manifest 1\nshell rm\n").ok());
}

TEST(Description, ReadsWhatAHostTells) {
  const auto host = ParseDescription(
      "biglittle-host 1\nrelease ab12 begun\nsince 1700000000\n"
      "state biglittle-agent@p failed does not run\n"
      "cached aa_agent.deb\nmanifest\n" +
      ToText(Wanted()));
  ASSERT_TRUE(host.ok()) << host.status();
  EXPECT_EQ(host->release->name, "ab12");
  EXPECT_FALSE(host->release->confirmed);
  EXPECT_EQ(host->units.at("biglittle-agent@p"), "failed does not run");
  EXPECT_EQ(host->cached.count("aa_agent.deb"), 1U);
  EXPECT_EQ(host->release->manifest, Wanted());
  EXPECT_FALSE(ParseDescription("biglittle-host 1\n").value().release);
  EXPECT_FALSE(ParseDescription("Welcome to gw-1!\n").ok());
}

}  // namespace
}  // namespace biglittle
