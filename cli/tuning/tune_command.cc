#include "cli/tuning/tune_command.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "cli/command_end.h"
#include "cli/tuning/labelled_data.h"
#include "cli/tuning/measured_task.h"
#include "cli/tuning/objective.h"
#include "cli/tuning/promise.h"
#include "cli/tuning/task_writer.h"
#include "cli/tuning/tuner.h"
#include "core/date_time.h"

namespace biglittle {
namespace {

absl::Status CheckShare(const char* option, double value, bool may_be_0) {
  if (value < 1.0 && (may_be_0 ? value >= 0.0 : value > 0.0)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} must be {} and below 1, not {:g}; 5 % is 0.05",
                                                option, may_be_0 ? "0 or more" : "above 0", value));
}

absl::StatusOr<Objective> ObjectiveOf(const TuneCommandOptions& options) {
  struct Wish {
    ObjectiveKind kind;
    const char* option;
    const std::optional<double>& value;
    bool may_be_0;
  };
  const Wish wishes[] = {
      {ObjectiveKind::kMaxEscalation, "--max-escalation", options.max_escalation, true},
      {ObjectiveKind::kMinAccuracy, "--min-accuracy", options.min_accuracy, false},
      {ObjectiveKind::kMaxLoss, "--max-loss", options.max_loss, true},
      {ObjectiveKind::kMaxRisk, "--max-risk", options.max_risk, false},
  };
  Objective objective;
  const char* first = nullptr;
  for (const Wish& wish : wishes) {
    if (!wish.value) continue;
    if (first != nullptr) {
      return absl::InvalidArgumentError(
          fmt::format("{} and {} are two objectives; state one (--min-recall may be added to any)",
                      first, wish.option));
    }
    if (absl::Status s = CheckShare(wish.option, *wish.value, wish.may_be_0); !s.ok()) return s;
    first = wish.option;
    objective.kind = wish.kind;
    objective.value = *wish.value;
  }
  if (options.confidence) {
    if (absl::Status s = CheckShare("--confidence", *options.confidence, false); !s.ok()) return s;
    if (!options.max_risk) {
      return absl::InvalidArgumentError(
          "--confidence belongs to --max-risk: state that objective, or leave --confidence out");
    }
    objective.confidence = *options.confidence;
  }
  if (options.min_recall) {
    if (absl::Status s = CheckShare("--min-recall", *options.min_recall, false); !s.ok()) return s;
  }
  objective.min_recall = options.min_recall;
  return objective;
}

// The options that make the same choice again, to the last digit, without where things lie.
std::string Arguments(const TuneCommandOptions& options, const Objective& objective) {
  constexpr const char* kNames[] = {"--max-escalation", "--min-accuracy", "--max-loss",
                                    "--max-risk"};
  std::string text =
      fmt::format("{} {}", kNames[static_cast<std::size_t>(objective.kind)], objective.value);
  if (objective.kind == ObjectiveKind::kMaxRisk && objective.confidence != 0.95) {
    text += fmt::format(" --confidence {}", objective.confidence);
  }
  if (objective.min_recall) text += fmt::format(" --min-recall {}", *objective.min_recall);
  if (options.for_these_groups) text += " --for-these-groups";
  const TuneCommandOptions defaults;
  if (options.score != defaults.score) text += " --score " + options.score;
  if (options.thresholds != defaults.thresholds) text += " --thresholds " + options.thresholds;
  if (options.unlike_share != defaults.unlike_share) {
    text += fmt::format(" --unlike-share {}", options.unlike_share);
  }
  return text;
}

absl::StatusOr<TuneOptions> TuneOptionsOf(const TuneCommandOptions& options) {
  absl::StatusOr<Objective> objective = ObjectiveOf(options);
  if (!objective.ok()) return objective.status();
  TuneOptions tune;
  tune.objective = *objective;
  if (absl::Status s = CheckShare("--unlike-share", options.unlike_share, true); !s.ok()) return s;
  tune.unlike_share = options.unlike_share;
  tune.for_these_groups = options.for_these_groups;
  tune.nearest = options.nearest;
  if (options.score != "auto") {
    const auto named = std::ranges::find(kScores, options.score, &Choice<Score>::name);
    if (named == kScores.end()) {
      return absl::InvalidArgumentError(fmt::format(
          "--score {} is not known; it is auto, confidence, margin, entropy or logistic",
          options.score));
    }
    tune.score = named->value;
  }
  if (options.thresholds == "per-class" || options.thresholds == "one") {
    tune.per_class = options.thresholds == "per-class";
  } else if (options.thresholds != "auto") {
    return absl::InvalidArgumentError(fmt::format(
        "--thresholds {} is not known; it is auto, per-class or one", options.thresholds));
  }
  return tune;
}

std::string_view Kind(bool per_class) { return per_class ? "per class" : "one for all"; }

void Print(const TuneResult& result, const Objective& objective, std::ostream& out) {
  fmt::print(out, "{:<12} {:<12} {}\n", "score", "thresholds",
             "accuracy, mean over 5 to 50 % escalated, cross-validated");
  for (const Candidate& candidate : result.candidates) {
    const bool chosen = candidate.choice.score == result.choice.score &&
                        candidate.choice.per_class == result.choice.per_class;
    fmt::print(out, "{:<12} {:<12} {:.3f} %{}\n", ChoiceName(kScores, candidate.choice.score),
               Kind(candidate.choice.per_class), candidate.accuracy * 100.0,
               chosen ? "  <- chosen" : "");
  }
  const CascadeCounts& expected = result.expected;
  fmt::print(out,
             "\nobjective: {}\nexpected on {} readings: {:.2f} % escalated, accuracy {:.2f} % "
             "(big net {:.2f} %, little net {:.2f} %),\n  {:.2f} % wrong among the locally "
             "answered, recall of prioritised classes {:.2f} %\n",
             Describe(objective), expected.readings, expected.escalation_rate() * 100.0,
             expected.accuracy() * 100.0, expected.big_accuracy() * 100.0,
             expected.little_accuracy() * 100.0, expected.local_error() * 100.0,
             expected.priority_recall() * 100.0);
  if (result.risk_bound && !result.nearest) {
    fmt::print(out,
               "with {:g} % confidence at most {:g} % are wrong among the locally answered{} "
               "(fixed-sequence test); the {} of this one rule, had it not been "
               "chosen, is {:.2f} %\n",
               objective.confidence * 100.0, objective.value * 100.0,
               result.groups > 0 ? fmt::format(" of a new group, by {} groups", result.groups) : "",
               result.groups > 0 ? "bound" : "exact binomial bound", *result.risk_bound * 100.0);
  }
}

void SayWhatBecameOf(const std::filesystem::path& file, bool changed, std::ostream& out) {
  fmt::print(out, "{} {}\n", file.string(), changed ? "written" : "unchanged: it says the same");
}

// Where the objective cannot be met: why, what is had in its place, and how to ask for something
// else.
void PrintUnmet(const TuneCommandOptions& options, const TuneResult& result, std::ostream& out) {
  fmt::print(out,
             "\nTHE OBJECTIVE IS NOT MET: {}.\nThe nearest that can be had: {}\nFor another one: "
             "./biglittle tune --task {}{}{} --max-loss 0.01 (or --max-escalation, --min-accuracy, "
             "--max-risk, --min-recall)\n",
             result.unmet, Describe(*result.nearest), options.task,
             options.models.empty() ? "" : " --models " + options.models.string(),
             options.data.empty() ? "" : " --data " + options.data.string());
}

// The tuned task on the test part; nullopt where the data has none, which is said.
absl::StatusOr<std::optional<HeldOut>> HoldOut(const TuneCommandOptions& options,
                                               const MeasuredTask& measured,
                                               const TuneResult& result, const Objective& objective,
                                               std::ostream& out, std::ostream& err) {
  const auto test = MeasureTask(result.task, measured.file, options.data, DataPart::kTest, err);
  if (absl::IsNotFound(test.status())) {
    out << "there is no test part in the data, so that the promise is held against nothing\n";
    return std::nullopt;
  }
  if (!test.ok()) return test.status();
  Promise promise;
  promise.objective = objective;
  promise.chosen_on = result.expected.readings;
  promise.expected_accuracy = result.expected.accuracy();
  auto held = HoldAgainst(promise, result.task, test->table);
  if (!held.ok()) return held.status();
  return *std::move(held);
}

// What there is to be said when all is written.
absl::Status End(const TuneCommandOptions& options, const TuneResult& result,
                 const std::optional<HeldOut>& held, std::ostream& out) {
  if (result.nearest) PrintUnmet(options, result, out);
  const bool holds = !held || Holds(held->findings);
  if (held) out << '\n' << ToText(held->findings, "the test part");
  if ((holds && !result.nearest) || options.accept) return absl::OkStatus();
  return absl::AbortedError(fmt::format(
      "{}; it is written all the same, with both figures. Look at the lines above; pass --accept "
      "if it is to be so",
      !holds ? "the promise does not hold on the test part" : "the objective is not met"));
}

absl::Status Run(const TuneCommandOptions& options, std::ostream& out, std::ostream& err) {
  const absl::StatusOr<TuneOptions> tune = TuneOptionsOf(options);
  if (!tune.ok()) return tune.status();
  const auto measured =
      MeasureTask(options.task, options.models, options.data, DataPart::kValidation, err);
  if (!measured.ok()) return measured.status();
  const absl::StatusOr<TuneResult> result = Tune(measured->task, measured->table, *tune);
  if (!result.ok()) return result.status();
  Print(*result, tune->objective, out);

  const Objective& met = result->nearest ? *result->nearest : tune->objective;
  const std::filesystem::path& file = measured->file;
  const auto today = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  TuningNotes notes{fmt::format("{:%Y-%m-%d}", CalendarOf(today)),
                    Arguments(options, met),
                    Describe(met),
                    measured->data.size(),
                    measured->data.Digest(),
                    result->nearest ? Arguments(options, tune->objective) : "",
                    std::nullopt};
  if (options.check) {
    const absl::StatusOr<bool> changed = TaskFileDiffers(file, *result, notes);
    if (!changed.ok()) return changed.status();
    if (*changed) {
      return absl::AbortedError(fmt::format(
          "{} says otherwise: run the same without --check to write it", file.string()));
    }
    SayWhatBecameOf(file, false, out);
    return absl::OkStatus();
  }
  auto held = HoldOut(options, *measured, *result, met, out, err);
  if (!held.ok()) return held.status();
  notes.held_out = *std::move(held);
  const absl::StatusOr<bool> changed = UpdateTaskFile(file, *result, notes);
  if (!changed.ok()) return changed.status();
  SayWhatBecameOf(file, *changed, out);
  return End(options, *result, notes.held_out, out);
}

}  // namespace

int RunTune(const TuneCommandOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("tune", Run(options, out, err), err);
}

}  // namespace biglittle
