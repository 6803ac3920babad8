#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "biglittle/v1/escalation.pb.h"
#include "wire/messages/escalation.h"

namespace biglittle::wire {
namespace {

using testing::HasSubstr;

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

Tensor Window(std::vector<float> values) {
  Tensor window{DType::kFloat32, {1, static_cast<std::int64_t>(values.size())}, {}};
  window.data.resize(values.size() * sizeof(float));
  std::memcpy(window.data.data(), values.data(), window.data.size());
  return window;
}

EscalationRequest Request() { return {"har", {{7, Milliseconds(95), Window({1.0F, -2.5F})}}}; }

// The request as protobuf, to be broken in one place.
v1::EscalationRequest Proto() {
  v1::EscalationRequest proto;
  EXPECT_TRUE(proto.ParseFromString(Encode(Request())));
  return proto;
}

std::string RefusalOf(const v1::EscalationRequest& proto) {
  const auto decoded = DecodeEscalationRequest(proto.SerializeAsString());
  EXPECT_FALSE(decoded.ok());
  return MessageOf(decoded.status());
}

TEST(EscalationRequestTest, ComesBackAsItWas) {
  EscalationRequest request = Request();
  request.readings.push_back(
      {8, Milliseconds(0), {DType::kUint8, {2, 2}, std::vector<std::byte>(4)}});
  request.readings.push_back({9, Milliseconds(1), {DType::kInt16, {3}, std::vector<std::byte>(6)}});
  const auto decoded = DecodeEscalationRequest(Encode(request));
  ASSERT_TRUE(decoded.ok()) << MessageOf(decoded.status());
  EXPECT_EQ(decoded->task, "har");
  ASSERT_EQ(decoded->readings.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(decoded->readings[i].sequence, request.readings[i].sequence);
    EXPECT_EQ(decoded->readings[i].time_left, request.readings[i].time_left);
    EXPECT_EQ(decoded->readings[i].window, request.readings[i].window);
  }
}

TEST(EscalationRequestTest, PriorityTravelsAndKnowsTwoDegrees) {
  EscalationRequest request = Request();
  EXPECT_EQ(DecodeEscalationRequest(Encode(request))->readings[0].priority, kNormalPriority);
  request.readings[0].priority = kPrioritised;
  EXPECT_EQ(DecodeEscalationRequest(Encode(request))->readings[0].priority, kPrioritised);
  v1::EscalationRequest proto = Proto();
  proto.mutable_readings(0)->set_priority(0xffffffffU);  // nobody gets before the prioritised
  EXPECT_EQ(DecodeEscalationRequest(proto.SerializeAsString())->readings[0].priority, kPrioritised);
}

TEST(EscalationRequestTest, RefusesWhatIsNoProtobuf) {
  for (const char* payload : {"garbage", "\xff\xff\xff\xff", "{}"}) {
    EXPECT_FALSE(DecodeEscalationRequest(payload).ok()) << payload;
  }
  EXPECT_FALSE(DecodeEscalationRequest("").ok());
}

TEST(EscalationRequestTest, RefusesEveryTruncation) {
  const std::string whole = Encode(Request());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(DecodeEscalationRequest(std::string_view(whole).substr(0, size)).ok()) << size;
  }
}

TEST(EscalationRequestTest, RefusesAMissingTaskOrReadings) {
  v1::EscalationRequest proto = Proto();
  proto.clear_task();
  EXPECT_THAT(RefusalOf(proto), HasSubstr("no task"));
  proto = Proto();
  proto.clear_readings();
  EXPECT_THAT(RefusalOf(proto), HasSubstr("0 readings"));
}

TEST(EscalationRequestTest, RefusesTooManyReadingsAndRepeatedOnes) {
  v1::EscalationRequest proto = Proto();
  *proto.add_readings() = proto.readings(0);
  EXPECT_THAT(RefusalOf(proto), HasSubstr("reading 7 occurs twice"));
  proto = Proto();
  for (int i = 0; i < 256; ++i) {
    v1::EscalatedReading& reading = *proto.add_readings();
    reading = proto.readings(0);
    reading.set_sequence(100 + i);
  }
  EXPECT_THAT(RefusalOf(proto), HasSubstr("257 readings"));
}

TEST(EscalationRequestTest, RefusesTensorsThatDoNotHoldTogether) {
  v1::EscalationRequest proto = Proto();
  v1::Tensor& window = *proto.mutable_readings(0)->mutable_window();
  const v1::Tensor good = window;

  window.set_dtype(v1::DTYPE_UNSPECIFIED);
  EXPECT_THAT(RefusalOf(proto), HasSubstr("dtype 0 is unknown"));
  window = good;
  window.set_shape(1, 3);
  EXPECT_THAT(RefusalOf(proto), HasSubstr("8 bytes do not fill shape 1x3 of float32"));
  window.set_shape(1, 0);
  EXPECT_THAT(RefusalOf(proto), HasSubstr("empty or too large"));
  window.clear_shape();
  for (int i = 0; i < 8; ++i) window.add_shape(0xffffffffU);
  EXPECT_THAT(RefusalOf(proto), HasSubstr("empty or too large"));
  window.add_shape(1);
  EXPECT_THAT(RefusalOf(proto), HasSubstr("rank 9"));
}

TEST(EscalationRequestTest, RefusesNumbersThatAreNotFinite) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const EscalationRequest request{"har", {{1, Milliseconds(1), Window({0.0F, bad})}}};
    const auto decoded = DecodeEscalationRequest(Encode(request));
    EXPECT_THAT(MessageOf(decoded.status()), HasSubstr("reading 1: a value is not a finite"));
  }
}

EscalationReply Reply() {
  CloudPrediction prediction;
  prediction.prediction = {3, 0.75F, {0.05F, 0.1F, 0.1F, 0.75F}};
  prediction.model_digest = "abc";
  prediction.queue_time = std::chrono::microseconds(120);
  prediction.compute_time = std::chrono::microseconds(3400);
  prediction.batch_size = 4;
  prediction.take_time = std::chrono::microseconds(20);
  prediction.arrived_at = SteadyTime(std::chrono::microseconds(7));
  const Rejection rejection{RejectionReason::kOverloaded, "full", Milliseconds(250)};
  return {{{1, prediction}, {2, rejection}}, std::nullopt, std::chrono::microseconds(40)};
}

TEST(EscalationReplyTest, ComesBackAsItWas) {
  const auto decoded = DecodeEscalationReply(Encode(Reply()));
  ASSERT_TRUE(decoded.ok()) << MessageOf(decoded.status());
  ASSERT_EQ(decoded->replies.size(), 2U);
  const auto& prediction = std::get<CloudPrediction>(decoded->replies[0].answer);
  EXPECT_EQ(prediction.prediction, std::get<CloudPrediction>(Reply().replies[0].answer).prediction);
  EXPECT_EQ(prediction.model_digest, "abc");
  EXPECT_EQ(prediction.queue_time.count(), 120);
  EXPECT_EQ(prediction.compute_time.count(), 3400);
  EXPECT_EQ(prediction.batch_size, 4U);
  EXPECT_EQ(prediction.take_time, std::chrono::microseconds(20));
  EXPECT_EQ(prediction.arrived_at, SteadyTime(std::chrono::microseconds(7)));
  EXPECT_EQ(decoded->previous_send_time, std::chrono::microseconds(40));
  const auto& rejection = std::get<Rejection>(decoded->replies[1].answer);
  EXPECT_EQ(rejection.reason, RejectionReason::kOverloaded);
  EXPECT_EQ(rejection.detail, "full");
  EXPECT_EQ(rejection.retry_after, Milliseconds(250));
  EXPECT_FALSE(decoded->rejection.has_value());
}

TEST(EscalationReplyTest, SaysWhichRequestAReadingBelongsTo) {
  EscalationReply reply;
  reply.packed = true;
  CloudPrediction prediction;
  prediction.prediction.class_index = 1;
  prediction.model_digest = "feed";
  reply.replies.push_back({1, prediction, {}});
  reply.replies.push_back({2, Rejection{RejectionReason::kExpired, "late", {}}, "run/2"});
  prediction.model_digest = "beef";
  reply.replies.push_back({3, prediction, "run/3"});
  const auto decoded = DecodeEscalationReply(Encode(reply)).value();
  ASSERT_EQ(decoded.replies.size(), 3U);
  EXPECT_EQ(decoded.replies[0].request_id, "");
  EXPECT_EQ(std::get<CloudPrediction>(decoded.replies[0].answer).model_digest, "feed");
  EXPECT_EQ(decoded.replies[1].request_id, "run/2");
  EXPECT_EQ(decoded.replies[2].request_id, "run/3");
  EXPECT_EQ(std::get<CloudPrediction>(decoded.replies[2].answer).model_digest, "beef");
}

TEST(EscalationReplyTest, RefusesNamesThatAreTooLong) {
  CloudPrediction prediction;
  prediction.prediction.class_index = 1;
  EscalationReply reply{{{1, prediction, "run/1"}}, {}};
  reply.packed = true;
  EXPECT_TRUE(DecodeEscalationReply(Encode(reply)).ok());
  reply.replies[0].request_id = std::string(2000, 'r');
  EXPECT_FALSE(DecodeEscalationReply(Encode(reply)).ok());
  prediction.model_digest = std::string(2000, 'd');
  reply.replies = {{1, prediction, "run/1"}};
  EXPECT_FALSE(DecodeEscalationReply(Encode(reply)).ok());
}

TEST(EscalationReplyTest, AClockThatNoClockShowsIsReadAsTheLatest) {
  v1::EscalationReply reply;
  v1::CloudPrediction& prediction = *reply.add_replies()->mutable_prediction();
  prediction.set_arrived_at_us(std::numeric_limits<std::uint64_t>::max());
  const auto decoded = DecodeEscalationReply(reply.SerializeAsString());
  ASSERT_TRUE(decoded.ok());
  const auto& read = std::get<CloudPrediction>(decoded->replies[0].answer);
  EXPECT_GT(read.arrived_at, SteadyTime::max() - std::chrono::milliseconds(1));
}

TEST(EscalationReplyTest, AWorkerNeedNotTellItsStages) {
  EscalationReply reply = Reply();
  auto& told = std::get<CloudPrediction>(reply.replies[0].answer);
  told.take_time.reset();
  told.arrived_at.reset();
  reply.previous_send_time.reset();
  const auto decoded = DecodeEscalationReply(Encode(reply));
  ASSERT_TRUE(decoded.ok());
  const auto& prediction = std::get<CloudPrediction>(decoded->replies[0].answer);
  EXPECT_FALSE(prediction.take_time.has_value());
  EXPECT_FALSE(prediction.arrived_at.has_value());
  EXPECT_FALSE(decoded->previous_send_time.has_value());
}

TEST(EscalationReplyTest, CarriesEveryReasonOfARefusedRequest) {
  for (const RejectionReason reason :
       {RejectionReason::kOverloaded, RejectionReason::kExpired, RejectionReason::kInvalid,
        RejectionReason::kUnknownTask, RejectionReason::kInternal}) {
    const auto decoded = DecodeEscalationReply(Encode(EscalationReply{{}, {{reason, "", {}}}}));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->rejection->reason, reason) << Name(reason);
  }
}

TEST(EscalationReplyTest, RefusesNonsense) {
  EXPECT_FALSE(DecodeEscalationReply("garbage").ok());
  EXPECT_FALSE(DecodeEscalationReply("").ok());  // an empty reply answers nothing
  v1::EscalationReply proto;
  ASSERT_TRUE(proto.ParseFromString(Encode(Reply())));
  v1::EscalationReply broken = proto;
  broken.mutable_replies(0)->mutable_prediction()->set_confidence(std::nanf(""));
  EXPECT_FALSE(DecodeEscalationReply(broken.SerializeAsString()).ok());
  broken.mutable_replies(0)->mutable_prediction()->set_confidence(1.5F);
  EXPECT_FALSE(DecodeEscalationReply(broken.SerializeAsString()).ok());
  broken = proto;
  broken.mutable_replies(0)->mutable_prediction()->set_class_index(0x80000000U);
  EXPECT_FALSE(DecodeEscalationReply(broken.SerializeAsString()).ok());
  broken = proto;
  broken.mutable_replies(0)->clear_answer();
  EXPECT_FALSE(DecodeEscalationReply(broken.SerializeAsString()).ok());
}

EscalationRequest OfFeatures() {
  EscalationRequest request = Request();
  request.features_of = "feed";
  request.readings.push_back({8, Milliseconds(5), Window({0.5F, 2.0F})});
  for (EscalatedReading& reading : request.readings) reading.wire_dtype = WireDType::kFloat16;
  return request;
}

TEST(EscalationRequestTest, FeaturesTravelInAFieldOfTheirOwnAsHalves) {
  for (const bool compress : {false, true}) {
    EscalationRequest request = OfFeatures();
    request.compress = compress;
    const auto decoded = DecodeEscalationRequest(Encode(request));
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(decoded->features_of, "feed");
    ASSERT_EQ(decoded->readings.size(), 2U);
    EXPECT_EQ(decoded->readings[1].window, request.readings[1].window);
  }
  // A program from before this field finds readings without a window, which it refuses.
  v1::EscalationRequest proto;
  ASSERT_TRUE(proto.ParseFromString(Encode(OfFeatures())));
  for (const v1::EscalatedReading& reading : proto.readings()) {
    EXPECT_FALSE(reading.has_window());
    EXPECT_EQ(reading.features().dtype(), v1::DTYPE_FLOAT16);
    EXPECT_EQ(reading.features().data().size(), 4U);
  }
  proto.mutable_readings(0)->clear_features();
  proto.clear_features_of();
  EXPECT_THAT(RefusalOf(proto), HasSubstr("reading 7: dtype 0 is unknown"));
}

TEST(EscalationRequestTest, NeitherWindowsNorFeaturesAreTakenForTheOther) {
  v1::EscalationRequest proto;
  ASSERT_TRUE(proto.ParseFromString(Encode(OfFeatures())));
  proto.clear_features_of();
  EXPECT_EQ(RefusalOf(proto), "reading 7: it has features, in a request of windows");
  proto = Proto();
  proto.set_features_of("feed");
  EXPECT_EQ(RefusalOf(proto), "reading 7: it has a window, in a request of features");
  proto.mutable_readings(0)->clear_window();
  EXPECT_EQ(RefusalOf(proto), "reading 7: it has no features");
  proto.set_features_of(std::string(1025, 'a'));
  EXPECT_EQ(RefusalOf(proto), "the digest is too long");
}

}  // namespace
}  // namespace biglittle::wire
