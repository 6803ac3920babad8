// From labelled readings and an objective to temperatures and thresholds. Pure, thread-safe.
//
// The risk bound is valid although its threshold was chosen from the data: half of the readings
// shape the family of rules (rule_family.h) and the order in which they are tried, from strict to
// loose; the other half tests them one by one, each by the exact binomial test of "more than the
// wished share is wrong among the locally answered", and the last one before the first failure is
// taken. With the stated confidence no rule that breaks the bound is ever taken. Sources: Bauer,
// "Multiple testing in clinical trials", 1991 (fixed sequence); Angelopoulos, Bates, Candes,
// Jordan, Lei, "Learn then Test", 2021.
//
// It holds for what was drawn independently. Where the readings' groups are known (people,
// machines, months), groups were drawn, not readings: the halves are of whole groups, and the risk
// bound and the recall floor are tested for a new group (group_bound.h). Few groups prove little,
// which is said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/tuning/cascade_counts.h"
#include "cli/tuning/cascade_table.h"
#include "cli/tuning/objective.h"
#include "cli/tuning/rule_family.h"
#include "core/task/answer_rule.h"
#include "core/task/task.h"

namespace biglittle {

struct TuneOptions {
  Objective objective;
  std::optional<Score> score;     // nullopt: the one that does best in cross-validation
  std::optional<bool> per_class;  // likewise
  double unlike_share = 0.002;    // of the validation readings; 0: nobody asks
  // Promise for readings like these even where their groups are known: of these people, not of
  // others.
  bool for_these_groups = false;
  // Where no rule meets the objective, take the nearest that can be had in place of an error.
  bool nearest = false;
};

// A kind of rule, and how it did: the mean accuracy of the cascade over several shares escalated,
// on readings that it was not fitted to.
struct Candidate {
  FamilyChoice choice;
  double accuracy = 0.0;
};

struct TuneResult {
  Task task;  // with the chosen temperatures, score and thresholds
  std::vector<Candidate> candidates;
  FamilyChoice choice;
  // On the readings that were not used to shape the family, where there are such (a risk bound);
  // else on those that chose the thresholds, and so a little flattering.
  CascadeCounts expected;
  // Upper confidence bound for the local error of the chosen rule by itself; what is promised, the
  // choice included, is the objective's value.
  std::optional<double> risk_bound;
  std::size_t groups = 0;  // that tested the promise; 0: readings did
  // Where the nearest was taken: what it meets in place of the objective, and why that was not met.
  std::optional<Objective> nearest;
  std::string unmet;
};

// Fewer readings than this are refused: halves and folds would be left without mistakes to learn
// from.
inline constexpr std::size_t kLeastReadings = 50;

// Aborted, with the reason and the nearest that can be had, where no threshold meets the
// objective; InvalidArgument for too few readings.
absl::StatusOr<TuneResult> Tune(const Task& task, const CascadeTable& table,
                                const TuneOptions& options);

}  // namespace biglittle
