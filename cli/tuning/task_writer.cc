#include "cli/tuning/task_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/replace_file.h"
#include "core/task/answer_rule.h"
#include "core/task/task_file.h"
#include "core/yaml/map_reader.h"

namespace biglittle {
namespace {

constexpr std::array<std::string_view, 7> kChosenKeys = {
    "score", "thresholds", "logistic", "most_energy", "early_exit", "tuned", "held_out"};
constexpr std::string_view kHead =
    "# Written by models/train/train.py and, from `score` on, by `biglittle tune`: train or tune\n"
    "# again rather than edit. What is meant by each key: docs/configuration.md.\n";

// A JSON string is a YAML string too, whatever it contains.
std::string Quoted(const std::string& text) { return nlohmann::json(text).dump(); }

// Plain text that a list or map in brackets would cut is put in quotes.
std::string Scalar(const YamlNode& node) {
  const bool plain = !node.quoted && node.text.find_first_of(",[]{}") == std::string::npos;
  return plain ? node.text : Quoted(node.text);
}

std::string Flow(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kSequence && node.kind != YamlNode::Kind::kMap) {
    return Scalar(node);
  }
  std::string text;
  for (const YamlNode* item : node.items) text += (text.empty() ? "" : ", ") + Flow(*item);
  for (const YamlNode::Entry& entry : node.entries) {
    text +=
        fmt::format("{}{}: {}", text.empty() ? "" : ", ", Scalar(*entry.key), Flow(*entry.value));
  }
  return node.kind == YamlNode::Kind::kMap ? "{" + text + "}" : "[" + text + "]";
}

void WriteEntry(const YamlNode::Entry& entry, int indent, std::string& text) {
  text += fmt::format("{:{}}{}:", "", indent, Scalar(*entry.key));
  if (entry.value->kind != YamlNode::Kind::kMap) {
    text += " " + Flow(*entry.value) + "\n";
    return;
  }
  text += "\n";
  for (const YamlNode::Entry& inner : entry.value->entries) WriteEntry(inner, indent + 2, text);
}

// A net's section with another temperature.
void WriteNet(const YamlNode::Entry& entry, float temperature, std::string& text) {
  text += Scalar(*entry.key) + ":\n";
  for (const YamlNode::Entry& inner : entry.value->entries) {
    if (inner.key->text != "temperature") WriteEntry(inner, 2, text);
  }
  text += fmt::format("  temperature: {}\n", temperature);
}

void WriteRule(const Task& task, const HeadRule& rule, int indent, std::string& text) {
  text += fmt::format("{:{}}thresholds:\n", "", indent);
  for (std::size_t i = 0; i < rule.thresholds.size(); ++i) {
    if (!rule.thresholds[i]) continue;
    text +=
        fmt::format("{:{}}{}: {}\n", "", indent + 2, Quoted(task.labels[i]), *rule.thresholds[i]);
  }
  if (rule.logistic) {
    text += fmt::format("{:{}}logistic: [{}, {}, {}]\n", "", indent, rule.logistic->bias,
                        rule.logistic->first, rule.logistic->second);
  }
  if (rule.most_energy) {
    text += fmt::format("{:{}}most_energy: {}\n", "", indent, *rule.most_energy);
  }
}

void WriteCounts(const CascadeCounts& counts, int indent, std::string& text) {
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  text += fmt::format("{0}readings: {1}\n", margin, counts.readings);
  const std::pair<std::string_view, double> shares[] = {
      {"escalation_rate", counts.escalation_rate()}, {"accuracy", counts.accuracy()},
      {"little_accuracy", counts.little_accuracy()}, {"big_accuracy", counts.big_accuracy()},
      {"local_error", counts.local_error()},         {"priority_recall", counts.priority_recall()}};
  for (const auto& [name, share] : shares)
    text += fmt::format("{}{}: {:.4f}\n", margin, name, share);
}

void WriteHeldOut(const HeldOut& held, std::string& text) {
  text += "held_out:\n";
  WriteCounts(held.counts, 2, text);
  text += fmt::format("  promise_holds: {}\n", Holds(held.findings));
  std::string broken;
  for (const PromiseFinding& finding : held.findings) {
    if (finding.verdict != PromiseVerdict::kBroken) continue;
    const std::string group = finding.group ? fmt::format("group {}: ", *finding.group) : "";
    broken += fmt::format(
        "    - {}\n",
        Quoted(fmt::format("{}{}: {} {:.2f} %, found {:.2f} % of {}", group, finding.what,
                           finding.at_most ? "at most" : "at least", finding.promised * 100.0,
                           finding.found * 100.0, finding.readings)));
  }
  if (!broken.empty()) text += "  does_not_hold:\n" + broken;
}

void WriteNotes(const TuneResult& result, const TuningNotes& notes, std::string& text) {
  text += fmt::format("tuned:\n  date: {}\n  arguments: {}\n  objective: {}\n", notes.date,
                      Quoted(notes.arguments), Quoted(notes.objective));
  if (!notes.wished.empty()) text += fmt::format("  not_met: {}\n", Quoted(notes.wished));
  if (result.groups > 0) {
    text += fmt::format("  promised_for: a new group, by {} groups\n", result.groups);
  }
  text += fmt::format(
      "  validation_readings: {}\n  validation_sha256: {}\n  one_threshold_for_all: {}\n"
      "  expected:\n",
      notes.readings, Quoted(notes.data_sha256), !result.choice.per_class);
  WriteCounts(result.expected, 4, text);
  if (result.risk_bound) {
    text += fmt::format("    local_error_bound: {:.4f}\n", *result.risk_bound);
  }
  if (notes.held_out) WriteHeldOut(*notes.held_out, text);
}

std::string WithoutDate(const std::string& text) {
  const std::size_t at = text.find("\n  date: ");
  if (at == std::string::npos) return text;
  return text.substr(0, at) + text.substr(text.find('\n', at + 1));
}

// `held_out` is the last of the keys.
std::string WithoutHeldOut(const std::string& text) {
  const std::size_t at = text.find("\nheld_out:");
  return at == std::string::npos ? text : text.substr(0, at + 1);
}

// A task file as it is and as it is to be.
struct Texts {
  std::string then;
  std::string now;
};

absl::StatusOr<Texts> TextsOf(const std::filesystem::path& file, const TuneResult& result,
                              const TuningNotes& notes) {
  const Parsed<std::string> old = ReadTextFile(file);
  if (!old.ok()) return absl::InvalidArgumentError(ToString(old.problems));
  const Parsed<YamlDocument> document = ParseYaml(*old.value, file.string());
  if (!document.ok()) return absl::InvalidArgumentError(ToString(document.problems));
  return Texts{*old.value, WriteTask(*document.value->root, result, notes)};
}

absl::Status WriteWhole(const std::filesystem::path& file, const std::string& text) {
  if (ReplaceFile(file, text, kReadableByAll).ok()) return absl::OkStatus();
  return absl::InternalError(fmt::format(
      "cannot write {}: check the folder's permissions and free space, or copy the task's folder "
      "and name the copy's parent by --models",
      file.string()));
}

}  // namespace

std::string WriteTask(const YamlNode& root, const TuneResult& result, const TuningNotes& notes) {
  const Task& task = result.task;
  std::string text(kHead);
  for (const YamlNode::Entry& entry : root.entries) {
    const std::string& key = entry.key->text;
    if (std::ranges::find(kChosenKeys, key) != kChosenKeys.end()) continue;
    if (key == "little") {
      WriteNet(entry, task.little.temperatures.back(), text);
    } else if (key == "big") {
      WriteNet(entry, task.big.temperatures.back(), text);
    } else {
      WriteEntry(entry, 0, text);
    }
  }
  text += fmt::format("score: {}\n", ChoiceName(kScores, task.score));
  WriteRule(task, task.heads.back(), 0, text);
  if (task.heads.size() > 1) {
    text += fmt::format("early_exit:\n  temperature: {}\n", task.little.temperatures.front());
    WriteRule(task, task.heads.front(), 2, text);
  }
  WriteNotes(result, notes, text);
  return text;
}

absl::StatusOr<bool> TaskFileDiffers(const std::filesystem::path& file, const TuneResult& result,
                                     const TuningNotes& notes) {
  const absl::StatusOr<Texts> texts = TextsOf(file, result, notes);
  if (!texts.ok()) return texts.status();
  return WithoutHeldOut(WithoutDate(texts->now)) != WithoutHeldOut(WithoutDate(texts->then));
}

absl::StatusOr<bool> UpdateTaskFile(const std::filesystem::path& file, const TuneResult& result,
                                    const TuningNotes& notes) {
  const absl::StatusOr<Texts> texts = TextsOf(file, result, notes);
  if (!texts.ok()) return texts.status();
  if (WithoutDate(texts->now) == WithoutDate(texts->then)) return false;
  if (const Parsed<Task> check = ParseTask(texts->now, file); !check.ok()) {
    return absl::InternalError(ToString(check.problems));
  }
  if (absl::Status status = WriteWhole(file, texts->now); !status.ok()) return status;
  return true;
}

}  // namespace biglittle
