#include "cloud_worker/intake/request_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using wire::RejectionReason;

class IntakeTest : public testing::Test {
 protected:
  static wire::Message Message(const wire::EscalationRequest& request) {
    wire::Message message;
    message.topic = "biglittle/v1/plant/devices/pump/escalate";
    message.response_topic = "biglittle/v1/plant/devices/pump/reply";
    message.correlation_data = "run/1";
    message.payload = Encode(request);
    message.received_at = SteadyTime(Milliseconds(1000));
    return message;
  }
  static wire::EscalationRequest Request() {
    return {"tiny", {{1, Milliseconds(80), TinySample(1, true).window}}};
  }

  // Of a device of tests/data/tiny-features.
  static wire::EscalationRequest OfFeatures() {
    const Task task = LoadTinyFeaturesTask();
    return {.task = "tiny-features",
            .readings = {{1, Milliseconds(80), TinyWindow({1, 2, 3, 4, 5, 6})}},
            .features_of = task.little.sha256};
  }

  const std::map<std::string, Task> tasks_{{"tiny", LoadTinyTask()},
                                           {"tiny-features", LoadTinyFeaturesTask()}};
  const RequestCheck check_{wire::Topics("biglittle/v1", "plant"), tasks_};
};

TEST_F(IntakeTest, AdmitsWhatIsWellFormed) {
  const auto admission = check_.Admit(Message(Request()));
  ASSERT_TRUE(admission.has_value());
  EXPECT_FALSE(admission->request_refused.has_value());
  EXPECT_TRUE(admission->refused.empty());
  ASSERT_EQ(admission->items.size(), 1U);
  const WorkItem& item = admission->items.front();
  EXPECT_EQ(item.address.device, "pump");
  EXPECT_EQ(item.address.correlation_data, "run/1");
  EXPECT_EQ(item.task, "tiny");
  EXPECT_EQ(item.sequence, 1U);
  EXPECT_EQ(item.arrived_at, SteadyTime(Milliseconds(1000)));
  EXPECT_EQ(item.expires_at, SteadyTime(Milliseconds(1080)));
}

TEST_F(IntakeTest, HowADeviceWantsItsRepliesGoesWithTheItem) {
  wire::EscalationRequest request = Request();
  EXPECT_FALSE(check_.Admit(Message(request))->items.at(0).address.packs);
  EXPECT_FALSE(check_.Admit(Message(request))->items.at(0).same_clock);
  request.packed_replies = true;
  request.same_clock = true;
  EXPECT_TRUE(check_.Admit(Message(request))->items.at(0).address.packs);
  EXPECT_TRUE(check_.Admit(Message(request))->items.at(0).same_clock);
  request.task = "weather";
  EXPECT_TRUE(check_.Admit(Message(request))->address.packs);
}

TEST_F(IntakeTest, PriorityGoesWithTheItem) {
  wire::EscalationRequest request = Request();
  EXPECT_EQ(check_.Admit(Message(request))->items.at(0).priority, wire::kNormalPriority);
  request.readings[0].priority = wire::kPrioritised;
  EXPECT_EQ(check_.Admit(Message(request))->items.at(0).priority, wire::kPrioritised);
}

TEST_F(IntakeTest, AnotherDevicesResponseTopicIsRefused) {
  wire::Message message = Message(Request());
  message.response_topic = "biglittle/v1/plant/devices/valve/reply";
  const auto admission = check_.Admit(message);
  ASSERT_TRUE(admission->request_refused.has_value());
  EXPECT_EQ(admission->request_refused->reason, RejectionReason::kInvalid);
  EXPECT_EQ(admission->address.device, "pump");
  EXPECT_TRUE(admission->items.empty());
}

TEST_F(IntakeTest, GarbageIsRefusedWithAReason) {
  wire::Message message = Message(Request());
  message.payload = "garbage";
  const auto admission = check_.Admit(message);
  EXPECT_EQ(admission->request_refused->reason, RejectionReason::kInvalid);
  EXPECT_THAT(admission->request_refused->detail, HasSubstr("no protobuf"));
}

TEST_F(IntakeTest, NoticesWhatABridgeOfMqtt3TakesAway) {
  wire::Message message = Message(Request());
  EXPECT_EQ(LostProperties(message), "");
  message.correlation_data.clear();
  message.content_type = wire::kProtobufContent;
  EXPECT_EQ(LostProperties(message), "correlation data");
  message.response_topic.clear();
  EXPECT_EQ(LostProperties(message), "response topic, correlation data");
  message.content_type.clear();
  EXPECT_EQ(LostProperties(message), "response topic, correlation data, content type");
}

TEST_F(IntakeTest, ARefusalQuotesWhatTheDeviceSent) {
  wire::EscalationRequest request = Request();
  request.task = "a\x1b[2J\nb";
  wire::Message message = Message(request);
  EXPECT_THAT(check_.Admit(message)->request_refused->detail, HasSubstr("'a\\x1b[2J\\x0ab'"));
  message.topic = "biglittle/v1/plant/devices/pu\xe2\x80\xaemp/escalate";
  EXPECT_THAT(check_.Admit(message)->request_refused->detail, HasSubstr("'pu\\u202emp'"));
}

TEST_F(IntakeTest, AnUnknownTaskIsRefused) {
  wire::EscalationRequest request = Request();
  request.task = "weather";
  const auto admission = check_.Admit(Message(request));
  EXPECT_EQ(admission->request_refused->reason, RejectionReason::kUnknownTask);
  EXPECT_THAT(admission->request_refused->detail, HasSubstr("weather"));
}

TEST_F(IntakeTest, AReadingThatDoesNotFitIsRefusedAlone) {
  wire::EscalationRequest request = Request();
  request.readings.push_back({2, Milliseconds(80), TinyWindow({1, 2})});
  request.readings.push_back(
      {3, Milliseconds(80), {DType::kUint8, {4}, std::vector<std::byte>(4)}});
  const auto admission = check_.Admit(Message(request));
  EXPECT_EQ(admission->items.size(), 1U);
  ASSERT_EQ(admission->refused.size(), 2U);
  const auto& shape = std::get<wire::Rejection>(admission->refused[0].answer);
  EXPECT_EQ(admission->refused[0].sequence, 2U);
  EXPECT_THAT(shape.detail, HasSubstr("shape 2"));
  EXPECT_THAT(std::get<wire::Rejection>(admission->refused[1].answer).detail, HasSubstr("uint8"));
}

TEST_F(IntakeTest, OnAForeignTopicThereIsNobodyToAnswer) {
  wire::Message message = Message(Request());
  message.topic = "biglittle/v1/another/devices/pump/escalate";
  EXPECT_FALSE(check_.Admit(message).has_value());
}

TEST_F(IntakeTest, FeaturesAreAdmittedWhereTheTaskEscalatesThem) {
  const auto admission = check_.Admit(Message(OfFeatures()));
  EXPECT_FALSE(admission->request_refused) << admission->request_refused->detail;
  EXPECT_FALSE(admission->other_version);
  ASSERT_EQ(admission->items.size(), 1U);
  EXPECT_EQ(admission->items[0].window.shape, (Shape{6}));
}

TEST_F(IntakeTest, WhatIsOfAnotherVersionOfTheTaskIsRefusedInWords) {
  const std::string digest = LoadTinyFeaturesTask().little.sha256.substr(0, 12);
  wire::EscalationRequest windows = OfFeatures();
  windows.features_of.clear();
  wire::EscalationRequest features = Request();
  features.features_of = digest;
  wire::EscalationRequest of_another = OfFeatures();
  of_another.features_of = "feed\n";
  const std::pair<wire::EscalationRequest, std::string> cases[] = {
      {windows,
       "the request carries windows, the big net of task tiny-features takes features of "
       "the little net '" +
           digest + "' here: the device has another version of the task"},
      {features, "the request carries features of the little net '" + digest +
                     "', the big net of task tiny takes windows here: the device has another "
                     "version of the task"},
      {of_another,
       "the request carries features of the little net 'feed\\x0a', the big net of "
       "task tiny-features takes features of the little net '" +
           digest + "' here: the device has another version of the task"}};
  for (const auto& [request, words] : cases) {
    const auto admission = check_.Admit(Message(request));
    ASSERT_TRUE(admission->request_refused) << words;
    EXPECT_EQ(admission->request_refused->reason, RejectionReason::kUnknownTask);
    EXPECT_EQ(admission->request_refused->detail, words);
    EXPECT_TRUE(admission->other_version);
    EXPECT_TRUE(admission->items.empty());
  }
}

TEST_F(IntakeTest, FeaturesOfAnotherShapeAreRefusedAlone) {
  wire::EscalationRequest request = OfFeatures();
  request.readings.push_back({2, Milliseconds(80), TinyWindow({1, 2, 3, 4})});
  const auto admission = check_.Admit(Message(request));
  EXPECT_EQ(admission->items.size(), 1U);
  ASSERT_EQ(admission->refused.size(), 1U);
  EXPECT_THAT(std::get<wire::Rejection>(admission->refused[0].answer).detail,
              HasSubstr("the feature tensor has shape 4"));
}

}  // namespace
}  // namespace biglittle
