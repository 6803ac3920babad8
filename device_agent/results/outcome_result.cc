#include "device_agent/results/outcome_result.h"

#include <fmt/format.h>

namespace biglittle {
namespace {

// What each way to end says beyond its prediction.
struct DescribeOutcome {
  wire::Result& result;

  void operator()(const AnsweredLocally&) const {
    result.decided_by = wire::DecidedBy::kLittle;
    ForgetReason();
    ForgetCloud();
  }
  void operator()(const AnsweredByCloud& outcome) const {
    result.decided_by = wire::DecidedBy::kBig;
    ForgetReason();
    ForgetCloud();
    result.worker = outcome.worker;
    result.big_digest = outcome.model_digest;
    result.big_unexpected = outcome.unexpected_model;
    result.round_trip_ms = ToMilliseconds(outcome.timing.round_trip);
    result.cloud_queue_ms = ToMilliseconds(outcome.timing.queue);
    result.cloud_compute_ms = ToMilliseconds(outcome.timing.compute);
    if (outcome.timing.take) result.cloud_take_ms = ToMilliseconds(*outcome.timing.take);
    if (outcome.timing.send) result.cloud_send_ms = ToMilliseconds(*outcome.timing.send);
  }
  void operator()(const FellBack& outcome) const {
    result.decided_by = wire::DecidedBy::kFallback;
    ForgetCloud();
    result.reason = outcome.detail.empty()
                        ? std::string(Name(outcome.reason))
                        : fmt::format("{}: {}", Name(outcome.reason), outcome.detail);
  }

 private:
  void ForgetReason() const { result.reason.clear(); }
  void ForgetCloud() const {
    result.worker.clear();
    result.big_digest.clear();
    result.big_unexpected = false;
    result.round_trip_ms = result.cloud_queue_ms = result.cloud_compute_ms = std::nullopt;
    result.cloud_take_ms = result.cloud_send_ms = std::nullopt;
  }
};

}  // namespace

void MakeFinalResult(const ResultOrigin& origin, const Task& task, const LittleVerdict& verdict,
                     const Outcome& outcome, SteadyTime now, wire::Result& result) {
  result.fleet = origin.fleet;
  result.device = origin.device;
  result.task = task.name;
  result.run = origin.run;
  result.sequence = verdict.sequence;
  result.capture_time = verdict.capture_time;
  result.stage = wire::Stage::kFinal;
  result.resent = false;
  std::visit(DescribeOutcome{result}, outcome);

  const Prediction& prediction = PredictionOf(outcome);
  result.class_index = prediction.class_index;
  result.label = task.LabelOf(prediction.class_index);
  result.confidence = prediction.confidence;

  result.total_ms = ToMilliseconds(now - verdict.captured_at);
  result.little_ms = ToMilliseconds(verdict.little_time);
  result.deadline_ms = ToMilliseconds(verdict.deadline);
  result.little_digest = task.little.sha256;
  result.little_class_index = verdict.prediction.class_index;
  result.little_label = task.LabelOf(verdict.prediction.class_index);
  result.little_confidence = verdict.prediction.confidence;
  result.unlike_training = verdict.unlike;
  result.little_head = static_cast<std::uint32_t>(verdict.head);
  result.truth = verdict.truth;
}

}  // namespace biglittle
