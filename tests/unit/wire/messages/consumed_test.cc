#include "wire/messages/consumed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace biglittle::wire {
namespace {

using testing::HasSubstr;

const Topics kTopics("biglittle/v1", "plant");

Result ResultOf(const std::string& fleet, const std::string& device) {
  Result result;
  result.fleet = fleet;
  result.device = device;
  result.run = "run";
  return result;
}

Message OnResultTopic(const std::string& device, const Result& result) {
  Message message;
  message.topic = kTopics.Result(device);
  message.payload = Encode(result);
  message.content_type = kJsonContent;
  return message;
}

std::string RefusalOf(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  return std::string(status.message());
}

TEST(ReadResults, TakesWhatADeviceSaysOfItself) {
  const auto results = ReadResults(OnResultTopic("pump-1", ResultOf("plant", "pump-1")), kTopics);
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->front().device, "pump-1");
}

TEST(ReadResults, RefusesWhatNamesAnother) {
  const auto refused = [](const std::string& fleet, const std::string& device) {
    return RefusalOf(
        ReadResults(OnResultTopic("pump-1", ResultOf(fleet, device)), kTopics).status());
  };
  EXPECT_THAT(refused("plant", "pump-2"), HasSubstr("of device 'pump-2'"));
  EXPECT_THAT(refused("plant", "nobody\n"), HasSubstr("of device 'nobody\\x0a'"));
  EXPECT_THAT(refused("other", "pump-1"), HasSubstr("of fleet 'other'"));
  EXPECT_THAT(refused("", "pump-1"), HasSubstr("of fleet ''"));
}

TEST(ReadResults, RefusesABatchOfWhichOneNamesAnother) {
  Message message = OnResultTopic("pump-1", ResultOf("plant", "pump-1"));
  message.payload += "\n" + Encode(ResultOf("plant", "pump-2")) + "\n";
  message.content_type = kJsonLinesContent;
  EXPECT_THAT(RefusalOf(ReadResults(message, kTopics).status()), HasSubstr("'pump-2'"));
}

// It would be shown to everybody who comes later, also after its device was revoked.
TEST(ReadResults, RefusesARetainedOne) {
  Message message = OnResultTopic("pump-1", ResultOf("plant", "pump-1"));
  message.retained = true;
  EXPECT_THAT(RefusalOf(ReadResults(message, kTopics).status()), HasSubstr("retained"));
}

TEST(ReadResults, RefusesOtherTopics) {
  Message message = OnResultTopic("pump-1", ResultOf("plant", "pump-1"));
  for (const std::string& topic : {kTopics.DeviceStatus("pump-1"), std::string("x"),
                                   std::string("biglittle/v1/other/devices/pump-1/result")}) {
    message.topic = topic;
    EXPECT_EQ(ReadResults(message, kTopics).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(ReadStatus, TakesAndRefusesLikewise) {
  const auto read = [](const std::string& topic, const Status& status) {
    Message message = ToMessage(topic, status);
    EXPECT_TRUE(message.retained);
    return ReadStatus(message, kTopics).status().code();
  };
  const Status device{.fleet = "plant", .device = "pump-1"};
  const Status worker{.fleet = "plant", .worker = "worker-1"};
  EXPECT_EQ(read(kTopics.DeviceStatus("pump-1"), device), absl::StatusCode::kOk);
  EXPECT_EQ(read(kTopics.WorkerStatus("worker-1"), worker), absl::StatusCode::kOk);
  EXPECT_EQ(read(kTopics.DeviceStatus("pump-2"), device), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(read(kTopics.WorkerStatus("worker-2"), worker), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(read(kTopics.WorkerStatus("pump-1"), device), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(read(kTopics.DeviceStatus("pump-1"), {.fleet = "other", .device = "pump-1"}),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(read("elsewhere", device), absl::StatusCode::kInvalidArgument);
}

TEST(ReadDeviceState, TakesAndRefusesLikewise) {
  const auto read = [](const std::string& topic, const DeviceState& state) {
    return ReadDeviceState(ToMessage(topic, state), kTopics).status().code();
  };
  const DeviceState state{.fleet = "plant", .device = "pump-1", .label = "healthy"};
  EXPECT_EQ(read(kTopics.DeviceState("pump-1"), state), absl::StatusCode::kOk);
  EXPECT_EQ(read(kTopics.DeviceState("pump-2"), state), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(read(kTopics.DeviceState("pump-1"), {.fleet = "other", .device = "pump-1"}),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(read(kTopics.DeviceStatus("pump-1"), state), absl::StatusCode::kInvalidArgument);
  Message message = ToMessage(kTopics.DeviceState("pump-1"), state);
  message.payload = "{";
  EXPECT_EQ(ReadDeviceState(message, kTopics).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace biglittle::wire
