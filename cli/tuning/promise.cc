#include "cli/tuning/promise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string_view>

#include "absl/strings/numbers.h"

#include "cli/tuning/binomial.h"
#include "device_agent/little/escalation_policy.h"

namespace biglittle {
namespace {

// Of a rate that is claimed, and of what was met on other readings.
constexpr double kClaimLevel = 0.05;
constexpr double kChanceLevel = 0.01;
// What tuning expects is no objective of anybody's: only a fall that matters is told.
constexpr double kFallThatMatters = 0.03;
// Differences of shares are exact up to this.
constexpr double kOfRounding = 1e-9;

const YamlNode* Find(const YamlNode* map, std::string_view key) {
  if (map == nullptr || map->kind != YamlNode::Kind::kMap) return nullptr;
  const auto found = std::ranges::find_if(
      map->entries, [key](const YamlNode::Entry& entry) { return entry.key->text == key; });
  return found == map->entries.end() ? nullptr : found->value;
}

std::optional<double> Number(const YamlNode* node) {
  double value = 0.0;
  if (node == nullptr || !absl::SimpleAtod(node->text, &value) || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<Objective> ParseObjective(const std::string& arguments) {
  std::istringstream words(arguments);
  std::optional<Objective> objective;
  std::optional<double> confidence;
  std::optional<double> min_recall;
  const auto set = [&objective](ObjectiveKind kind, double value) {
    objective.emplace();
    objective->kind = kind;
    objective->value = value;
  };
  for (std::string option, text; words >> option;) {
    double value = 0.0;
    if (option == "--for-these-groups" || !(words >> text)) continue;
    if (!absl::SimpleAtod(text, &value)) continue;  // --score, --thresholds
    if (option == "--max-escalation") set(ObjectiveKind::kMaxEscalation, value);
    if (option == "--min-accuracy") set(ObjectiveKind::kMinAccuracy, value);
    if (option == "--max-loss") set(ObjectiveKind::kMaxLoss, value);
    if (option == "--max-risk") set(ObjectiveKind::kMaxRisk, value);
    if (option == "--confidence") confidence = value;
    if (option == "--min-recall") min_recall = value;
  }
  if (!objective) return std::nullopt;
  if (confidence) objective->confidence = *confidence;
  objective->min_recall = min_recall;
  return objective;
}

// The probability that a normal deviate is larger.
double UpperTail(double deviations) { return 0.5 * std::erfc(deviations / std::sqrt(2.0)); }

PromiseVerdict Judge(bool met, double probability, double level) {
  if (met) return PromiseVerdict::kHolds;
  return probability <= level ? PromiseVerdict::kBroken : PromiseVerdict::kWithinChance;
}

// `errors` of `trials`, of which at most the share `claimed` was claimed.
PromiseVerdict JudgeClaim(std::uint64_t errors, std::uint64_t trials, double claimed,
                          double level) {
  const bool met = CascadeCounts::Share(errors, trials) <= claimed;
  const double so_many = errors == 0 ? 1.0 : 1.0 - BinomialCdf(errors - 1, trials, claimed);
  return Judge(met, so_many, level);
}

class Judging {
 public:
  Judging(const Promise& promise, const Task& task, const CascadeCounts& counts,
          std::optional<std::int64_t> group, std::size_t tests)
      : promise_(promise),
        task_(task),
        counts_(counts),
        group_(group),
        tests_(static_cast<double>(tests)) {}

  std::vector<PromiseFinding> Findings() && {
    // Of a group only what was asked for, and is no average over all: persons differ.
    if (!group_ || promise_.objective.kind != ObjectiveKind::kMaxEscalation) AddObjective();
    AddRecall();
    if (!group_) AddExpected();
    return std::move(findings_);
  }

 private:
  void Add(std::string what, bool at_most, double promised, double found, std::uint64_t readings,
           PromiseVerdict verdict) {
    findings_.push_back({std::move(what), at_most, promised, found, readings, group_, verdict});
  }

  // How probable a distance of `beyond` is, where one reading's share varies by `variance`.
  double Chance(double beyond, double variance) const {
    const double samples =
        1.0 / static_cast<double>(std::max<std::uint64_t>(counts_.readings, 1)) +
        1.0 / static_cast<double>(std::max<std::uint64_t>(promise_.chosen_on, 1));
    const double deviation = std::sqrt(std::max(variance, 1e-6) * samples);
    return UpperTail(beyond / deviation);
  }

  void AddObjective() {
    const double wanted = promise_.objective.value;
    const CascadeCounts& c = counts_;
    const double level = kChanceLevel / tests_;
    switch (promise_.objective.kind) {
      case ObjectiveKind::kMaxRisk:
        return Add("wrong among the locally answered", true, wanted, c.local_error(), c.local(),
                   JudgeClaim(c.local_wrong, c.local(), wanted, kClaimLevel / tests_));
      case ObjectiveKind::kMaxEscalation:
        return Add("escalated", true, wanted, c.escalation_rate(), c.readings,
                   Judge(c.escalation_rate() <= wanted,
                         Chance(c.escalation_rate() - wanted, wanted * (1.0 - wanted)), level));
      case ObjectiveKind::kMinAccuracy:
        return Add("accuracy of the cascade", false, wanted, c.accuracy(), c.readings,
                   Judge(c.accuracy() >= wanted,
                         Chance(wanted - c.accuracy(), wanted * (1.0 - wanted)), level));
      case ObjectiveKind::kMaxLoss: {
        const double loss = c.big_accuracy() - c.accuracy();
        const double apart = CascadeCounts::Share(c.lost + c.gained, c.readings);
        return Add(
            "accuracy lost against the big net", true, wanted, loss, c.readings,
            Judge(loss <= wanted + kOfRounding, Chance(loss - wanted, apart - loss * loss), level));
      }
    }
  }

  void AddRecall() {
    if (!promise_.objective.min_recall) return;
    const double floor = *promise_.objective.min_recall;
    for (std::size_t i = 0; i < counts_.priority.size(); ++i) {
      const std::uint64_t there = counts_.priority[i];
      if (there == 0) continue;
      const std::uint64_t right = counts_.priority_correct[i];
      Add("recall of " + task_.labels[static_cast<std::size_t>(task_.priority_classes[i])], false,
          floor, CascadeCounts::Share(right, there), there,
          JudgeClaim(there - right, there, 1.0 - floor, kClaimLevel / tests_));
    }
  }

  void AddExpected() {
    if (!promise_.expected_accuracy || promise_.objective.kind == ObjectiveKind::kMinAccuracy)
      return;
    const double expected = *promise_.expected_accuracy;
    const double fallen = expected - counts_.accuracy();
    // Of both samples together: one without an error does not show that there are none.
    const auto chosen_on = static_cast<double>(promise_.chosen_on);
    const auto readings = static_cast<double>(counts_.readings);
    const double pooled = (expected * chosen_on + counts_.accuracy() * readings) /
                          std::max(1.0, chosen_on + readings);
    const PromiseVerdict verdict = Judge(
        fallen <= kFallThatMatters, Chance(fallen, pooled * (1.0 - pooled)), kChanceLevel / tests_);
    Add("accuracy, as tuning expected it", false, expected, counts_.accuracy(), counts_.readings,
        fallen > 0.0 && verdict == PromiseVerdict::kHolds ? PromiseVerdict::kWithinChance
                                                          : verdict);
  }

  const Promise& promise_;
  const Task& task_;
  const CascadeCounts& counts_;
  const std::optional<std::int64_t> group_;
  const double tests_;
  std::vector<PromiseFinding> findings_;
};

std::string_view Words(PromiseVerdict verdict) {
  switch (verdict) {
    case PromiseVerdict::kHolds:
      return "holds";
    case PromiseVerdict::kWithinChance:
      return "missed, within what chance explains";
    case PromiseVerdict::kBroken:
      return "DOES NOT HOLD";
  }
  return "";
}

}  // namespace

std::optional<Promise> PromiseOf(const YamlNode& root) {
  const YamlNode* tuned = Find(&root, "tuned");
  const YamlNode* arguments = Find(tuned, "arguments");
  if (arguments == nullptr) return std::nullopt;
  const std::optional<Objective> objective = ParseObjective(arguments->text);
  if (!objective) return std::nullopt;
  Promise promise;
  promise.objective = *objective;
  promise.arguments = arguments->text;
  const YamlNode* expected = Find(tuned, "expected");
  const double readings = Number(Find(expected, "readings")).value_or(0.0);
  promise.chosen_on = readings > 0.0 ? static_cast<std::uint64_t>(readings) : 0;
  promise.expected_accuracy = Number(Find(expected, "accuracy"));
  return promise;
}

std::vector<PromiseFinding> HoldAgainst(const Promise& promise, const Task& task,
                                        const CascadeCounts& all,
                                        const std::vector<GroupCounts>& groups) {
  std::vector<PromiseFinding> findings = Judging(promise, task, all, std::nullopt, 1).Findings();
  if (groups.size() < 2) return findings;
  for (const GroupCounts& group : groups) {
    if (group.counts.readings < kLeastOfGroup) continue;
    for (PromiseFinding& finding :
         Judging(promise, task, group.counts, group.group, groups.size()).Findings()) {
      if (finding.verdict == PromiseVerdict::kBroken) findings.push_back(std::move(finding));
    }
  }
  return findings;
}

absl::StatusOr<HeldOut> HoldAgainst(const Promise& promise, const Task& task,
                                    const CascadeTable& table) {
  const absl::StatusOr<EscalationRule> rule = MakeRule(task, {});
  if (!rule.ok()) return rule.status();
  const CascadePredictions predictions = CascadePredictions::Of(task, table);
  const Rows rows = AllRows(table.size());
  HeldOut held;
  held.counts = Count(task, predictions, table.truth, *rule, rows);
  held.findings =
      HoldAgainst(promise, task, held.counts,
                  CountByGroup(task, predictions, table.truth, *rule, table.groups, rows));
  return held;
}

bool Holds(const std::vector<PromiseFinding>& findings) {
  return std::ranges::none_of(findings, [](const PromiseFinding& finding) {
    return finding.verdict == PromiseVerdict::kBroken;
  });
}

std::string ToText(const std::vector<PromiseFinding>& findings, const std::string& where) {
  std::string text = fmt::format("what task.yaml promises, held against {}\n", where);
  for (const PromiseFinding& f : findings) {
    const std::string of_group = f.group ? fmt::format("group {}: ", *f.group) : std::string();
    text += fmt::format("  {:<46} {} {:>6.2f} %, found {:>6.2f} % of {}: {}\n", of_group + f.what,
                        f.at_most ? "at most " : "at least", f.promised * 100.0, f.found * 100.0,
                        f.readings, Words(f.verdict));
  }
  if (!Holds(findings)) {
    text +=
        fmt::format("THE PROMISE OF TASK.YAML DOES NOT HOLD on {}: see the lines above\n", where);
  }
  return text;
}

}  // namespace biglittle
