// Who was promised what: for each reading of each device, which final results a consumer saw.
//
// A consumer knows a reading by its device and its sequence number and drops what it has seen. The
// ledger tells the harmless case, the same result delivered again (a repeat), from the broken
// promise: two finals that differ, or a sequence number used again by another run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "wire/messages/result.h"

namespace biglittle::chaos {

// Not thread-safe.
class ResultLedger {
 public:
  void Add(const wire::Result& result);

  // Readings with a final result, each counted once.
  std::uint64_t finals() const { return finals_; }
  std::uint64_t finals_of(const std::string& device) const;
  std::uint64_t repeats() const { return repeats_; }
  std::uint64_t duplicates() const { return duplicates_; }
  // The first few duplicates, for people.
  const std::vector<std::string>& examples() const { return examples_; }
  std::uint64_t provisionals() const { return provisionals_; }

  std::uint64_t little() const { return little_; }
  std::uint64_t big() const { return big_; }
  std::uint64_t fallback() const { return fallback_; }
  const std::map<std::string, std::uint64_t>& fallback_reasons() const { return reasons_; }
  // Worker and digest of the big net -> answers.
  const std::map<std::string, std::uint64_t>& big_by_digest() const { return big_by_digest_; }

  // Finals that a restarted agent ended for its predecessor: its clock of their deadline is gone.
  std::uint64_t restarted() const;
  // Share of the other finals that were out by their deadline, as the agent measured; 1 if none.
  double deadlines_met() const;
  // Milliseconds after the deadline, of those that were late; 0 if none was.
  double late_p99() const;

 private:
  struct Final {
    std::uint32_t run;
    wire::DecidedBy decided_by;
    int class_index;
    std::size_t reason_and_worker;

    bool operator==(const Final&) const = default;
  };

  void AddFirst(const wire::Result& result);
  std::uint32_t RunNumber(const std::string& run);

  std::map<std::string, std::unordered_map<std::uint64_t, Final>> devices_;
  std::unordered_map<std::string, std::uint32_t> runs_;
  std::uint64_t finals_ = 0;
  std::uint64_t repeats_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t provisionals_ = 0;
  std::uint64_t little_ = 0;
  std::uint64_t big_ = 0;
  std::uint64_t fallback_ = 0;
  std::map<std::string, std::uint64_t> reasons_;
  std::map<std::string, std::uint64_t> big_by_digest_;
  std::vector<double> late_ms_;
  std::vector<std::string> examples_;
};

}  // namespace biglittle::chaos
