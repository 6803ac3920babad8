#include "cli/tuning/tuner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "cli/tuning/binomial.h"
#include "cli/tuning/group_bound.h"
#include "cli/tuning/logistic_fit.h"
#include "core/random.h"

namespace biglittle {
namespace {

constexpr std::uint64_t kShuffleSeed = 1;
constexpr std::size_t kFolds = 5;
// Shares answered locally at which kinds of rules are compared.
constexpr std::array<double, 6> kComparedShares = {0.5, 0.6, 0.7, 0.8, 0.9, 0.95};
// Asking is not worth a message where it helps less often than this, budget or not.
constexpr double kWorthAsking = 0.001;
// Kinds of rules that differ by less are equally good.
constexpr double kAsGood = 0.0003;
constexpr double kStrictest = 1e-6;
constexpr double kLoosest = 0.9999;
constexpr int kKnobs = 1000;
// Candidates of a risk bound: few enough that each is looser than the one before by some readings.
constexpr int kRiskSteps = 100;
// The half that tests may answer fewer readings than the half that shapes.
constexpr double kSpare = 1.2;
constexpr double kShareDigits = 1e4;

Rows Shuffled(std::size_t count) {
  const std::vector<std::uint64_t> order = Permutation(count, kShuffleSeed);
  return {order.begin(), order.end()};
}

// 0 is the strictest knob, kKnobs - 1 the loosest.
double Knob(int index) {
  const double low = Logit(kStrictest);
  return Sigmoid(low + (Logit(kLoosest) - low) * index / (kKnobs - 1));
}

void SetTemperatures(const CascadeTable& table, const Rows& rows, Task& task) {
  for (std::size_t head = 0; head < table.heads.size(); ++head) {
    task.little.temperatures[head] =
        ChooseTemperature(table.heads[head], task.little, table.truth, rows);
  }
  task.big.temperatures.back() = ChooseTemperature(table.big, task.big, table.truth, rows);
}

// The mean accuracy over kComparedShares on held rows, for a family fitted on the others.
double HeldAccuracy(const Task& task, const CascadePredictions& predictions,
                    const std::vector<int>& truth, const RuleFamily& family, const Rows& held) {
  struct Held {
    double mistake;
    bool little_right;
    bool big_right;
  };
  const std::size_t last = task.little.heads() - 1;
  std::vector<Held> readings;
  for (const std::size_t row : held) {
    const Prediction& little = predictions.heads[last][row];
    readings.push_back({family.MistakeOf(last, little), little.class_index == truth[row],
                        predictions.big[row].class_index == truth[row]});
  }
  std::ranges::stable_sort(readings, {}, &Held::mistake);
  double sum = 0.0;
  for (const double share : kComparedShares) {
    const auto local = static_cast<std::size_t>(share * static_cast<double>(readings.size()));
    std::size_t correct = 0;
    for (std::size_t i = 0; i < readings.size(); ++i) {
      correct += (i < local ? readings[i].little_right : readings[i].big_right) ? 1 : 0;
    }
    sum += static_cast<double>(correct) / static_cast<double>(readings.size());
  }
  return sum / kComparedShares.size();
}

double CrossValidated(const Task& task, const CascadePredictions& predictions,
                      const std::vector<int>& truth, const Rows& rows, const FamilyChoice& choice) {
  double sum = 0.0;
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    Rows fitted;
    Rows held;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      (i % kFolds == fold ? held : fitted).push_back(rows[i]);
    }
    const RuleFamily family = RuleFamily::Fit(task, predictions, truth, fitted, choice);
    sum += HeldAccuracy(task, predictions, truth, family, held);
  }
  return sum / kFolds;
}

std::vector<Candidate> Compare(const Task& task, const CascadePredictions& predictions,
                               const std::vector<int>& truth, const Rows& rows,
                               const TuneOptions& options) {
  std::vector<Candidate> candidates;
  const bool is_risk = options.objective.kind == ObjectiveKind::kMaxRisk;
  for (const Score score :
       {Score::kConfidence, Score::kMargin, Score::kEntropy, Score::kLogistic}) {
    if (options.score && *options.score != score) continue;
    for (const bool per_class : {true, false}) {
      if (options.per_class && *options.per_class != per_class) continue;
      FamilyChoice choice{score, per_class, is_risk ? Mistake::kWrong : Mistake::kAskingHelps,
                          options.unlike_share};
      candidates.push_back({choice, CrossValidated(task, predictions, truth, rows, choice)});
    }
  }
  return candidates;
}

// The first of those that are as good as the best, as far as cross-validation can tell: the plainer
// kinds stand in front.
const Candidate& Best(const std::vector<Candidate>& candidates) {
  const double best = std::ranges::max_element(candidates, {}, &Candidate::accuracy)->accuracy;
  return *std::ranges::find_if(candidates, [best](const Candidate& candidate) {
    return candidate.accuracy >= best - kAsGood;
  });
}

// One rule of the family, with what it does on the rows that choose.
struct Tried {
  EscalationRule rule;
  CascadeCounts counts;
};

// The objective is a claim that other readings have to bear out, and is tested on some that did not
// shape the rules.
bool IsTested(const Objective& objective, const std::vector<std::int64_t>& groups) {
  return objective.kind == ObjectiveKind::kMaxRisk || (objective.min_recall && !groups.empty());
}

class Search {
 public:
  // `groups`: of whole rows, where promises are for a new group; else empty.
  Search(const Task& task, const CascadePredictions& predictions, const std::vector<int>& truth,
         const std::vector<std::int64_t>& groups, const RuleFamily& family,
         const Objective& objective)
      : task_(task),
        predictions_(predictions),
        truth_(truth),
        groups_(groups),
        family_(family),
        objective_(objective) {}

  // Every objective but the risk bound, and a recall floor for a new group.
  absl::StatusOr<Tried> Choose(const Rows& rows) const {
    const std::vector<Tried> tried = TryAll(rows);
    // The strictest within a budget, the loosest that is good enough.
    const bool strictest = objective_.kind == ObjectiveKind::kMaxEscalation;
    const Tried* chosen = nullptr;
    for (int i = 0; i < kKnobs; ++i) {
      const Tried& one = tried[static_cast<std::size_t>(strictest ? kKnobs - 1 - i : i)];
      if (strictest && Knob(kKnobs - 1 - i) < kWorthAsking && chosen != nullptr) break;
      if (MeetsObjective(one.counts) && MeetsRecall(one.counts)) chosen = &one;
    }
    if (chosen != nullptr) return *chosen;
    return Unattainable(tried);
  }

  // The fixed sequence: `shaping` orders the candidates, `testing` tests them.
  absl::StatusOr<Tried> ChooseByTests(const Rows& shaping, const Rows& testing) const {
    const std::vector<double> knobs = TestedKnobs(shaping, testing);
    std::optional<Tried> chosen;
    bool passed = false;
    for (const double knob : knobs) {
      Tried one = Try(knob, testing);
      const std::vector<GroupCounts> groups = ByGroup(one.rule, testing);
      if (!PassesRisk(one.counts, groups) || !PassesRecall(one.counts, groups)) break;
      passed = true;
      // Within a budget the strictest, else the loosest.
      if (!Meets(one.counts) || (chosen && IsBudget())) continue;
      chosen = std::move(one);
    }
    if (chosen) return *std::move(chosen);
    if (passed && objective_.kind != ObjectiveKind::kMaxRisk) return Unattainable(TryAll(testing));
    return Unproved(Try(knobs.front(), testing), testing);
  }

  // Where nothing meets the objective: the rule that comes nearest, and what it does meet. Of a
  // bound the first candidate, which the testing half did not choose, so that its own bound is
  // good.
  std::pair<Tried, Objective> Nearest(const Rows& shaping, const Rows& testing) const {
    Objective met = objective_;
    if (IsTested(objective_, groups_)) {
      Tried first = Try(TestedKnobs(shaping, testing).front(), testing);
      met.kind = ObjectiveKind::kMaxRisk;
      met.value = RoundedUp(Bound(first, testing));
      met.min_recall.reset();
      return {std::move(first), met};
    }
    std::vector<Tried> tried = TryAll(testing);
    const auto distance = [this](const Tried& one) {
      const double recall = objective_.min_recall
                                ? std::max(0.0, *objective_.min_recall - one.counts.least_recall())
                                : 0.0;
      return recall + std::max(0.0, Lacks(one.counts));
    };
    Tried best = *std::ranges::min_element(tried, {}, distance);
    met.value = MetBy(best.counts);
    if (met.min_recall)
      met.min_recall = std::min(*met.min_recall, RoundedDown(best.counts.least_recall()));
    return {std::move(best), met};
  }

  // The upper confidence bound for the local error of this one rule.
  double Bound(const Tried& one, const Rows& testing) const {
    if (groups_.empty()) {
      return BinomialUpperBound(one.counts.local_wrong, one.counts.local(), objective_.confidence);
    }
    return GroupUpperBound(LocalErrors(ByGroup(one.rule, testing)), objective_.confidence);
  }

 private:
  Tried Try(double knob, const Rows& rows) const {
    EscalationRule rule = family_.At(knob);
    CascadeCounts counts = Count(task_, predictions_, truth_, rule, rows);
    return {std::move(rule), counts};
  }

  std::vector<Tried> TryAll(const Rows& rows) const {
    std::vector<Tried> tried;
    for (int i = 0; i < kKnobs; ++i) tried.push_back(Try(Knob(i), rows));
    return tried;
  }

  bool IsBudget() const { return objective_.kind == ObjectiveKind::kMaxEscalation; }
  double Level() const { return 1.0 - objective_.confidence; }

  // None where promises are not for a new group.
  std::vector<GroupCounts> ByGroup(const EscalationRule& rule, const Rows& rows) const {
    return CountByGroup(task_, predictions_, truth_, rule, groups_, rows);
  }

  // Of each group that has locally answered readings, the share of them that is wrong.
  static std::vector<double> LocalErrors(const std::vector<GroupCounts>& groups) {
    std::vector<double> shares;
    for (const GroupCounts& group : groups) {
      if (group.counts.local() > 0) shares.push_back(group.counts.local_error());
    }
    return shares;
  }

  // Of each group that has readings of the prioritised class at `place`, the share that is missed.
  static std::vector<double> Misses(const std::vector<GroupCounts>& groups, std::size_t place) {
    std::vector<double> shares;
    for (const auto& [group, counts] : groups) {
      if (counts.priority[place] == 0) continue;
      shares.push_back(
          1.0 - CascadeCounts::Share(counts.priority_correct[place], counts.priority[place]));
    }
    return shares;
  }

  bool PassesRisk(const CascadeCounts& all, const std::vector<GroupCounts>& groups) const {
    if (objective_.kind != ObjectiveKind::kMaxRisk) return true;
    if (all.local() == 0) return false;
    const double p_value = groups.empty()
                               ? BinomialCdf(all.local_wrong, all.local(), objective_.value)
                               : GroupPValue(LocalErrors(groups), objective_.value);
    return p_value <= Level();
  }

  // Of new groups; of readings like these the floor is only held, by Meets.
  bool PassesRecall(const CascadeCounts& all, const std::vector<GroupCounts>& groups) const {
    if (!objective_.min_recall || groups.empty()) return true;
    for (std::size_t place = 0; place < all.priority.size(); ++place) {
      const double p_value = GroupPValue(Misses(groups, place), 1.0 - *objective_.min_recall);
      if (p_value > Level()) return false;
    }
    return true;
  }

  bool Meets(const CascadeCounts& counts) const {
    if (!MeetsRecall(counts)) return false;
    return objective_.kind == ObjectiveKind::kMaxRisk || MeetsObjective(counts);
  }

  // At least one, from strict to loose, decided by the shaping half alone: the first answers enough
  // readings that the testing half could pass the test at all (the loosest, where none does), even
  // where that is most of them; each next one answers some more. Of groups all readings may be
  // needed or few: the first answers a tenth.
  std::vector<double> TestedKnobs(const Rows& shaping, const Rows& testing) const {
    const bool is_risk = objective_.kind == ObjectiveKind::kMaxRisk;
    const std::uint64_t needed = groups_.empty() && is_risk
                                     ? TrialsNeeded(objective_.value, objective_.confidence)
                                     : testing.size() / 10 + 1;
    const double scale = static_cast<double>(testing.size()) / static_cast<double>(shaping.size());
    const double step = static_cast<double>(shaping.size()) / kRiskSteps;
    std::vector<double> knobs;
    const auto all = static_cast<double>(shaping.size());
    const double enough = static_cast<double>(needed) / scale;
    double next = std::min(2.0 * enough, std::max(all / 2.0, std::min(kSpare * enough, all)));
    for (int i = 0; i < kKnobs; ++i) {
      const auto local = static_cast<double>(Try(Knob(i), shaping).counts.local());
      if (local < next) continue;
      knobs.push_back(Knob(i));
      next = local + step;
    }
    if (knobs.empty()) knobs.push_back(Knob(kKnobs - 1));
    return knobs;
  }

  // By how much the objective is missed, and what is had in its place.
  double Lacks(const CascadeCounts& counts) const {
    const double had = MetBy(counts);
    return objective_.kind == ObjectiveKind::kMinAccuracy ? objective_.value - had
                                                          : had - objective_.value;
  }
  // Rounded so that it still holds.
  double MetBy(const CascadeCounts& counts) const {
    switch (objective_.kind) {
      case ObjectiveKind::kMinAccuracy:
        return RoundedDown(counts.accuracy());
      case ObjectiveKind::kMaxLoss:
        return RoundedUp(std::max(0.0, counts.big_accuracy() - counts.accuracy()));
      default:
        return RoundedUp(counts.escalation_rate());
    }
  }
  static double RoundedUp(double share) { return std::ceil(share * kShareDigits) / kShareDigits; }
  static double RoundedDown(double share) {
    return std::floor(share * kShareDigits) / kShareDigits;
  }

  bool MeetsObjective(const CascadeCounts& counts) const {
    switch (objective_.kind) {
      case ObjectiveKind::kMaxEscalation:
        return counts.escalation_rate() <= objective_.value;
      case ObjectiveKind::kMinAccuracy:
        return counts.accuracy() >= objective_.value;
      case ObjectiveKind::kMaxLoss:
        return counts.accuracy() >= counts.big_accuracy() - objective_.value;
      case ObjectiveKind::kMaxRisk:
        break;
    }
    return false;
  }

  bool MeetsRecall(const CascadeCounts& counts) const {
    return !objective_.min_recall || counts.least_recall() >= *objective_.min_recall;
  }

  absl::Status Unproved(const Tried& first, const Rows& testing) const {
    if (!groups_.empty()) return UnprovedForGroups(first, testing);
    return absl::AbortedError(fmt::format(
        "no threshold can promise {}: that takes {} locally answered readings without an error, or "
        "more with some; the strictest rule tried answers {} of the {} that test it, {} of them "
        "wrongly{}. Bring more validation data or allow more",
        Describe(objective_), TrialsNeeded(objective_.value, objective_.confidence),
        first.counts.local(), testing.size(), first.counts.local_wrong, RecallNote(first.counts)));
  }

  absl::Status UnprovedForGroups(const Tried& first, const Rows& testing) const {
    const bool is_risk = objective_.kind == ObjectiveKind::kMaxRisk;
    double rate = is_risk ? objective_.value : 1.0;
    if (objective_.min_recall) rate = std::min(rate, 1.0 - *objective_.min_recall);
    const std::uint64_t needed = TrialsNeeded(rate, objective_.confidence);
    return absl::AbortedError(fmt::format(
        "nobody can promise '{}' for a new group (a person, machine or month that is not among "
        "these): that takes {} groups without an error in the half of the validation part that "
        "tests it, {} in all; {} test it, and what they can show is at most {:.1f} % wrong among "
        "the locally answered. Bring more groups, allow more, or pass --for-these-groups: a "
        "promise for more readings of "
        "these same groups, and of no others",
        Describe(objective_), needed, 2 * needed, ByGroup(first.rule, testing).size(),
        Bound(first, testing) * 100.0));
  }

  std::string RecallNote(const CascadeCounts& counts) const {
    if (!objective_.min_recall) return "";
    return fmt::format(", least recall {:.2f} %", counts.least_recall() * 100.0);
  }

  absl::Status Unattainable(const std::vector<Tried>& tried) const {
    double least_escalated = 1.0;
    double best_accuracy = 0.0;
    double best_recall = 0.0;
    for (const Tried& one : tried) {
      least_escalated = std::min(least_escalated, one.counts.escalation_rate());
      best_accuracy = std::max(best_accuracy, one.counts.accuracy());
      best_recall = std::max(best_recall, one.counts.least_recall());
    }
    return absl::AbortedError(fmt::format(
        "no threshold meets '{}' on these {} readings: any escalates {:.2f} % or more, none is "
        "right in more than {:.2f} %, the big net is in {:.2f} %, and the recall of every "
        "prioritised class is {:.2f} % at best. Ask for less, or train better nets",
        Describe(objective_), tried.front().counts.readings, least_escalated * 100.0,
        best_accuracy * 100.0, tried.front().counts.big_accuracy() * 100.0, best_recall * 100.0));
  }

  const Task& task_;
  const CascadePredictions& predictions_;
  const std::vector<int>& truth_;
  const std::vector<std::int64_t>& groups_;
  const RuleFamily& family_;
  const Objective& objective_;
};

// What shapes the rules and what tests them; both are all rows where nothing is tested.
struct Halves {
  Rows shaping;
  Rows testing;
};

Halves HalvesOf(std::size_t count, const std::vector<std::int64_t>& groups, bool is_tested) {
  const Rows rows = Shuffled(count);
  if (!is_tested) return {rows, rows};
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
  if (groups.empty()) return {Rows(rows.begin(), middle), Rows(middle, rows.end())};
  std::vector<std::int64_t> names(groups);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  std::set<std::int64_t> shaping;
  for (const std::uint64_t place : Permutation(names.size(), kShuffleSeed)) {
    if (shaping.size() * 2 < names.size()) shaping.insert(names[place]);
  }
  Halves halves;
  for (const std::size_t row : rows) {
    (shaping.contains(groups[row]) ? halves.shaping : halves.testing).push_back(row);
  }
  return halves;
}

std::size_t CountGroups(const Rows& rows, const std::vector<std::int64_t>& groups) {
  std::set<std::int64_t> names;
  for (const std::size_t row : rows) {
    if (!groups.empty()) names.insert(groups[row]);
  }
  return names.size();
}

// One group shows nothing of others, and half of nothing shapes no rule.
absl::Status CheckGroups(const CascadeTable& table, const TuneOptions& options) {
  const Objective& objective = options.objective;
  const bool promises = objective.kind == ObjectiveKind::kMaxRisk || objective.min_recall;
  if (table.groups.empty() || options.for_these_groups || !promises) return absl::OkStatus();
  const bool several = std::ranges::any_of(
      table.groups, [&](std::int64_t group) { return group != table.groups.front(); });
  if (several) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "the validation part is of one group, which shows nothing of a new one: '{}' takes readings "
      "of more groups (persons, machines, months), or pass --for-these-groups: a promise for more "
      "readings of this one",
      Describe(objective)));
}

// A recall of nothing would meet every wish.
absl::Status CheckRecallCanBeTold(const Task& task, const CascadeTable& table,
                                  const Objective& objective) {
  if (!objective.min_recall) return absl::OkStatus();
  for (std::size_t label = 0; label < task.labels.size(); ++label) {
    const int index = static_cast<int>(label);
    if (!task.IsPriority(index) || std::ranges::count(table.truth, index) > 0) continue;
    return absl::InvalidArgumentError(fmt::format(
        "no validation reading is of the prioritised class {}, so that its recall cannot "
        "be told: add some, or leave --min-recall out",
        task.labels[label]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TuneResult> Tune(const Task& task, const CascadeTable& table,
                                const TuneOptions& options) {
  if (table.size() < kLeastReadings) {
    return absl::InvalidArgumentError(fmt::format(
        "{} validation readings are too few, {} are the least", table.size(), kLeastReadings));
  }
  if (absl::Status s = CheckRecallCanBeTold(task, table, options.objective); !s.ok()) return s;
  if (absl::Status s = CheckGroups(table, options); !s.ok()) return s;
  const Objective& objective = options.objective;
  const std::vector<std::int64_t> groups =
      options.for_these_groups ? std::vector<std::int64_t>() : table.groups;
  const bool is_tested = IsTested(objective, groups);
  const Halves halves = HalvesOf(table.size(), groups, is_tested);

  TuneResult result;
  result.task = task;
  SetTemperatures(table, halves.shaping, result.task);
  const CascadePredictions predictions = CascadePredictions::Of(result.task, table);
  result.candidates = Compare(result.task, predictions, table.truth, halves.shaping, options);
  result.choice = Best(result.candidates).choice;
  const RuleFamily family =
      RuleFamily::Fit(result.task, predictions, table.truth, halves.shaping, result.choice);

  const Search search(result.task, predictions, table.truth, groups, family, objective);
  absl::StatusOr<Tried> chosen = is_tested ? search.ChooseByTests(halves.shaping, halves.testing)
                                           : search.Choose(halves.testing);
  if (!chosen.ok() && absl::IsAborted(chosen.status()) && options.nearest) {
    result.unmet = std::string(chosen.status().message());
    auto [rule, met] = search.Nearest(halves.shaping, halves.testing);
    chosen = std::move(rule);
    result.nearest = met;
  }
  if (!chosen.ok()) return chosen.status();
  if (is_tested) {
    result.groups = CountGroups(halves.testing, groups);
    if (objective.kind == ObjectiveKind::kMaxRisk || result.nearest) {
      result.risk_bound = search.Bound(*chosen, halves.testing);
    }
  }
  result.task.score = chosen->rule.score;
  result.task.heads = std::move(chosen->rule.heads);
  result.expected = chosen->counts;
  return result;
}

}  // namespace biglittle
