#include "cloud_worker/worker_metrics.h"

#include <chrono>
#include <variant>

#include "core/program/counter_rules.h"

namespace biglittle {
namespace {

constexpr std::string_view kPrefix = "biglittle_worker_";
constexpr char kReloadsHelp[] = "Attempts to load a changed model: done or failed.";

const std::vector<double> kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                      0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
const std::vector<double> kReadings = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

std::vector<CounterRule> MakeRules() {
  return {
      {"requests", "requests_total", "Requests taken in; each has one reading or several."},
      {"readings", "readings_total", "Readings of the requests that could be read."},
      {"answered", "answers_total", "Readings answered or rejected.", {{"outcome", "answered"}}},
      {"rejected", "answers_total", "Readings answered or rejected.", {{"outcome", "rejected"}}},
      {"rejected_*", "rejections_total", "Rejections, by reason.", {}, "reason"},
      {"batches", "batches_total", "Batches computed."},
      {"reloads", "reloads_total", kReloadsHelp, {{"outcome", "done"}}},
      {"reload_failures", "reloads_total", kReloadsHelp, {{"outcome", "failed"}}},
      {"queue_depth", "queue_depth", "Readings that wait.", {}, {}, MetricKind::kGauge},
      {"inference_timeouts", "inference_timeouts_total", "Batches given up as too slow."},
      {"inference_failures", "inference_failures_total", "Batches that the net could not compute."},
      {"replies_refused", "replies_refused_total",
       "Replies that the backlog or the broker refused."},
      {"statuses_refused", "statuses_refused_total",
       "Statuses that the backlog or the broker refused."},
      {"requests_without_properties", "requests_without_properties_total",
       "Requests that lost their MQTT 5 properties on the way."},
      {"requests_of_other_version", "requests_of_other_version_total",
       "Requests of devices with another version of the task, whose readings do not fit the net."},
      {"mqtt_reconnects", "reconnects_total", "Connections to the broker after the first one."},
  };
}

}  // namespace

WorkerMetrics::WorkerMetrics(Metrics& metrics)
    : batch_size_(metrics.AddHistogram("biglittle_worker_batch_size", "Readings computed together.",
                                       kReadings)),
      queue_seconds_(metrics.AddHistogram("biglittle_worker_queue_seconds",
                                          "From a reading's arrival to its batch.", kSeconds)),
      compute_seconds_(metrics.AddHistogram("biglittle_worker_compute_seconds",
                                            "A batch in the big net.", kSeconds)) {}

void WorkerMetrics::Computed(const std::vector<Answer>& answers) const {
  bool first = true;
  for (const Answer& answer : answers) {
    const auto* prediction = std::get_if<wire::CloudPrediction>(&answer.reply.answer);
    if (prediction == nullptr) continue;
    queue_seconds_.Observe(std::chrono::duration<double>(prediction->queue_time).count());
    // The same in every answer of a batch.
    if (!first) continue;
    first = false;
    batch_size_.Observe(prediction->batch_size);
    compute_seconds_.Observe(std::chrono::duration<double>(prediction->compute_time).count());
  }
}

std::vector<Measurement> WorkerMeasurements(const VitalSigns& signs) {
  static const std::vector<CounterRule> rules = MakeRules();
  VitalSigns all = signs;
  std::uint64_t& rejected = all.counters["rejected"];
  for (const auto& [name, value] : signs.counters) {
    if (name.rfind("rejected_", 0) == 0) rejected += value;
  }
  return ToMeasurements(kPrefix, rules, all);
}

}  // namespace biglittle
