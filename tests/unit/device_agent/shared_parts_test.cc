#include "device_agent/shared_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/signature.h"
#include "tests/support/signing_keys.h"
#include "tests/support/tiny_versions.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class SharedPartsTest : public testing::Test {
 protected:
  SharedPartsTest() {
    fleet_.models = folder_.path();
    fleet_.models_public_key = PublicKey::Load(folder_.Write("public.pem", kPublicKey)).value();
    device_.id = "pump";
    device_.task = "tiny";
  }
  void Release(const std::string& line) {
    const auto version = WriteTinyVersion(folder_, "", "one");
    folder_.Write("tiny/task.yaml", line + ReadWhole(version / "task.yaml"));
    ASSERT_TRUE(SignFile(folder_.Write("private.pem", kPrivateKey), version / "task.yaml").ok());
  }
  // A start of the agent.
  absl::Status Load() { return SharedParts(fleet_).TaskOf(device_).status(); }

  const TemporaryFolder folder_;
  FleetConfig fleet_;
  DeviceConfig device_;
};

TEST_F(SharedPartsTest, ADeviceRemembersReleasesBesideItsStore) {
  device_.store = StoreConfig{.folder = folder_.path() / "store"};
  Release("release: 7\n");
  EXPECT_TRUE(Load().ok());
  Release("release: 6\n");
  EXPECT_THAT(std::string(Load().message()), HasSubstr("release 6 of task tiny is older"));
  Release("");
  EXPECT_THAT(std::string(Load().message()), HasSubstr("task tiny has no 'release'"));
  Release("release: 8\n");
  EXPECT_TRUE(Load().ok());
  EXPECT_EQ(ReadWhole(folder_.path() / "store/tiny.release"), "8\n");
}

TEST_F(SharedPartsTest, TheFleetsFolderGoesFirst) {
  device_.store = StoreConfig{.folder = folder_.path() / "store"};
  fleet_.models_releases = folder_.path() / "releases";
  Release("release: 7\n");
  EXPECT_TRUE(Load().ok());
  EXPECT_EQ(ReadWhole(folder_.path() / "releases/tiny.release"), "7\n");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "store"));
}

TEST_F(SharedPartsTest, WithoutAFolderOrAKeyAnyReleaseIsTaken) {
  Release("release: 7\n");
  EXPECT_TRUE(Load().ok());
  Release("release: 6\n");
  EXPECT_TRUE(Load().ok());
  fleet_.models_releases = folder_.path() / "releases";
  fleet_.models_public_key.reset();
  EXPECT_TRUE(Load().ok());
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "releases"));
}

}  // namespace
}  // namespace biglittle
