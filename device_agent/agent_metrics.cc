#include "device_agent/agent_metrics.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "core/outcome.h"
#include "core/program/counter_rules.h"

namespace biglittle {
namespace {

constexpr std::string_view kPrefix = "biglittle_agent_";
constexpr char kOutcomes[] = "outcomes_total";
constexpr char kOutcomesHelp[] =
    "Final outcomes: of the little net, of the big one, or a fallback with its reason.";
constexpr char kRejections[] = "rejections_total";
constexpr char kRejectionsHelp[] = "Rejections by workers, by reason.";

// From the fastest little net to the deadlines that people set.
const std::vector<double> kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                      0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

double Seconds(SteadyTime::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Metrics::Histogram ReadingSeconds(Metrics& metrics, wire::DecidedBy decided_by) {
  return metrics.AddHistogram("biglittle_agent_reading_seconds",
                              "From a reading's capture to its final outcome.", kSeconds,
                              {{"decided_by", std::string(Name(decided_by))}});
}

std::vector<CounterRule> MakeRules() {
  std::vector<CounterRule> rules = {
      {"readings", "readings_total", "Readings taken from the source."},
      {"source_failures", "source_failures_total", "Times that the source failed."},
      {"source_gap_values", "source_gap_values_total",
       "Values that the source lost before they were a reading."},
      {"source_off_rate", "source_off_rate_total",
       "Times that the source was found to sample at another rate than was said."},
      {"source_refused_*",
       "source_refused_total",
       "What the source gave and nobody could read.",
       {},
       "reason"},
      {"source_spared_windows", "source_spared_windows_total",
       "Windows that the gate kept from the nets."},
      // The sum of outcomes_total.
      {"outcomes", "", ""},
      {"decided_by_little", kOutcomes, kOutcomesHelp, {{"kind", "little"}, {"reason", "none"}}},
      {"decided_by_big", kOutcomes, kOutcomesHelp, {{"kind", "big"}, {"reason", "none"}}},
      // The sum of those with reasons.
      {"decided_by_fallback", "", ""},
      {"escalated", "escalations_total", "Readings sent to the workers."},
      {"escalation_retries", "escalation_retries_total", "Escalations that were sent again."},
      {"rejected_*", kRejections, kRejectionsHelp, {}, "reason"},
      {"deadlines_missed", "deadline_misses_total", "Outcomes after their deadline."},
      {"results_refused", "results_refused_total",
       "Results that the backlog or the broker refused: lost, or in the store."},
      {"requests_refused", "requests_refused_total", "Requests that the broker refused."},
      {"statuses_refused", "statuses_refused_total", "Statuses that the broker refused."},
      {"replies_without_correlation", "replies_without_correlation_total",
       "Replies that lost their MQTT 5 properties on the way."},
      {"recorded_bytes",
       "recorded_bytes",
       "What the recorded windows take on disk.",
       {},
       {},
       MetricKind::kGauge},
      {"store_bytes", "store_bytes", "What the store takes on disk.", {}, {}, MetricKind::kGauge},
      {"store_rows", "store_results", "Results in the store.", {}, {}, MetricKind::kGauge},
      {"store_dropped_*", "store_dropped_total", "Results that the store gave up.", {}, "reason"},
      {"mqtt_reconnects", "reconnects_total", "Connections to the broker after the first one."},
  };
  // Each has its sum among the counters as well.
  const auto by_worker = [&rules](const std::string& kind, const std::string& help) {
    rules.push_back({"replies_" + kind, "", ""});
    rules.push_back(
        {"replies_" + kind + "_of_*", "replies_" + kind + "_total", help, {}, "worker"});
  };
  by_worker("unknown", "Replies that answer nothing that this device asked, by worker.");
  by_worker("repeated", "Replies to what was answered already, by worker.");
  by_worker("invalid", "Replies that cannot be, by worker.");
  by_worker("unexpected_model", "Answers by another net than the task's big one, by worker.");
  for (int reason = 0; reason < kFallbackReasonCount; ++reason) {
    const std::string name(Name(static_cast<FallbackReason>(reason)));
    rules.push_back(
        {"fell_back_" + name, kOutcomes, kOutcomesHelp, {{"kind", "fallback"}, {"reason", name}}});
  }
  return rules;
}

}  // namespace

AgentMetrics::AgentMetrics(Metrics& metrics)
    : reading_seconds_{ReadingSeconds(metrics, wire::DecidedBy::kLittle),
                       ReadingSeconds(metrics, wire::DecidedBy::kBig),
                       ReadingSeconds(metrics, wire::DecidedBy::kFallback)},
      round_trip_seconds_(
          metrics.AddHistogram("biglittle_agent_round_trip_seconds",
                               "From an escalation's request to the worker's answer.", kSeconds)) {}

void AgentMetrics::Ended(wire::DecidedBy decided_by, SteadyTime::duration since_capture) const {
  reading_seconds_[static_cast<std::size_t>(decided_by)].Observe(Seconds(since_capture));
}

void AgentMetrics::Answered(SteadyTime::duration round_trip) const {
  round_trip_seconds_.Observe(Seconds(round_trip));
}

std::vector<Measurement> AgentMeasurements(const VitalSigns& signs) {
  static const std::vector<CounterRule> rules = MakeRules();
  return ToMeasurements(kPrefix, rules, signs);
}

}  // namespace biglittle
