#include "cli/dashboard/dashboard_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/dashboard/page_folder.h"
#include "core/fleet/fleet_file.h"
#include "core/program/exit_code.h"
#include "core/read_file.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

constexpr char kConfig[] = BIGLITTLE_SOURCE_DIR "/config/vibration.yaml";
constexpr std::size_t kMostBytes = 1U << 20U;

TEST(PageFolderTest, ThePageMayConnectToItsBrokerAndToNobodyElse) {
  const TemporaryFolder folder;
  folder.Write("build/dashboard/index.html", "<meta content=\"connect-src 'self' CONNECT; x\">");
  folder.Write("build/dashboard/app.js", "js");
  folder.Write("build/dashboard/app.css", "css");
  const FleetConfig fleet = *LoadFleet(kConfig, nullptr).value;
  const std::filesystem::path out = folder.path() / "www" / "console";
  const absl::Status written =
      WritePage({.home = folder.path(), .programs = {}}, fleet, {.url = "wss://b:8884/mqtt"}, out);
  ASSERT_TRUE(written.ok()) << written;
  EXPECT_EQ(*ReadWholeFile(out / "index.html", kMostBytes),
            "<meta content=\"connect-src 'self' wss://b:8884/mqtt; x\">");
  EXPECT_EQ(*ReadWholeFile(out / "app.js", kMostBytes), "js");
  EXPECT_EQ(*ReadWholeFile(out / "app.css", kMostBytes), "css");
  EXPECT_THAT(*ReadWholeFile(out / "settings.json", kMostBytes),
              HasSubstr("\"url\":\"wss://b:8884/mqtt\""));
}

TEST(PageFolderTest, APageThatWasNotBuiltIsSaid) {
  const TemporaryFolder folder;
  const FleetConfig fleet = *LoadFleet(kConfig, nullptr).value;
  const absl::Status written = WritePage({.home = folder.path(), .programs = {}}, fleet,
                                         {.url = "wss://b:8884/mqtt"}, folder.path() / "www");
  EXPECT_EQ(written.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(written.message()), HasSubstr("npm run build"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "www"));
}

TEST(DashboardCommandTest, BadInputIsOneLineAndCode2) {
  const TemporaryFolder folder;
  const auto run = [&](const DashboardOptions& options) {
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(RunDashboard(options, out, err), kExitBadInput);
    EXPECT_EQ(out.str(), "");
    return err.str();
  };
  EXPECT_THAT(run({.config = folder.path() / "no.yaml", .out = folder.path() / "www"}),
              HasSubstr("no.yaml"));
  EXPECT_THAT(run({.config = kConfig, .out = folder.path() / "www", .url = "http://b/"}),
              HasSubstr("'http://b/'"));
  EXPECT_THAT(run({.config = kConfig, .out = folder.path() / "www", .normal = {"nobody"}}),
              HasSubstr("'nobody'"));
}

}  // namespace
}  // namespace biglittle
