#include "cloud_worker/intake/busiest_devices.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

using Work = std::vector<wire::DeviceWork>;

TEST(BusiestDevicesTest, TellsThoseWithTheMostComputeTimeSinceItWasAsked) {
  BusiestDevices devices;
  devices.Count("a", 100, Milliseconds(1));
  devices.Count("b", 1, Milliseconds(40));
  devices.Count("c", 1, Milliseconds(30));
  devices.Count("c", 1, Milliseconds(30));
  EXPECT_EQ(devices.Take(2), (Work{{"c", 2, 60.0}, {"b", 1, 40.0}}));
  EXPECT_EQ(devices.Take(2), Work{});
  devices.Count("a", 1, Milliseconds(1));
  EXPECT_EQ(devices.Take(3), (Work{{"a", 1, 1.0}}));
}

TEST(BusiestDevicesTest, ABatchIsSharedByItsReadings) {
  BusiestDevices devices;
  const wire::ReadingReply reply;
  devices.CountBatch(
      {{{"a", "r"}, reply}, {{"b", "r"}, reply}, {{"b", "s"}, reply}, {{"a", "t"}, reply}},
      Milliseconds(8));
  EXPECT_EQ(devices.Take(3), (Work{{"a", 2, 4.0}, {"b", 2, 4.0}}));
  devices.CountBatch({}, Milliseconds(8));
  EXPECT_EQ(devices.Take(3), Work{});
}

TEST(BusiestDevicesTest, IsBounded) {
  BusiestDevices devices;
  for (std::size_t i = 0; i <= BusiestDevices::kMaxDevices; ++i) {
    devices.Count(std::to_string(i), 1, Milliseconds(1));
  }
  EXPECT_EQ(devices.Take(2 * BusiestDevices::kMaxDevices).size(), BusiestDevices::kMaxDevices);
}

}  // namespace
}  // namespace biglittle
