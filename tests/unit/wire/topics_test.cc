#include "wire/topics.h"

#include <gtest/gtest.h>

namespace biglittle::wire {
namespace {

const Topics kTopics("biglittle/v1", "plant-7");

TEST(TopicsTest, NamesAreThoseOfTheContract) {
  EXPECT_EQ(kTopics.Escalate("pump"), "biglittle/v1/plant-7/devices/pump/escalate");
  EXPECT_EQ(kTopics.ReplyBase("pump"), "biglittle/v1/plant-7/devices/pump/reply");
  EXPECT_EQ(kTopics.Reply("pump", "w1"), "biglittle/v1/plant-7/devices/pump/reply/w1");
  EXPECT_EQ(kTopics.Result("pump"), "biglittle/v1/plant-7/devices/pump/result");
  EXPECT_EQ(kTopics.DeviceStatus("pump"), "biglittle/v1/plant-7/devices/pump/status");
  EXPECT_EQ(kTopics.DeviceState("pump"), "biglittle/v1/plant-7/devices/pump/state");
  EXPECT_EQ(kTopics.WorkerStatus("w1"), "biglittle/v1/plant-7/workers/w1/status");
  EXPECT_EQ(kTopics.Control("pump"), "biglittle/v1/plant-7/devices/pump/control");
  EXPECT_EQ(kTopics.ControlReply("pump"), "biglittle/v1/plant-7/devices/pump/control/reply");
  EXPECT_EQ(kTopics.Snapshot("pump", "42"), "biglittle/v1/plant-7/devices/pump/snapshot/42");
  EXPECT_EQ(kTopics.AllControls(), "biglittle/v1/plant-7/devices/+/control");
  EXPECT_EQ(kTopics.AllControlReplies(), "biglittle/v1/plant-7/devices/+/control/reply");
  EXPECT_EQ(kTopics.AllSnapshots(), "biglittle/v1/plant-7/devices/+/snapshot/+");
  EXPECT_EQ(kTopics.SharedEscalate("workers"),
            "$share/workers/biglittle/v1/plant-7/devices/+/escalate");
  EXPECT_EQ(kTopics.Replies("pump"), "biglittle/v1/plant-7/devices/pump/reply/+");
  EXPECT_EQ(kTopics.RepliesOf("w1"), "biglittle/v1/plant-7/devices/+/reply/w1");
  EXPECT_EQ(kTopics.AllReplies(), "biglittle/v1/plant-7/devices/+/reply/+");
  EXPECT_EQ(kTopics.AllResults(), "biglittle/v1/plant-7/devices/+/result");
  EXPECT_EQ(kTopics.AllDeviceStatus(), "biglittle/v1/plant-7/devices/+/status");
  EXPECT_EQ(kTopics.AllDeviceStates(), "biglittle/v1/plant-7/devices/+/state");
  EXPECT_EQ(kTopics.AllWorkerStatus(), "biglittle/v1/plant-7/workers/+/status");
}

TEST(TopicsTest, FindsTheDeviceOfAnEscalateTopic) {
  EXPECT_EQ(kTopics.DeviceOfEscalate("biglittle/v1/plant-7/devices/pump/escalate"), "pump");
}

TEST(TopicsTest, FindsNoDeviceInAnyOtherTopic) {
  for (const char* topic :
       {"", "biglittle/v1/plant-7/devices/pump/reply", "biglittle/v1/plant-7/devices//escalate",
        "biglittle/v1/plant-7/devices/escalate", "biglittle/v1/plant-7/devices/a/b/escalate",
        "biglittle/v1/plant-8/devices/pump/escalate", "biglittle/v1/plant-7/workers/w/escalate",
        "x/biglittle/v1/plant-7/devices/pump/escalate"}) {
    EXPECT_EQ(kTopics.DeviceOfEscalate(topic), std::nullopt) << topic;
  }
}

TEST(TopicsTest, FindsTheDeviceThatAnswersAnOperator) {
  const std::string devices = "biglittle/v1/plant-7/devices/";
  EXPECT_EQ(kTopics.DeviceOfControlReply(devices + "pump/control/reply"), "pump");
  EXPECT_EQ(kTopics.DeviceOfSnapshot(devices + "pump/snapshot/42"), "pump");
  for (const char* topic : {"pump/control", "pump/reply", "a/b/control/reply", "control/reply"}) {
    EXPECT_EQ(kTopics.DeviceOfControlReply(devices + topic), std::nullopt) << topic;
  }
  for (const char* topic : {"pump/snapshot", "pump/snapshot/", "pump/snapshot/1/2", "pump/x/1"}) {
    EXPECT_EQ(kTopics.DeviceOfSnapshot(devices + topic), std::nullopt) << topic;
  }
}

TEST(TopicsTest, FindsTheWorkerOfAReplyToOneDevice) {
  EXPECT_EQ(kTopics.WorkerOfReply("biglittle/v1/plant-7/devices/pump/reply/w1", "pump"), "w1");
  for (const char* topic :
       {"biglittle/v1/plant-7/devices/pump/reply", "biglittle/v1/plant-7/devices/pump/reply/",
        "biglittle/v1/plant-7/devices/valve/reply/w1",
        "biglittle/v1/plant-7/devices/pump/reply/w1/more",
        "biglittle/v1/plant-8/devices/pump/reply/w1"}) {
    EXPECT_EQ(kTopics.WorkerOfReply(topic, "pump"), std::nullopt) << topic;
  }
}

}  // namespace
}  // namespace biglittle::wire
