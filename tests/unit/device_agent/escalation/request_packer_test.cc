#include "device_agent/escalation/request_packer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <optional>
#include <string>
#include <vector>

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Sequences = std::vector<std::uint64_t>;

constexpr std::size_t kWindowBytes = 100;
constexpr std::size_t kMaxBytes = 10 * kWindowBytes;

SteadyTime At(int milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

class RequestPackerTest : public testing::Test {
 protected:
  const PendingEscalation* Add(std::uint64_t sequence, int decided_at = 0,
                               std::size_t bytes = kWindowBytes) {
    PendingEscalation& made = made_.emplace_back();
    made.verdict.sequence = sequence;
    made.verdict.prediction.confidence = 0.5F;
    made.wire_bytes = bytes;
    made.decided_at = At(decided_at);
    made.give_up_at = At(decided_at + 160);
    due_.push_back(&made);
    return &made;
  }
  void AddAgain(std::uint64_t sequence, const std::string& request_id) {
    Add(sequence);
    made_.back().attempts = 1;
    made_.back().request = {1, request_id};
  }
  RequestPacker::Plan Pack(std::size_t under_way, int now) {
    packs_.clear();
    RequestPacker::Plan plan = packer_->PackDue(due_, under_way, At(now));
    for (const RequestPacker::Pack& pack : plan.packs) {
      Sequences& sequences = packs_.emplace_back();
      for (const PendingEscalation* escalation : pack) {
        sequences.push_back(escalation->verdict.sequence);
        std::erase(due_, escalation);
      }
    }
    return plan;
  }
  void Budget(const EscalationBudget& budget) { packer_.emplace(kPacking, budget, kMaxBytes); }

  static constexpr EscalationPacking kPacking{.max_readings = 4, .linger = Milliseconds(2)};
  std::optional<RequestPacker> packer_{RequestPacker(kPacking, {}, kMaxBytes)};
  std::list<PendingEscalation> made_;
  std::vector<const PendingEscalation*> due_;
  std::vector<Sequences> packs_;
};

TEST_F(RequestPackerTest, WhileNothingIsUnderWayAReadingGoesAtOnce) {
  Add(1);
  const RequestPacker::Plan plan = Pack(0, 0);
  EXPECT_THAT(packs_, ElementsAre(Sequences{1}));
  EXPECT_EQ(plan.wake, std::nullopt);
}

TEST_F(RequestPackerTest, BehindOthersItWaitsForCompanionsAndNoLonger) {
  Add(1);
  EXPECT_EQ(Pack(1, 0).wake, At(2));
  EXPECT_THAT(packs_, IsEmpty());
  Add(2, 1);
  EXPECT_EQ(Pack(1, 1).wake, At(2));
  EXPECT_THAT(packs_, IsEmpty());
  EXPECT_EQ(Pack(1, 2).wake, std::nullopt);
  EXPECT_THAT(packs_, ElementsAre(Sequences{1, 2}));
}

TEST_F(RequestPackerTest, ItWaitsNoLongerOnceNothingIsUnderWay) {
  Add(1);
  EXPECT_TRUE(Pack(1, 0).wake.has_value());
  Pack(0, 1);
  EXPECT_THAT(packs_, ElementsAre(Sequences{1}));
}

TEST_F(RequestPackerTest, AFullRequestGoesAtOnceAndTheRestWaits) {
  for (std::uint64_t i = 0; i < 9; ++i) Add(i);
  EXPECT_EQ(Pack(1, 0).wake, At(2));
  EXPECT_THAT(packs_, ElementsAre(Sequences{0, 1, 2, 3}, Sequences{4, 5, 6, 7}));
  Pack(1, 2);
  EXPECT_THAT(packs_, ElementsAre(Sequences{8}));
}

TEST_F(RequestPackerTest, AShortDeadlineShortensTheLinger) {
  Add(1);
  made_.back().give_up_at = At(16);
  EXPECT_EQ(Pack(1, 0).wake, At(1));
  Pack(1, 1);
  EXPECT_THAT(packs_, ElementsAre(Sequences{1}));
}

TEST_F(RequestPackerTest, ARequestHasABoundInBytes) {
  for (std::uint64_t i = 0; i < 3; ++i) Add(i, 0, kMaxBytes / 2);
  Pack(0, 0);
  EXPECT_THAT(packs_, ElementsAre(Sequences{0, 1}, Sequences{2}));
  Add(3, 0, 2 * kMaxBytes);
  Add(4);
  Pack(0, 0);
  EXPECT_THAT(packs_, ElementsAre(Sequences{3}, Sequences{4}));
}

TEST_F(RequestPackerTest, TheSameReadingsShareTheSameRequestAgain) {
  AddAgain(1, "run/1");
  AddAgain(3, "run/3");
  AddAgain(2, "run/1");
  Add(4);
  Pack(0, 0);
  EXPECT_THAT(packs_, UnorderedElementsAre(Sequences{1, 2}, Sequences{3}, Sequences{4}));
}

TEST_F(RequestPackerTest, WhatIsAskedAgainDoesNotWaitForCompanions) {
  AddAgain(1, "run/1");
  Add(2);
  Pack(1, 0);
  EXPECT_THAT(packs_, ElementsAre(Sequences{1}));
}

TEST_F(RequestPackerTest, TheLeastSureGoFirst) {
  for (std::uint64_t i = 0; i < 6; ++i) {
    Add(i);
    made_.back().verdict.prediction.confidence = static_cast<float>(i % 3) / 10.0F;
  }
  Pack(1, 0);
  EXPECT_THAT(packs_, ElementsAre(Sequences{0, 3, 1, 4}));
}

TEST_F(RequestPackerTest, ARequestTakesOneMessageOfTheBudgetWhateverIsInIt) {
  Budget({.messages_per_s = 100.0F, .burst = Milliseconds(10), .window = Milliseconds(15)});
  for (std::uint64_t i = 0; i < 6; ++i) Add(i);
  EXPECT_EQ(Pack(0, 0).wake, At(10));
  EXPECT_THAT(packs_, ElementsAre(Sequences{0, 1, 2, 3}));
  EXPECT_EQ(Pack(1, 10).wake, std::nullopt);
  EXPECT_THAT(packs_, ElementsAre(Sequences{4, 5}));
}

// Whoever sets it often gains nothing, and what is as it was stays what it is.
TEST_F(RequestPackerTest, ABudgetThatIsSetBeginsEmpty) {
  const EscalationBudget budget{
      .messages_per_s = 100.0F, .burst = Milliseconds(10), .window = Milliseconds(50)};
  packer_->SetBudget(budget, At(0));
  Add(1);
  EXPECT_EQ(Pack(0, 0).wake, At(10));
  EXPECT_THAT(packs_, IsEmpty());
  packer_->SetBudget(budget, At(9));
  Pack(0, 10);
  EXPECT_THAT(packs_, ElementsAre(Sequences{1}));
  packer_->SetBudget({}, At(10));
  Add(2, 10);
  Pack(0, 10);
  EXPECT_THAT(packs_, ElementsAre(Sequences{2}));
}

TEST_F(RequestPackerTest, EachReadingTakesItsBytesOfTheBudget) {
  Budget({.bytes_per_s = 10'000.0F, .burst = Milliseconds(20), .window = Milliseconds(15)});
  for (std::uint64_t i = 0; i < 4; ++i) Add(i);
  EXPECT_EQ(Pack(0, 0).wake, At(10));
  EXPECT_THAT(packs_, ElementsAre(Sequences{0, 1}));
  Pack(1, 10);
  EXPECT_THAT(packs_, ElementsAre(Sequences{2}));
  const RequestPacker::Plan plan = Pack(1, 15);
  EXPECT_THAT(plan.without_budget, ElementsAre(3));
  EXPECT_THAT(packs_, IsEmpty());
}

TEST_F(RequestPackerTest, OneThatIsTooLargeForTheBudgetHoldsNobodyBehindItUp) {
  Budget({.bytes_per_s = 10'000.0F, .burst = Milliseconds(20), .window = Milliseconds(15)});
  for (std::uint64_t i = 0; i < 5; ++i) Add(i);
  EXPECT_EQ(Pack(0, 0).wake, At(10));
  EXPECT_THAT(packs_, ElementsAre(Sequences{0, 1}));
  const RequestPacker::Plan plan = Pack(1, 15);
  EXPECT_THAT(packs_, ElementsAre(Sequences{2}));
  EXPECT_THAT(plan.without_budget, ElementsAre(3, 4));
  due_.clear();
  Add(5, 16, 2 * kWindowBytes);
  Add(6, 16);
  Pack(0, 22);
  EXPECT_THAT(packs_, ElementsAre(Sequences{6}));
}

}  // namespace
}  // namespace biglittle
