#include "tests/chaos/result_ledger.h"

#include <gtest/gtest.h>

namespace biglittle::chaos {
namespace {

wire::Result Final(std::uint64_t sequence) {
  wire::Result result;
  result.device = "device-1";
  result.run = "run-1";
  result.sequence = sequence;
  result.decided_by = wire::DecidedBy::kBig;
  result.class_index = 3;
  result.total_ms = 10;
  result.deadline_ms = 100;
  return result;
}

TEST(ResultLedgerTest, TheSameFinalAgainIsARepeat) {
  ResultLedger ledger;
  ledger.Add(Final(1));
  ledger.Add(Final(1));
  EXPECT_EQ(ledger.finals(), 1U);
  EXPECT_EQ(ledger.repeats(), 1U);
  EXPECT_EQ(ledger.duplicates(), 0U);
}

TEST(ResultLedgerTest, ASecondFinalThatDiffersIsADuplicate) {
  ResultLedger ledger;
  ledger.Add(Final(1));
  wire::Result other = Final(1);
  other.class_index = 2;
  ledger.Add(other);
  other = Final(1);
  other.decided_by = wire::DecidedBy::kFallback;
  ledger.Add(other);
  EXPECT_EQ(ledger.finals(), 1U);
  EXPECT_EQ(ledger.duplicates(), 2U);
  EXPECT_EQ(ledger.examples().size(), 2U);
}

TEST(ResultLedgerTest, TheSameClassForAnotherReasonIsADuplicate) {
  ResultLedger ledger;
  wire::Result result = Final(1);
  result.decided_by = wire::DecidedBy::kFallback;
  result.reason = "deadline";
  ledger.Add(result);
  result.reason = "restarted";
  ledger.Add(result);
  EXPECT_EQ(ledger.duplicates(), 1U);
  EXPECT_EQ(ledger.repeats(), 0U);
}

TEST(ResultLedgerTest, ASequenceUnderAnotherRunIsADuplicate) {
  ResultLedger ledger;
  ledger.Add(Final(1));
  wire::Result other = Final(1);
  other.run = "run-2";
  ledger.Add(other);
  EXPECT_EQ(ledger.duplicates(), 1U);
}

TEST(ResultLedgerTest, ProvisionalsAndOtherDevicesCountForThemselves) {
  ResultLedger ledger;
  wire::Result first = Final(1);
  first.stage = wire::Stage::kProvisional;
  ledger.Add(first);
  ledger.Add(Final(1));
  wire::Result other = Final(1);
  other.device = "device-2";
  ledger.Add(other);
  EXPECT_EQ(ledger.provisionals(), 1U);
  EXPECT_EQ(ledger.finals(), 2U);
  EXPECT_EQ(ledger.finals_of("device-2"), 1U);
  EXPECT_EQ(ledger.finals_of("device-3"), 0U);
}

TEST(ResultLedgerTest, DeadlinesAreJudgedWithoutWhatARestartEnded) {
  ResultLedger ledger;
  ledger.Add(Final(1));
  wire::Result late = Final(2);
  late.total_ms = 107;
  ledger.Add(late);
  late = Final(3);
  late.decided_by = wire::DecidedBy::kFallback;
  late.reason = "restarted";
  late.total_ms = 5000;
  ledger.Add(late);
  EXPECT_EQ(ledger.restarted(), 1U);
  EXPECT_DOUBLE_EQ(ledger.deadlines_met(), 0.5);
  EXPECT_DOUBLE_EQ(ledger.late_p99(), 7.0);
}

}  // namespace
}  // namespace biglittle::chaos
