#include "core/fleet/device_sections.h"

#include <fmt/format.h>

#include <array>

#include "core/task/label.h"
#include "core/text.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr std::array<Choice<SmoothingKind>, 3> kSmoothings{{
    {SmoothingKind::kNone, "none", "the last reading's"},
    {SmoothingKind::kMajority, "majority",
     "the one that most of them have; a draw changes nothing"},
    {SmoothingKind::kMean, "mean", "the one whose confidences add up to most"},
}};

constexpr std::array<Choice<RecordEscalated>, 2> kRecordEscalated{{
    {RecordEscalated::kNone, "none"},
    {RecordEscalated::kAll, "all"},
}};

constexpr std::size_t kMaxClasses = 100'000;
constexpr WholeRange kRetryMs{1, 600'000};

using Policy = EscalationPolicyKind;
constexpr std::array<Choice<Policy>, 7> kPolicies{{
    {Policy::kTuned, "tuned", "what the score and the thresholds of task.yaml are not sure of"},
    {Policy::kConfidence, "confidence",
     "what this score is not sure of; it needs a `threshold` where it is not the tuned one"},
    {Policy::kMargin, "margin", "likewise"},
    {Policy::kEntropy, "entropy", "likewise"},
    {Policy::kLogistic, "logistic", "likewise"},
    {Policy::kLittleOnly, "little-only", "nothing"},
    {Policy::kBigOnly, "big-only", "everything"},
}};
constexpr std::array<Choice<UnlikeAction>, 3> kUnlikeActions{{
    {UnlikeAction::kEscalate, "escalate", "it is escalated, and its result says so"},
    {UnlikeAction::kFlag, "flag", "its result says so"},
    {UnlikeAction::kIgnore, "ignore", "nobody asks"},
}};
constexpr std::array<Choice<Compression>, 2> kCompressions{{
    {Compression::kNone, "none"},
    {Compression::kZstd, "zstd"},
}};

const KeyTable<EscalationPacking>& PackingKeys() {
  using Packing = EscalationPacking;
  static const KeyTable<Packing> keys(
      "packing", "how readings that are escalated together share requests",
      {WholeKey("max_readings", &Packing::max_readings, {1, 256},
                {.help = "in one request; 1: each has its own", .unit = "readings"}),
       WholeKey("linger_ms", &Packing::linger, {0, 1000},
                {.help = "how long a reading may wait for others while requests are under way, at "
                         "most a sixteenth of the time that it has; while none is, it goes at "
                         "once"})});
  return keys;
}

const KeyTable<EscalationBudget>& BudgetKeys() {
  using Budget = EscalationBudget;
  static const KeyTable<Budget> keys(
      "budget", "what the device may send: a token bucket for requests and one for their bytes",
      {FractionKey("messages_per_s", &Budget::messages_per_s, {0, 1e6, true},
                   {.help = "how many it sends in the long run",
                    .unit = "requests a second",
                    .absent = "no bound"}),
       FractionKey("bytes_per_s", &Budget::bytes_per_s, {0, 1e9, true},
                   {.help = "of payloads", .unit = "bytes a second", .absent = "no bound"}),
       WholeKey("burst_ms", &Budget::burst, {1, 3'600'000},
                {.help = "how long unused budget is kept"}),
       WholeKey("window_ms", &Budget::window, {0, 600'000},
                {.help = "how long a reading may wait for budget; of those that wait the least "
                         "sure goes first"})});
  return keys;
}

void CheckRetry(MapReader& map, EscalationConfig& escalation) {
  if (escalation.retry_min <= escalation.retry_max) return;
  const YamlNode* at = map.Find("retry_max_ms");
  if (at == nullptr) at = map.Find("retry_min_ms");
  map.problems().Add(at != nullptr ? *at : map.node(),
                     fmt::format("'retry_max_ms' ({}) must be at least 'retry_min_ms' ({})",
                                 escalation.retry_max.count(), escalation.retry_min.count()));
}

}  // namespace

std::string_view Name(EscalationPolicyKind policy) { return ChoiceName(kPolicies, policy); }
std::string_view Name(UnlikeAction action) { return ChoiceName(kUnlikeActions, action); }

const KeyTable<EscalationConfig>& EscalationKeys() {
  using Config = EscalationConfig;
  static const KeyTable<Config> keys(
      "escalation", "when a reading goes to the cloud",
      {ChoiceKey("policy", &Config::policy, kPolicies, {.help = "what is escalated"}),
       FractionKey("threshold", &Config::threshold, {0, 1},
                   {.help = "score from which the little net's answer counts, for every class that "
                            "it tells apart",
                    .absent = "those of task.yaml, which were chosen from data"}),
       ChoiceKey("unlike", &Config::unlike, kUnlikeActions,
                 {.help = "what happens with a reading that is unlike the training data, where "
                          "task.yaml has a `most_energy`"}),
       WholeKey("max_pending", &Config::max_pending, {1, 100'000},
                {.help = "under way at once; beyond it the little net's answer stands",
                 .unit = "escalations"}),
       WholeKey(
           "deadline_margin_ms", &Config::deadline_margin, {0, 3'600'000},
           {.help = "the fallback is decided this long before the deadline, so that the answer "
                    "is out in time; less than `deadline_ms`"}),
       FractionKey("round_trip_quantile", &Config::round_trip_quantile, {0, 1, true},
                   {.help = "an escalation is sent only if this share of the recent ones had their "
                            "answer within the time that it has left"}),
       FractionKey("round_trip_hysteresis", &Config::round_trip_hysteresis, {0, 10},
                   {.help = "once escalations are held back: how much shorter than the time left, "
                            "as a share of itself, the round trip must be before they are sent "
                            "again"}),
       WholeKey("round_trip_memory_ms", &Config::round_trip_memory, {100, 3'600'000},
                {.help = "older round trips are forgotten"}),
       WholeKey("probe_interval_ms", &Config::probe_interval, {10, 3'600'000},
                {.help = "while escalations are held back, one is sent this often all the same, to "
                         "see whether the way is free"}),
       WholeKey("retry_min_ms", &Config::retry_min, kRetryMs,
                {.help = "shortest wait before an unanswered request is sent again; it follows the "
                         "round trip and doubles with each attempt"}),
       WholeKey("retry_max_ms", &Config::retry_max, kRetryMs,
                {.help = "longest such wait; at least `retry_min_ms`"}),
       WholeKey(
           "max_attempts", &Config::max_attempts, {1, 100},
           {.help = "how often a request is sent, the first time included", .unit = "requests"}),
       SectionKey("packing", &Config::packing, PackingKeys(), {.absent = "all defaults"}),
       ChoiceKey("compression", &Config::compression, kCompressions,
                 {.help = "what is done to readings on their way to the worker, where it saves a "
                          "tenth of their bytes; [what it "
                          "saves](decisions/015-tensor-types-on-the-wire.md). Workers must know "
                          "it"}),
       SectionKey("budget", &Config::budget, BudgetKeys(), {.absent = "no bound"})},
      CheckRetry);
  return keys;
}

void ReadClassDeadlines(const YamlNode& node, std::map<std::string, Milliseconds>& deadlines,
                        Problems& problems) {
  if (node.kind != YamlNode::Kind::kMap || node.entries.size() > kMaxClasses) {
    problems.Add(node, "'class_deadlines_ms' must be a map from a label to milliseconds");
    return;
  }
  deadlines.clear();
  for (const YamlNode::Entry& entry : node.entries) {
    const auto label = ReadLine(*entry.key, "label", kMaxLabelBytes, problems);
    const auto value = ReadWhole(*entry.value, "class_deadlines_ms", kDeadlineMs, problems);
    if (!label || !value) continue;
    if (!deadlines.emplace(*label, Milliseconds(*value)).second) {
      problems.Add(*entry.key, fmt::format("the label {} is given twice", Quoted(*label)));
    }
  }
}

const KeyTable<ResultsConfig>& ResultsKeys() {
  static const KeyTable<ResultsConfig> keys(
      "results", "how results leave the device: each in a message of its own, or several in one",
      {WholeKey("max_batch", &ResultsConfig::max_batch, {1, 256},
                {.help = "in one message at most. Above 1 consumers must read "
                         "`application/x-ndjson` ([wire.md](wire.md#several-results-in-a-message))",
                 .unit = "results"}),
       WholeKey("linger_ms", &ResultsConfig::linger, {1, 10'000},
                {.help = "how long a result may wait for companions, where `max_batch` is above 1; "
                         "never beyond its deadline less `deadline_margin_ms`"})});
  return keys;
}

const KeyTable<StateConfig>& StateKeys() {
  static const KeyTable<SmoothingConfig> smoothing(
      "smoothing", "what the last readings say together",
      {ChoiceKey("kind", &SmoothingConfig::kind, kSmoothings, {.help = "which class that is"}),
       WholeKey("readings", &SmoothingConfig::readings, {1, 1000},
                {.help = "that are looked at", .unit = "readings"})});
  static const KeyTable<SettleConfig> settle(
      "settle", "when the smoothed class counts",
      {WholeKey("readings", &SettleConfig::readings, {1, 1000},
                {.help = "in a row that had it", .unit = "readings"}),
       WholeKey("hold_ms", &SettleConfig::hold, {0, 3'600'000},
                {.help = "over that much time, from the first one's capture to the last one's"})});
  static const KeyTable<StateConfig> keys(
      "state", "the class that the device has settled on, [retained](wire.md#a-state)",
      {SectionKey("smoothing", &StateConfig::smoothing, smoothing, {.absent = "all defaults"}),
       SectionKey("settle", &StateConfig::settle, settle, {.absent = "all defaults"}),
       WholeKey("interval_s", &StateConfig::interval, {1, 86'400},
                {.help = "between two messages where nothing changes"})});
  return keys;
}

const KeyTable<StoreConfig>& StoreKeys() {
  static const KeyTable<StoreConfig> keys(
      "store", "where results wait on disk until the broker has taken them",
      {RequiredHereOrInDefaults(PathKey(
           "folder", &StoreConfig::folder, "folder",
           {.help = "for the file `<device id>.sqlite`, 0600; made if it is missing, 0700. What is "
                    "open to others is tightened, which the log says: the file always, the folder "
                    "where nothing but stores is in it. A symbolic link in place of the file is "
                    "refused, and a folder with other things in it to which others may write"})),
       WholeKey("max_bytes", &StoreConfig::max_bytes, {65'536, std::int64_t{1} << 40},
                {.help = "of results that wait; full, the oldest provisional ones go first, then "
                         "the oldest, counted"}),
       WholeKey("max_age_s", &StoreConfig::max_age, {1, 315'360'000},
                {.help = "what has waited longer is dropped and counted; the time counts during "
                         "which an agent runs, so that no jump of the clock makes anything old"}),
       WholeKey("resend_per_s", &StoreConfig::resend_per_s, {1, 1'000'000},
                {.help = "sent from the store after a reconnect; new results go first",
                 .unit = "results a second"}),
       WholeKey("keep_ms", &StoreConfig::keep, {0, 600'000},
                {.help = "what was delivered this long before the broker's last sign of life is "
                         "kept, to be sent again if the connection is lost: a broker that dies "
                         "takes with it what it had acknowledged and not passed on"})});
  return keys;
}

const KeyTable<RecordConfig>& RecordKeys() {
  static const KeyTable<RecordConfig> keys(
      "record", "which windows the device keeps on its disk, to look at or to train with",
      {RequiredHereOrInDefaults(PathKey(
           "folder", &RecordConfig::folder, "folder",
           {.help = "for a folder `<device id>` with [arrays of windows and a line about each]"
                    "(sensors.md#windows-from-the-field); made if it is missing, 0700"})),
       ChoiceKey("escalated", &RecordConfig::escalated, kRecordEscalated,
                 {.help = "those of readings that were escalated"}),
       FractionKey("others", &RecordConfig::others, {0, 1},
                   {.help = "the share of the other readings' that is kept, drawn by chance"}),
       WholeKey(
           "max_bytes", &RecordConfig::max_bytes, {65'536, std::int64_t{1} << 40},
           {.help = "in all; full, the oldest sixteenth goes. At least 16 windows must fit"})});
  return keys;
}

void ReadRecord(const YamlNode& node, std::optional<RecordConfig>& record, Problems& problems) {
  MapReader map(node, "record", problems);
  if (!record) map.Require("folder");
  if (!record) record.emplace();
  RecordKeys().Read(map, *record);
  map.Finish();
}

void ReadStore(const YamlNode& node, std::optional<StoreConfig>& store, Problems& problems) {
  MapReader map(node, "store", problems);
  if (!store) map.Require("folder");
  if (!store) store.emplace();
  StoreKeys().Read(map, *store);
  map.Finish();
}

}  // namespace biglittle
