#include "cli/tuning/tuner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "cli/tuning/binomial.h"
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

class Search {
 public:
  Search(const Task& task, const CascadePredictions& predictions, const std::vector<int>& truth,
         const RuleFamily& family, const Objective& objective)
      : task_(task),
        predictions_(predictions),
        truth_(truth),
        family_(family),
        objective_(objective) {}

  // Every objective but the risk bound.
  absl::StatusOr<Tried> Choose(const Rows& rows) const {
    std::vector<Tried> tried;
    for (int i = 0; i < kKnobs; ++i) tried.push_back(Try(Knob(i), rows));
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
  absl::StatusOr<Tried> ChooseByRisk(const Rows& shaping, const Rows& testing) const {
    const std::uint64_t needed = TrialsNeeded(objective_.value, objective_.confidence);
    const std::vector<double> knobs = RiskKnobs(shaping, testing, needed);
    std::optional<Tried> chosen;
    for (const double knob : knobs) {
      Tried one = Try(knob, testing);
      const double p_value =
          BinomialCdf(one.counts.local_wrong, one.counts.local(), objective_.value);
      if (one.counts.local() == 0 || p_value > 1.0 - objective_.confidence) break;
      if (MeetsRecall(one.counts)) chosen = std::move(one);
    }
    if (chosen) return *std::move(chosen);
    const Tried first = Try(knobs.front(), testing);
    return absl::AbortedError(fmt::format(
        "no threshold can promise {}: that takes {} locally answered readings without an error, or "
        "more with some; the strictest rule tried answers {} of the {} that test it, {} of them "
        "wrongly{}. Bring more validation data or allow more",
        Describe(objective_), needed, first.counts.local(), testing.size(),
        first.counts.local_wrong, RecallNote(first.counts)));
  }

 private:
  Tried Try(double knob, const Rows& rows) const {
    EscalationRule rule = family_.At(knob);
    CascadeCounts counts = Count(task_, predictions_, truth_, rule, rows);
    return {std::move(rule), counts};
  }

  // At least one, from strict to loose, decided by the shaping half alone: the first answers enough
  // readings that the testing half could pass the test at all (the loosest, where none does), even
  // where that is most of them; each next one answers some more.
  std::vector<double> RiskKnobs(const Rows& shaping, const Rows& testing,
                                std::uint64_t needed) const {
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
  const RuleFamily& family_;
  const Objective& objective_;
};

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
  const Rows rows = Shuffled(table.size());
  const bool is_risk = options.objective.kind == ObjectiveKind::kMaxRisk;
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
  const Rows shaping = is_risk ? Rows(rows.begin(), middle) : rows;
  const Rows testing = is_risk ? Rows(middle, rows.end()) : rows;

  TuneResult result;
  result.task = task;
  SetTemperatures(table, shaping, result.task);
  const CascadePredictions predictions = CascadePredictions::Of(result.task, table);
  result.candidates = Compare(result.task, predictions, table.truth, shaping, options);
  result.choice = Best(result.candidates).choice;
  const RuleFamily family =
      RuleFamily::Fit(result.task, predictions, table.truth, shaping, result.choice);

  const Search search(result.task, predictions, table.truth, family, options.objective);
  absl::StatusOr<Tried> chosen =
      is_risk ? search.ChooseByRisk(shaping, testing) : search.Choose(rows);
  if (!chosen.ok()) return chosen.status();
  result.task.score = chosen->rule.score;
  result.task.heads = std::move(chosen->rule.heads);
  result.expected = chosen->counts;
  if (is_risk) {
    result.risk_bound = BinomialUpperBound(chosen->counts.local_wrong, chosen->counts.local(),
                                           options.objective.confidence);
  }
  return result;
}

}  // namespace biglittle
