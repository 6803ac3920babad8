#include "tests/chaos/result_ledger.h"

#include <fmt/format.h>

#include <functional>

#include "cli/lab/result_tally.h"

namespace biglittle::chaos {
namespace {

// How an agent ends readings that its predecessor took and did not end.
constexpr char kRestarted[] = "restarted";
constexpr std::size_t kMaxExamples = 5;

}  // namespace

void ResultLedger::Add(const wire::Result& result) {
  if (result.stage != wire::Stage::kFinal) {
    ++provisionals_;
    return;
  }
  const Final final{RunNumber(result.run), result.decided_by, result.class_index,
                    std::hash<std::string>{}(result.reason + '/' + result.worker)};
  const auto [known, is_new] = devices_[result.device].emplace(result.sequence, final);
  if (is_new) return AddFirst(result);
  const Final& first = known->second;
  if (first == final) {
    ++repeats_;
    return;
  }
  ++duplicates_;
  if (examples_.size() >= kMaxExamples) return;
  examples_.push_back(fmt::format("{} sequence {}: {} class {}, then {} class {}{}", result.device,
                                  result.sequence, wire::Name(first.decided_by), first.class_index,
                                  wire::Name(final.decided_by), final.class_index,
                                  first.run == final.run ? "" : ", by another run"));
}

void ResultLedger::AddFirst(const wire::Result& result) {
  ++finals_;
  switch (result.decided_by) {
    case wire::DecidedBy::kLittle:
      ++little_;
      break;
    case wire::DecidedBy::kBig:
      ++big_;
      ++big_by_digest_[fmt::format("{} {}", result.worker, result.big_digest)];
      break;
    case wire::DecidedBy::kFallback:
      ++fallback_;
      ++reasons_[result.reason];
      break;
  }
  const bool is_restarted =
      result.decided_by == wire::DecidedBy::kFallback && result.reason.starts_with(kRestarted);
  if (!is_restarted && result.total_ms > result.deadline_ms) {
    late_ms_.push_back(result.total_ms - result.deadline_ms);
  }
}

std::uint32_t ResultLedger::RunNumber(const std::string& run) {
  return runs_.emplace(run, static_cast<std::uint32_t>(runs_.size())).first->second;
}

std::uint64_t ResultLedger::finals_of(const std::string& device) const {
  const auto found = devices_.find(device);
  return found == devices_.end() ? 0 : found->second.size();
}

std::uint64_t ResultLedger::restarted() const {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : reasons_) {
    if (reason.starts_with(kRestarted)) sum += count;
  }
  return sum;
}

double ResultLedger::deadlines_met() const {
  const std::uint64_t judged = finals_ - restarted();
  if (judged == 0) return 1.0;
  return 1.0 - static_cast<double>(late_ms_.size()) / static_cast<double>(judged);
}

double ResultLedger::late_p99() const { return PercentilesOf(late_ms_).p99; }

}  // namespace biglittle::chaos
