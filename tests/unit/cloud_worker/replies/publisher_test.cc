#include "cloud_worker/replies/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/log_capture.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class PublisherTest : public testing::Test {
 protected:
  static wire::Message Reply() { return {.topic = "reply"}; }
  static wire::Message Status() {
    wire::Message message{.topic = "status"};
    message.retained = true;
    return message;
  }
  std::uint64_t Counted(const std::string& name) {
    const auto counters = status_.counters();
    const auto at = counters.find(name);
    return at == counters.end() ? 0 : at->second;
  }

  const LogCapture log_;
  WorkerStatus status_{wire::Topics("r", "f"), "f", "w"};
  absl::Status taken_;
  std::vector<wire::Message> published_;
  Publisher publisher_{"w",
                       status_,
                       {.publish =
                            [this](wire::Message message) {
                              published_.push_back(std::move(message));
                              return taken_;
                            },
                        .max_packet_bytes = [] { return std::size_t{77}; }}};
};

TEST_F(PublisherTest, WhatTheBrokerRefusesIsCountedByItsKindAndSaid) {
  publisher_.Publish(Reply());
  publisher_.Publish(Status());
  ASSERT_EQ(published_.size(), 2U);
  EXPECT_EQ(Publisher::Tagged(Status()).tag, published_[1].tag);
  EXPECT_EQ(publisher_.Refused(), "");
  publisher_.OnDelivered(published_[1].tag, wire::Delivery::kRefused);
  EXPECT_EQ(Counted("statuses_refused"), 1U);
  EXPECT_EQ(Counted("replies_refused"), 0U);
  EXPECT_THAT(publisher_.Refused(), HasSubstr("refuses statuses:"));
  publisher_.OnDelivered(published_[0].tag, wire::Delivery::kRefused);
  EXPECT_EQ(Counted("replies_refused"), 1U);
  ASSERT_EQ(log_.lines().size(), 1U);  // not once a message
  EXPECT_THAT(log_.lines().front(), HasSubstr("refuses statuses"));
  for (const wire::Message& message : published_) {
    publisher_.OnDelivered(message.tag, wire::Delivery::kTaken);
  }
  EXPECT_EQ(publisher_.Refused(), "");
}

TEST_F(PublisherTest, AFullBacklogIsCountedAndPasses) {
  taken_ = absl::ResourceExhaustedError("full");
  publisher_.Publish(Reply());
  EXPECT_EQ(Counted("replies_refused"), 1U);
  EXPECT_EQ(publisher_.Refused(), "");
  EXPECT_TRUE(log_.lines().empty());
}

TEST_F(PublisherTest, WhatCanNeverBePublishedIsSaid) {
  taken_ = absl::InvalidArgumentError("too large");
  publisher_.Publish(Reply());
  EXPECT_EQ(Counted("replies_refused"), 1U);
  EXPECT_THAT(publisher_.Refused(), HasSubstr("refuses replies:"));
  ASSERT_EQ(log_.lines().size(), 1U);
  EXPECT_THAT(log_.lines().front(), HasSubstr("w: a message could not be published: too large"));
}

}  // namespace
}  // namespace biglittle
