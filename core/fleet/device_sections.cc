#include "core/fleet/device_sections.h"

#include <fmt/format.h>

#include "core/fleet/fleet_devices.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxClasses = 100'000;
constexpr std::size_t kMaxLabelBytes = 256;
constexpr WholeRange kUpToAnHourMs{10, 3'600'000};
constexpr WholeRange kRetryMs{1, 600'000};

void ReadRate(MapReader& map, std::string_view key, double most, std::optional<float>& target) {
  const YamlNode* node = map.Find(key);
  if (node == nullptr) return;
  const auto value = ReadFraction(*node, key, {0, most, true}, map.problems());
  if (value) target = *value;
}

void ReadPacking(const YamlNode& node, EscalationPacking& packing, Problems& problems) {
  MapReader map(node, "packing", problems);
  map.GetWhole("max_readings", {1, 256}, packing.max_readings);
  map.GetDuration("linger_ms", {0, 1000}, packing.linger);
  map.Finish();
}

void ReadBudget(const YamlNode& node, EscalationBudget& budget, Problems& problems) {
  MapReader map(node, "budget", problems);
  ReadRate(map, "messages_per_s", 1e6, budget.messages_per_s);
  ReadRate(map, "bytes_per_s", 1e9, budget.bytes_per_s);
  map.GetDuration("burst_ms", {1, 3'600'000}, budget.burst);
  map.GetDuration("window_ms", {0, 600'000}, budget.window);
  map.Finish();
}

void ReadPolicy(MapReader& map, EscalationConfig& escalation) {
  Problems& problems = map.problems();
  if (const YamlNode* policy = map.Find("policy")) {
    const auto choice = ReadChoice(
        *policy, "policy",
        {"tuned", "confidence", "margin", "entropy", "logistic", "little-only", "big-only"},
        problems);
    if (choice) escalation.policy = static_cast<EscalationPolicyKind>(*choice);
  }
  if (const YamlNode* threshold = map.Find("threshold")) {
    const auto value = ReadFraction(*threshold, "threshold", {0, 1}, problems);
    if (value) escalation.threshold = *value;
  }
  if (const YamlNode* unlike = map.Find("unlike")) {
    const auto choice = ReadChoice(*unlike, "unlike", {"escalate", "flag", "ignore"}, problems);
    if (choice) escalation.unlike = static_cast<UnlikeAction>(*choice);
  }
}

void ReadRoundTrip(MapReader& map, EscalationConfig& escalation) {
  if (const YamlNode* node = map.Find("round_trip_quantile")) {
    const auto value = ReadFraction(*node, "round_trip_quantile", {0, 1, true}, map.problems());
    if (value) escalation.round_trip_quantile = *value;
  }
  if (const YamlNode* node = map.Find("round_trip_hysteresis")) {
    const auto value = ReadFraction(*node, "round_trip_hysteresis", {0, 10}, map.problems());
    if (value) escalation.round_trip_hysteresis = *value;
  }
  map.GetDuration("round_trip_memory_ms", {100, 3'600'000}, escalation.round_trip_memory);
  map.GetDuration("probe_interval_ms", kUpToAnHourMs, escalation.probe_interval);
}

void ReadRetry(MapReader& map, EscalationConfig& escalation) {
  map.GetDuration("retry_min_ms", kRetryMs, escalation.retry_min);
  map.GetDuration("retry_max_ms", kRetryMs, escalation.retry_max);
  map.GetWhole("max_attempts", {1, 100}, escalation.max_attempts);
  if (escalation.retry_min <= escalation.retry_max) return;
  const YamlNode* at = map.Find("retry_max_ms");
  if (at == nullptr) at = map.Find("retry_min_ms");
  map.problems().Add(at != nullptr ? *at : map.node(),
                     fmt::format("'retry_max_ms' ({}) must be at least 'retry_min_ms' ({})",
                                 escalation.retry_max.count(), escalation.retry_min.count()));
}

}  // namespace

void ReadEscalation(const YamlNode& node, EscalationConfig& escalation, Problems& problems) {
  MapReader map(node, "escalation", problems);
  ReadPolicy(map, escalation);
  map.GetWhole("max_pending", {1, 100'000}, escalation.max_pending);
  map.GetDuration("deadline_margin_ms", {0, 3'600'000}, escalation.deadline_margin);
  ReadRoundTrip(map, escalation);
  ReadRetry(map, escalation);
  if (const YamlNode* packing = map.Find("packing")) {
    ReadPacking(*packing, escalation.packing, problems);
  }
  if (const YamlNode* compression = map.Find("compression")) {
    const auto choice = ReadChoice(*compression, "compression", {"none", "zstd"}, problems);
    if (choice) escalation.compression = static_cast<Compression>(*choice);
  }
  if (const YamlNode* budget = map.Find("budget")) ReadBudget(*budget, escalation.budget, problems);
  map.Finish();
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

void ReadResults(const YamlNode& node, ResultsConfig& results, Problems& problems) {
  MapReader map(node, "results", problems);
  map.GetWhole("max_batch", {1, 256}, results.max_batch);
  map.GetDuration("linger_ms", {1, 10'000}, results.linger);
  map.Finish();
}

void ReadStore(const YamlNode& node, const std::filesystem::path& base,
               std::optional<StoreConfig>& store, Problems& problems) {
  MapReader map(node, "store", problems);
  StoreConfig config = store.value_or(StoreConfig{});
  const YamlNode* folder = store ? map.Find("folder") : map.Require("folder");
  if (folder != nullptr) {
    if (const auto text = ReadLine(*folder, "folder", kMaxPathBytes, problems)) {
      config.folder = (base / *text).lexically_normal();
    }
  }
  map.GetWhole("max_bytes", {65'536, std::int64_t{1} << 40}, config.max_bytes);
  map.GetDuration("max_age_s", {1, 315'360'000}, config.max_age);
  map.GetWhole("resend_per_s", {1, 1'000'000}, config.resend_per_s);
  map.GetDuration("keep_ms", {0, 600'000}, config.keep);
  map.Finish();
  store = std::move(config);
}

}  // namespace biglittle
