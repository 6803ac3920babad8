#include "cli/tuning/evaluation_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

// Points of the curve that a person wants to see.
constexpr double kShownRates[] = {0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 1.0};
constexpr double kDigits = 1e6;

double Rounded(double value) { return std::round(value * kDigits) / kDigits; }

std::string Percent(double share) { return fmt::format("{:.2f} %", share * 100.0); }

void Row(std::string& text, std::string_view name, const std::string& value) {
  text += fmt::format("  {:<52} {:>12}\n", name, value);
}

void WriteCurve(const Evaluation& evaluation, std::string& text) {
  text +=
      "\naccuracy against share escalated (all thresholds moved alike)\n  escalated   accuracy  "
      " wrong among the local\n";
  const CurvePoint* last = nullptr;
  for (const double rate : kShownRates) {
    const auto nearest = std::ranges::min_element(evaluation.curve, {}, [&](const CurvePoint& p) {
      return std::abs(p.escalation_rate - rate);
    });
    if (nearest == evaluation.curve.end() || &*nearest == last) continue;
    last = &*nearest;
    text += fmt::format("  {:>9} {:>10} {:>12}\n", Percent(last->escalation_rate),
                        Percent(last->accuracy), Percent(last->local_error));
  }
}

void WriteConfusion(const Task& task, const Evaluation& evaluation, std::string& text) {
  std::size_t width = 6;
  for (const auto& row : evaluation.confusion) {
    for (const std::uint64_t cell : row) width = std::max(width, fmt::formatted_size("{}", cell));
  }
  text += "\nconfusion of the cascade (row: true class, column: answer)\n";
  for (std::size_t i = 0; i < task.labels.size(); ++i) {
    text += fmt::format("  {:>2} {:<20}", i, task.labels[i]);
    for (const std::uint64_t cell : evaluation.confusion[i])
      text += fmt::format(" {:>{}}", cell, width);
    text += "\n";
  }
}

Json Point(const CurvePoint& point) {
  return {{"escalation_rate", Rounded(point.escalation_rate)},
          {"accuracy", Rounded(point.accuracy)},
          {"local_error", Rounded(point.local_error)}};
}

Json Bins(const std::vector<ReliabilityBin>& bins) {
  Json list = Json::array();
  for (const ReliabilityBin& bin : bins) {
    list.push_back({{"count", bin.count},
                    {"confidence", Rounded(bin.confidence)},
                    {"accuracy", Rounded(bin.accuracy)}});
  }
  return list;
}

Json Calibration(const CalibrationFigures& figures) {
  return {{"raw", Rounded(figures.raw)}, {"calibrated", Rounded(figures.calibrated)}};
}

// null: task.yaml promises nothing.
Json Promised(const Evaluation& evaluation) {
  if (evaluation.promise.empty()) return nullptr;
  Json findings = Json::array();
  for (const PromiseFinding& finding : evaluation.promise) {
    Json one = {{"what", finding.what},
                {finding.at_most ? "at_most" : "at_least", Rounded(finding.promised)},
                {"found", Rounded(finding.found)},
                {"readings", finding.readings},
                {"holds", finding.verdict != PromiseVerdict::kBroken}};
    if (finding.group) one["group"] = *finding.group;
    findings.push_back(std::move(one));
  }
  return {{"holds", Holds(evaluation.promise)}, {"findings", findings}};
}

}  // namespace

std::string ToText(const Task& task, const Evaluation& evaluation) {
  const CascadeCounts& counts = evaluation.counts;
  const Costs& costs = evaluation.costs;
  std::string text = fmt::format("{}: {} test readings\n", task.name, counts.readings);
  Row(text, "accuracy, little net alone", Percent(counts.little_accuracy()));
  Row(text, "accuracy, big net alone", Percent(counts.big_accuracy()));
  Row(text, "accuracy, cascade", Percent(counts.accuracy()));
  Row(text, "escalated", Percent(counts.escalation_rate()));
  if (task.heads.size() > 1) {
    Row(text, "answered at the early exit",
        Percent(CascadeCounts::Share(counts.at_exit, counts.readings)));
  }
  Row(text, "wrong among the locally answered", Percent(counts.local_error()));
  Row(text, "unlike the training data", Percent(evaluation.unlike_rate));
  Row(text, "recall of prioritised classes", Percent(counts.priority_recall()));
  Row(text, "calibration error, little net, raw / calibrated",
      fmt::format("{} / {}", Percent(evaluation.little.raw),
                  Percent(evaluation.little.calibrated)));
  if (task.heads.size() > 1) {
    Row(text, "calibration error, early exit, raw / calibrated",
        fmt::format("{} / {}", Percent(evaluation.exit.raw), Percent(evaluation.exit.calibrated)));
  }
  Row(text, "calibration error, big net, raw / calibrated",
      fmt::format("{} / {}", Percent(evaluation.big.raw), Percent(evaluation.big.calibrated)));
  Row(text, "the score puts right before wrong (AUROC)", fmt::format("{:.4f}", evaluation.auroc));
  Row(text, "multiply-adds, little / big",
      fmt::format("{} / {}", costs.little_macs, costs.big_macs));
  Row(text, "multiply-adds a reading, device and cloud", fmt::format("{:.0f}", costs.mean_macs));
  Row(text, "bytes a reading, against sending everything",
      fmt::format("{:.0f} / {:.0f}", costs.mean_bytes, costs.big_only_bytes));

  text += "\nprioritised class      readings  recall    big net   answered here  false accepts\n";
  for (const ClassFigures& c : evaluation.classes) {
    text += fmt::format("  {:<20} {:>8} {:>9} {:>9} {:>14} {:>14}\n", c.label, c.readings,
                        Percent(c.recall), Percent(c.big_recall), Percent(c.local_share),
                        Percent(c.false_accept));
  }
  WriteCurve(evaluation, text);
  WriteConfusion(task, evaluation, text);
  return text;
}

std::string ToJson(const Task& task, const Evaluation& evaluation) {
  const CascadeCounts& counts = evaluation.counts;
  const Costs& costs = evaluation.costs;
  Json classes = Json::object();
  for (const ClassFigures& c : evaluation.classes) {
    classes[c.label] = {{"readings", c.readings},
                        {"recall", Rounded(c.recall)},
                        {"big_recall", Rounded(c.big_recall)},
                        {"local_share", Rounded(c.local_share)},
                        {"false_accept", Rounded(c.false_accept)}};
  }
  Json curve = Json::array();
  for (const CurvePoint& point : evaluation.curve) curve.push_back(Point(point));
  const Json json = {
      {"task", task.name},
      {"readings", counts.readings},
      {"little_sha256", task.little.sha256},
      {"big_sha256", task.big.sha256},
      {"accuracy",
       {{"little", Rounded(counts.little_accuracy())},
        {"big", Rounded(counts.big_accuracy())},
        {"cascade", Rounded(counts.accuracy())}}},
      {"escalation_rate", Rounded(counts.escalation_rate())},
      {"early_exit_rate", Rounded(CascadeCounts::Share(counts.at_exit, counts.readings))},
      {"local_error", Rounded(counts.local_error())},
      {"unlike_rate", Rounded(evaluation.unlike_rate)},
      {"priority",
       {{"recall", Rounded(counts.priority_recall())},
        {"false_accept", Rounded(evaluation.local_priority_error)},
        {"classes", classes}}},
      {"ece", Calibration(evaluation.little)},
      {"ece_early_exit", Calibration(evaluation.exit)},
      {"ece_big", Calibration(evaluation.big)},
      {"auroc", Rounded(evaluation.auroc)},
      {"promise", Promised(evaluation)},
      {"curve", curve},
      {"macs",
       {{"little", costs.little_macs},
        {"early_exit", costs.exit_macs},
        {"big", costs.big_macs},
        {"mean", Rounded(costs.mean_macs)}}},
      {"bytes_per_reading", Rounded(costs.mean_bytes)},
      {"bytes_per_reading_big_only", Rounded(costs.big_only_bytes)},
      {"labels", task.labels},
      {"confusion", evaluation.confusion},
      {"reliability",
       {{"raw", Bins(evaluation.reliability_raw)}, {"calibrated", Bins(evaluation.reliability)}}},
  };
  return json.dump(1) + "\n";
}

}  // namespace biglittle
