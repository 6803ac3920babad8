// What the engine takes of a device's memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "nn/model.h"
#include "tests/support/shipped.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_fleet.h"

namespace biglittle {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20U;

std::size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t virtual_pages = 0;
  std::size_t pages = 0;
  statm >> virtual_pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::vector<std::filesystem::path> LittleNets() {
  const std::filesystem::path models(BIGLITTLE_SOURCE_DIR "/models");
  std::vector<std::filesystem::path> nets;
  for (const char* task : kShippedTasks) nets.push_back(models / task / "little.onnx");
  return nets;
}

TEST(EngineMemory, AProcessWithALittleNetIsSmall) {
  const TemporaryFolder folder;
  for (const std::filesystem::path& net : LittleNets()) {
    const std::string json = (folder.path() / "bench.json").string();
    const std::vector<std::string> command = {
        (Installation::Find().programs / "biglittle").string(),
        "bench",
        "nn",
        "--model",
        net.string(),
        "--seconds",
        "0.1",
        "--json",
        json};
    ChildProcess child = ChildProcess::Start(command, folder.path() / "log").value();
    ASSERT_EQ(child.WaitUntil(TestFleet::Soon()).value(), 0);
    const auto measured = nlohmann::json::parse(std::ifstream(json));
    EXPECT_LT(measured["rss_bytes"].get<std::size_t>(), 24 * kMebibyte) << net;
  }
}

TEST(EngineMemory, AMillionReadingsTakeNoMore) {
  // The cheapest of them: of others a million would take minutes.
  const auto model = nn::Model::Load(BIGLITTLE_SOURCE_DIR "/models/vibration/little.onnx");
  ASSERT_TRUE(model.ok()) << model.status();
  auto context = model->Prepare({});
  ASSERT_TRUE(context.ok()) << context.status();
  const auto classify = [&context](int readings) {
    for (int i = 0; i < readings; ++i) {
      std::ranges::fill(context->input(1), 0.5F);
      context->Invoke(1);
    }
  };
  classify(1000);
  const std::size_t before = ResidentBytes();
  classify(1'000'000);
  EXPECT_LT(ResidentBytes(), before + kMebibyte / 4);
}

}  // namespace
}  // namespace biglittle
