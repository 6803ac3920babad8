#include "wire/messages/device_state.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace biglittle::wire {
namespace {

DeviceState Sample() {
  const WallTime since = WallTime(std::chrono::seconds(1'700'000'000)) + Milliseconds(123);
  return {
      "plant", "pump-1", "vibration", 2, "imbalance", true, 0.75F, since, since + Milliseconds(877),
      42,      1234};
}

TEST(DeviceState, IsFlatJsonWithNumbers) {
  EXPECT_EQ(Encode(Sample()),
            "{\"fleet\":\"plant\",\"device\":\"pump-1\",\"task\":\"vibration\",\"class\":2,"
            "\"label\":\"imbalance\",\"prioritised\":true,\"confidence\":0.75,"
            "\"since\":\"2023-11-14T22:13:20.123Z\",\"time\":\"2023-11-14T22:13:21.000Z\","
            "\"readings\":42,\"sequence\":1234}");
}

TEST(DeviceState, IsRetained) {
  const Message message = ToMessage("a/topic", Sample());
  EXPECT_TRUE(message.retained);
  EXPECT_EQ(message.content_type, kJsonContent);
}

TEST(DeviceState, ReadsWhatItWrote) {
  const auto read = DecodeDeviceState(Encode(Sample()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(*read == Sample());
}

TEST(DeviceState, RefusesWhatIsNone) {
  std::string text = Encode(Sample());
  text.replace(text.find("42"), 2, "\"42\"");
  for (const std::string& bad : {std::string(), std::string("[]"), std::string("{}"), text}) {
    EXPECT_EQ(DecodeDeviceState(bad).status().message(), "no JSON of a device's state") << bad;
  }
}

}  // namespace
}  // namespace biglittle::wire
