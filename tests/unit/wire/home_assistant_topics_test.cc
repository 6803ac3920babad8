#include "wire/home_assistant_topics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace biglittle::wire {
namespace {

TEST(HomeAssistantTopicsTest, ADeviceIsCalledByBothNames) {
  EXPECT_EQ(ObjectId("plant-7", "pump-1"), "biglittle_plant-7__pump-1");
  EXPECT_EQ(ObjectId("plant.7", "pump_1"), "biglittle_plant_2e7__pump_5f1");
  EXPECT_EQ(DiscoveryTopic("homeassistant", "x"), "homeassistant/device/x/config");
}

// Whatever one of them may be called, it is never the other's topic: every pair of short names.
TEST(HomeAssistantTopicsTest, NoTwoDevicesHaveOneName) {
  std::vector<std::string> names = {std::string(64, '_'), std::string(64, '.'),
                                    std::string(63, '.') + "_", std::string(64, 'a')};
  const std::string characters = "a5_.-e2f";
  for (const char first : characters) {
    names.emplace_back(1, first);
    for (const char second : characters) {
      names.push_back({first, second});
      for (const char third : characters) names.push_back({first, second, third});
    }
  }
  std::set<std::string> ids;
  for (const std::string& fleet : names) {
    for (const std::string& device : names) {
      const std::string id = ObjectId(fleet, device);
      EXPECT_TRUE(ids.insert(id).second) << fleet << " " << device << ": " << id;
      EXPECT_LE(id.size(), kMaxObjectIdBytes);
      EXPECT_TRUE(std::ranges::all_of(id, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
      })) << id;
    }
  }
}

}  // namespace
}  // namespace biglittle::wire
