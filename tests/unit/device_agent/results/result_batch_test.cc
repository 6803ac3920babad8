// Which results share a message, and for how long they wait for it.
#include "device_agent/results/result_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "wire/mqtt_packets.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ResultBatchTest : public testing::Test {
 protected:
  void Make(ResultBatch::Limits limits) {
    batch_ = std::make_unique<ResultBatch>(
        limits, "results", [this](wire::Message message, std::span<const ResultBatch::Item> items) {
          EXPECT_FALSE(items.empty());
          sizes_.push_back(items.size());
          for (const ResultBatch::Item& item : items) keys_.push_back(item.key);
          messages_.push_back(std::move(message));
        });
  }
  static wire::Result Result(std::uint64_t sequence) {
    wire::Result result;
    result.device = "pump";
    result.run = "run";
    result.sequence = sequence;
    result.deadline_ms = 500;
    result.total_ms = 10;
    return result;
  }
  void Add(std::uint64_t sequence, double total_ms = 10) {
    wire::Result result = Result(sequence);
    result.total_ms = total_ms;
    batch_->Add(result, {FinalKey(sequence), true}, now_);
  }
  // After `time` from the beginning.
  void At(Milliseconds time) {
    now_ = SteadyTime{} + time;
    batch_->OnTime(now_);
  }
  std::vector<std::uint64_t> Read(const wire::Message& message) const {
    std::vector<std::uint64_t> sequences;
    const auto results = wire::DecodeResults(message.payload, message.content_type);
    EXPECT_TRUE(results.ok()) << message.payload;
    if (!results.ok()) return {};
    for (const wire::Result& result : *results) sequences.push_back(result.sequence);
    return sequences;
  }

  SteadyTime now_{};
  std::unique_ptr<ResultBatch> batch_;
  std::vector<wire::Message> messages_;
  std::vector<std::size_t> sizes_;
  std::vector<ResultKey> keys_;
};

TEST_F(ResultBatchTest, ByDefaultEachHasAMessageOfItsOwnAtOnce) {
  Make({});
  Add(1);
  Add(2);
  ASSERT_EQ(messages_.size(), 2U);
  for (const wire::Message& message : messages_) {
    EXPECT_EQ(message.topic, "results");
    EXPECT_EQ(message.content_type, wire::kJsonContent);
  }
  EXPECT_EQ(messages_[0].payload, Encode(Result(1)));
  EXPECT_FALSE(batch_->due().has_value());
}

TEST_F(ResultBatchTest, AFullOneGoesAtOnceInOrder) {
  Make({.max_results = 3});
  for (std::uint64_t i = 0; i < 7; ++i) Add(i);
  EXPECT_THAT(sizes_, ElementsAre(3, 3));
  EXPECT_EQ(batch_->size(), 1U);
  EXPECT_EQ(messages_[0].content_type, wire::kJsonLinesContent);
  EXPECT_THAT(Read(messages_[0]), ElementsAre(0, 1, 2));
  EXPECT_THAT(Read(messages_[1]), ElementsAre(3, 4, 5));
  EXPECT_THAT(keys_, ElementsAre(FinalKey(0), FinalKey(1), FinalKey(2), FinalKey(3), FinalKey(4),
                                 FinalKey(5)));
}

TEST_F(ResultBatchTest, EachLineIsTheResultAsItWouldBeAlone) {
  Make({.max_results = 2});
  Add(1);
  Add(2);
  EXPECT_EQ(messages_.at(0).payload, Encode(Result(1)) + "\n" + Encode(Result(2)) + "\n");
}

TEST_F(ResultBatchTest, TheFirstOneDoesNotWaitLongerThanItMay) {
  Make({.max_results = 10, .linger = Milliseconds(20)});
  Add(1);
  EXPECT_EQ(batch_->due(), SteadyTime{} + Milliseconds(20));
  At(Milliseconds(15));
  Add(2);
  EXPECT_THAT(messages_, IsEmpty());
  At(Milliseconds(20));
  EXPECT_THAT(sizes_, ElementsAre(2));
  EXPECT_FALSE(batch_->due().has_value());
  Add(3);
  At(Milliseconds(40));
  ASSERT_THAT(sizes_, ElementsAre(2, 1));
  EXPECT_EQ(messages_[1].content_type, wire::kJsonContent);
  EXPECT_EQ(messages_[1].payload, Encode(Result(3)));
}

TEST_F(ResultBatchTest, NobodyWaitsBeyondItsDeadline) {
  Make({.max_results = 10, .linger = Milliseconds(20), .deadline_margin = Milliseconds(5)});
  Add(1);
  Add(2, 487);
  EXPECT_EQ(batch_->due(), SteadyTime{} + Milliseconds(8));
  Add(3, 100);
  EXPECT_EQ(batch_->due(), SteadyTime{} + Milliseconds(8));
  Add(4, 495);
  EXPECT_THAT(sizes_, ElementsAre(4));
  Add(5, 10'000);  // ended too late as it is
  EXPECT_THAT(sizes_, ElementsAre(4, 1));
}

TEST_F(ResultBatchTest, NoMessageIsLargerThanItMay) {
  const std::size_t line = Encode(Result(1)).size();
  Make({.max_results = 10, .max_bytes = 3 * line + 3});
  for (std::uint64_t i = 1; i <= 7; ++i) Add(i);
  batch_->Flush();
  EXPECT_THAT(sizes_, ElementsAre(3, 3, 1));
  for (const wire::Message& message : messages_) EXPECT_LE(message.payload.size(), 3 * line + 3);
  EXPECT_THAT(Read(messages_[1]), ElementsAre(4, 5, 6));
  // One byte less, and the third has no room.
  Make({.max_results = 10, .max_bytes = 3 * line + 2});
  for (std::uint64_t i = 1; i <= 3; ++i) Add(i);
  EXPECT_THAT(sizes_, ElementsAre(3, 3, 1, 2));
}

TEST_F(ResultBatchTest, WhatIsTooLargeByItselfIsLeftToTheSession) {
  Make({.max_results = 10, .max_bytes = 10});
  Add(1);
  Add(2);
  batch_->Flush();
  EXPECT_THAT(sizes_, ElementsAre(1, 1));
}

TEST_F(ResultBatchTest, AFlushOfNothingSendsNothing) {
  Make({.max_results = 10});
  batch_->Flush();
  At(Milliseconds(1000));
  EXPECT_THAT(messages_, IsEmpty());
}

// The broker's bound is of a packet, with its topic and properties.
TEST_F(ResultBatchTest, IsCutToWhatTheBrokerTakes) {
  Make({.max_results = 100, .linger = Milliseconds(20)});
  Add(0);
  At(Milliseconds(20));
  ASSERT_EQ(messages_.size(), 1U);
  constexpr std::size_t kTwo = 2;
  const std::size_t line = messages_[0].payload.size() + 1;
  wire::Message frame = messages_[0];
  frame.payload.clear();
  frame.content_type = wire::kJsonLinesContent;
  const std::size_t packet = wire::PacketBytes(frame) + kTwo * line;
  batch_->SetMaxPacketBytes(packet);
  for (int i = 1; i < 8; ++i) Add(static_cast<std::uint64_t>(i));
  At(Milliseconds(40));
  EXPECT_THAT(sizes_, ElementsAre(1, 2, 2, 2, 1));
  for (const wire::Message& message : messages_) EXPECT_LE(wire::PacketBytes(message), packet);
}

TEST_F(ResultBatchTest, SplitsIntoWhatIsReadTheSameWay) {
  Make({.max_results = 5, .linger = Milliseconds(20)});
  for (std::uint64_t i = 0; i < 5; ++i) Add(i);
  ASSERT_EQ(messages_.size(), 1U);
  const auto [first, second] = SplitLines(messages_[0], 1);
  EXPECT_THAT(Read(first), ElementsAre(0));
  EXPECT_EQ(first.content_type, wire::kJsonContent);
  EXPECT_EQ(first.topic, "results");
  EXPECT_THAT(Read(second), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(second.content_type, wire::kJsonLinesContent);
  const auto [third, last] = SplitLines(second, 3);
  EXPECT_THAT(Read(third), ElementsAre(1, 2, 3));
  EXPECT_THAT(Read(last), ElementsAre(4));
  EXPECT_EQ(last.content_type, wire::kJsonContent);
}

}  // namespace
}  // namespace biglittle
