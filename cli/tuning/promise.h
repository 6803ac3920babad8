// What a task's file promises, and whether labelled readings bear it out. Pure functions,
// thread-safe.
//
// A risk bound and a recall floor are claims about a rate: a finding contradicts them where so many
// errors have a probability of 5 % or less at the claimed rate (the exact binomial test). All other
// objectives were met on the validation readings exactly, so that other readings miss them half of
// the time by chance: they are contradicted where the distance to them is more than both samples'
// chance explains, at 1 %. Of groups each is tested at the level divided by their number
// (Bonferroni).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/tuning/cascade_counts.h"
#include "cli/tuning/cascade_table.h"
#include "cli/tuning/objective.h"
#include "core/task/task.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

struct Promise {
  Objective objective;
  std::string arguments;  // of `tune`, as task.yaml keeps them
  // The validation readings that the objective was met on, and what was right of them.
  std::uint64_t chosen_on = 0;
  std::optional<double> expected_accuracy;
};

// `root`: the map of a task file. nullopt where nobody has tuned it, or in words not understood.
std::optional<Promise> PromiseOf(const YamlNode& root);

enum class PromiseVerdict : std::uint8_t { kHolds, kWithinChance, kBroken };

struct PromiseFinding {
  std::string what;  // "wrong among the locally answered"
  bool at_most = true;
  double promised = 0.0;
  double found = 0.0;
  std::uint64_t readings = 0;  // that it was found on
  std::optional<std::int64_t> group;
  PromiseVerdict verdict = PromiseVerdict::kHolds;
};

// Of all readings first, then of groups what does not hold there: risk, recall, loss and accuracy
// as they were asked for; a budget and what tuning expects are averages over all. Groups of fewer
// readings than kLeastOfGroup are not looked at by themselves.
inline constexpr std::uint64_t kLeastOfGroup = 20;
std::vector<PromiseFinding> HoldAgainst(const Promise& promise, const Task& task,
                                        const CascadeCounts& all,
                                        const std::vector<GroupCounts>& groups);

// What a cascade does on readings that did not choose it, and whether its promise holds there.
struct HeldOut {
  CascadeCounts counts;
  std::vector<PromiseFinding> findings;
};

// The same of what the nets say of some readings, under the task's own rule. InvalidArgument where
// it has none.
absl::StatusOr<HeldOut> HoldAgainst(const Promise& promise, const Task& task,
                                    const CascadeTable& table);

bool Holds(const std::vector<PromiseFinding>& findings);

// A line each, and a last one that says loudly where something does not hold. `where`: "the test
// part".
std::string ToText(const std::vector<PromiseFinding>& findings, const std::string& where);

}  // namespace biglittle
