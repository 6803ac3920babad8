#include "cli/tuning/evaluate_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "cli/command_end.h"
#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "cli/lab/scratch_folder.h"
#include "cli/text_file.h"
#include "cli/tuning/evaluation.h"
#include "cli/tuning/evaluation_report.h"
#include "cli/tuning/labelled_data.h"
#include "cli/tuning/measured_task.h"
#include "core/clock.h"
#include "core/program/exit_code.h"
#include "core/task/normalisation.h"
#include "core/task/task.h"
#include "device_agent/little/escalation_policy.h"
#include "device_agent/little/local_classifier.h"
#include "nn/classifier.h"
#include "nn/model.h"

namespace biglittle {
namespace {

constexpr const char* kPython = "/usr/bin/python3";
constexpr std::chrono::minutes kDrawingTime{2};

absl::StatusOr<Costs> NetCosts(const MeasuredTask& measured) {
  const Task& task = measured.task;
  auto little = nn::Classifier::Load(task, task.little, 1);
  if (!little.ok()) return little.status();
  const absl::StatusOr<nn::Model> big = nn::LoadNet(task, task.big);
  if (!big.ok()) return big.status();
  Costs costs;
  costs.little_macs = little->info().multiply_adds;
  costs.big_macs = big->info().multiply_adds;
  if (task.little.heads() > 1) costs.exit_macs = little->multiply_adds_to(0);
  const Prediction answer =
      Predict(measured.table.big.row(0), task.big.outputs, task.big.temperatures.back());
  const Tensor& window = measured.data.windows.front();
  Normalise(task, window, little->features(0));
  static_cast<void>(little->ClassifyUpTo(0));
  costs.big_only_bytes = MessageBytes(task, EscalatedTensor(task, window, *little), answer);
  return costs;
}

// Drawing is Python's, from the JSON file.
absl::Status Plot(const std::filesystem::path& json, const std::filesystem::path& plot) {
  const std::filesystem::path script = Installation::Find().home / "cli/tuning/plot_evaluation.py";
  std::filesystem::path log = json;
  log += ".log";
  absl::StatusOr<ChildProcess> child =
      ChildProcess::Start({kPython, script.string(), json.string(), plot.string()}, log);
  if (!child.ok()) return child.status();
  const std::optional<int> code = child->WaitUntil(Clock::Real().Now() + kDrawingTime);
  const std::string said = TailOfFile(log, 1);
  if (code == kExitDone) return absl::OkStatus();
  return absl::InternalError(
      fmt::format("cannot draw {}: {}; it takes Debian's python3-matplotlib and a folder that can "
                  "be written",
                  plot.string(), said.empty() ? "the drawing program said nothing" : said));
}

// True where what task.yaml promises holds, as far as it promises anything.
absl::StatusOr<bool> Run(const EvaluateOptions& options, std::ostream& out, std::ostream& err) {
  const auto measured =
      MeasureTask(options.task, options.models, options.data, DataPart::kTest, err);
  if (!measured.ok()) return measured.status();
  const Task& task = measured->task;
  const absl::StatusOr<EscalationRule> rule = MakeRule(task, {});
  if (!rule.ok()) return rule.status();
  const absl::StatusOr<Costs> costs = NetCosts(*measured);
  if (!costs.ok()) return costs.status();
  Evaluation evaluation = Evaluate(task, measured->table, *rule, *costs);
  absl::StatusOr<std::vector<PromiseFinding>> findings = HoldAgainst(*measured);
  if (!findings.ok()) return findings.status();
  evaluation.promise = *std::move(findings);
  const bool holds = Holds(evaluation.promise);
  if (!measured->data.note.empty()) out << measured->data.note << '\n';
  out << ToText(task, evaluation);
  if (!evaluation.promise.empty()) {
    out << '\n' << ToText(evaluation.promise, measured->data.name);
  }

  const std::string json = ToJson(task, evaluation);
  if (!options.json.empty()) {
    if (absl::Status s = WriteTextFile(options.json, json); !s.ok()) return s;
  }
  if (options.plot.empty()) return holds;
  // Beside the picture nothing of the user's may be overwritten.
  const absl::StatusOr<ScratchFolder> scratch = ScratchFolder::Make("evaluate");
  if (!scratch.ok()) return scratch.status();
  const std::filesystem::path file = scratch->path() / "evaluation.json";
  if (absl::Status s = WriteTextFile(file, json); !s.ok()) return s;
  if (absl::Status drawn = Plot(file, options.plot); !drawn.ok()) return drawn;
  return holds;
}

}  // namespace

int RunEvaluate(const EvaluateOptions& options, std::ostream& out, std::ostream& err) {
  const absl::StatusOr<bool> holds = Run(options, out, err);
  if (!holds.ok()) return EndCommand("evaluate", holds.status(), err);
  return *holds ? kExitDone : kExitPromiseBroken;
}

}  // namespace biglittle
