#include "device_agent/agent.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/task/escalated_tensor.h"
#include "core/task/normalisation.h"
#include "device_agent/delivery_tag.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using Event = AgentCounters::Event;

wire::Topics TopicsOf(const FleetConfig& fleet) { return {fleet.topic_root, fleet.fleet}; }

std::string Text(const absl::Status& status) { return std::string(status.message()); }

Escalator::Options EscalatorOptions(const FleetConfig& fleet, const DeviceConfig& device,
                                    const Task& task, const std::string& run) {
  return {.device = device.id,
          .topics = TopicsOf(fleet),
          .task = task.name,
          .classes = task.labels.size(),
          .wire_dtype = EscalatedFormOf(task).wire_dtype,
          .features_of = FeaturesOf(task),
          .big_digest = task.big.sha256,
          .run = run,
          .config = device.escalation,
          // What protobuf puts around it takes less than the rest.
          .max_request_bytes = fleet.broker.max_payload_bytes / 4 * 3};
}

ResultOutlet::Options OutletOptions(const FleetConfig& fleet, const DeviceConfig& device) {
  const StoreConfig store = device.store.value_or(StoreConfig{});
  return {.device = device.id,
          .topic = TopicsOf(fleet).Result(device.id),
          .batch = {.max_results = device.results.max_batch,
                    .max_bytes = fleet.broker.max_payload_bytes,
                    .linger = device.results.linger,
                    .deadline_margin = device.escalation.deadline_margin},
          .resend_per_s = store.resend_per_s,
          .keep = store.keep};
}

}  // namespace

Agent::Agent(const FleetConfig& fleet, const DeviceConfig& device, Parts parts, std::string run,
             Publish publish, const Clock& clock)
    : task_(std::move(parts.task)),
      origin_{fleet.fleet, device.id, std::move(run)},
      deadlines_(std::move(parts.deadlines)),
      clock_(clock),
      answer_mode_(device.answer_mode),
      little_(std::move(parts.little)),
      snapshots_(task_.name),
      outlet_(OutletOptions(fleet, device), std::move(parts.store), publish, counters_, clock),
      recorder_(std::move(parts.recorder)),
      escalator_(EscalatorOptions(fleet, device, task_, origin_.run), publish, counters_, clock),
      next_sequence_(outlet_.next_sequence()) {
  if (device.state) {
    const wire::Topics topics(fleet.topic_root, fleet.fleet);
    state_ = std::make_unique<StateOutlet>(*device.state, task_, topics.DeviceState(device.id),
                                           publish, counters_, clock_);
  }
  outlet_.Recover(
      [this](wire::Result& result, Milliseconds since) { EndRestarted(result, since); });
}

void Agent::OnSample(Sample sample, SteadyTime captured_at) {
  Reading reading = NewReading(std::move(sample), captured_at);
  if (const absl::Status fit = CheckWindow(task_, reading.window); !fit.ok()) {
    if (invalid_said_.MaySay(clock_.Now())) {
      spdlog::warn("{}: reading {} refused: {}", origin_.device, reading.sequence, Text(fit));
    }
    return FallBack(Unclassified(reading), FallbackReason::kInvalidReading, Text(fit));
  }
  snapshots_.OnWindow(reading.sequence, reading.window);
  const SteadyTime begin = clock_.Now();
  LocalAnswer answer = little_.Classify(task_, reading.window);
  if (!std::isfinite(answer.prediction.confidence) ||
      (answer.features && !CheckEscalated(task_, *answer.features).ok())) {
    return FallBack(Unclassified(reading), FallbackReason::kInvalidReading,
                    "its values are too large for the little net");
  }
  LittleVerdict verdict = Unclassified(reading);
  verdict.deadline = deadlines_.Of(answer.prediction);
  verdict.prediction = std::move(answer.prediction);
  verdict.unlike = answer.unlike;
  verdict.head = answer.head;
  verdict.little_time = clock_.Now() - begin;
  if (answer.unlike) Count(Event::kUnlikeTraining);
  if (!answer.is_final) {
    if (recorder_) recorder_->OnEscalated(verdict.sequence, reading.window);
    return Escalate(std::move(verdict),
                    answer.features ? *std::move(answer.features) : std::move(reading.window));
  }
  if (answer.head + 1 < little_.rule().heads.size()) Count(Event::kAnsweredAtEarlyExit);
  End(verdict, AnsweredLocally{verdict.prediction});
  if (recorder_) recorder_->OnAnswered(reading.window, ended_);
}

void Agent::OnDropped(std::span<const DroppedReading> readings) {
  std::vector<wire::Result> results;
  results.reserve(readings.size());
  for (const DroppedReading& dropped : readings) {
    const LittleVerdict verdict =
        Unclassified(NewReading({{}, dropped.truth}, dropped.captured_at));
    const Outcome outcome = FellBack{FallbackReason::kOverrun, {}, verdict.prediction};
    results.push_back(MakeResult(verdict, outcome));
    CountEnd(verdict, outcome, results.back());
  }
  outlet_.Finals(results);
}

Reading Agent::NewReading(Sample sample, SteadyTime captured_at) {
  Count(Event::kReading);
  const auto waited = std::chrono::duration_cast<WallTime::duration>(clock_.Now() - captured_at);
  return {next_sequence_++, clock_.WallNow() - waited, captured_at, std::move(sample.window),
          sample.truth};
}

LittleVerdict Agent::Unclassified(const Reading& reading) const {
  LittleVerdict verdict;
  verdict.sequence = reading.sequence;
  verdict.capture_time = reading.capture_time;
  verdict.captured_at = reading.captured_at;
  verdict.deadline = deadlines_.general();
  verdict.truth = reading.truth;
  return verdict;
}

void Agent::Escalate(LittleVerdict verdict, Tensor sent) {
  WriteDown(verdict);
  const bool prioritised = task_.IsPriority(verdict.prediction.class_index);
  escalator_.Escalate(std::move(verdict), std::move(sent), prioritised, *this);
}

// Before anything is sent: whatever happens to this process, the reading has a result. Its results
// are gone from the stack when the request is made; a device's thread costs a page less by that.
void Agent::WriteDown(const LittleVerdict& verdict) {
  outlet_.Pending(
      MakeResult(verdict, FellBack{FallbackReason::kRestarted, {}, verdict.prediction}));
  if (answer_mode_ == AnswerMode::kRefine) {
    wire::Result provisional = MakeResult(verdict, AnsweredLocally{verdict.prediction});
    provisional.stage = wire::Stage::kProvisional;
    Count(Event::kProvisionalResult);
    outlet_.Provisional(provisional);
  }
}

void Agent::OnLink(bool up, std::size_t max_packet_bytes) {
  outlet_.OnLink(up, max_packet_bytes);
  if (state_) state_->OnLink(up);
  escalator_.OnLink(up, max_packet_bytes);
}

void Agent::OnDelivered(std::uint64_t tag, wire::Delivery delivery) {
  const DeliveryTag what = FromTag(tag);
  switch (what.kind) {
    case TagKind::kResult:
    case TagKind::kLostResults:
      return outlet_.OnDelivered(what, delivery);
    case TagKind::kRequest:
      if (delivery == wire::Delivery::kRefused) {
        escalator_.OnRefused(what.value, "let the device publish there");
      }
      return;
    case TagKind::kStatus:
      if (delivery == wire::Delivery::kRefused) ++counters_["statuses_refused"];
      return;
    case TagKind::kEntry:  // its outlet's
      return;
  }
}

// One of results goes in parts; of what cannot be divided it is the same as if it were refused.
void Agent::OnTooLarge(wire::Message message) {
  const TagKind kind = FromTag(message.tag).kind;
  if (kind == TagKind::kResult || kind == TagKind::kLostResults) {
    return outlet_.OnTooLarge(std::move(message));
  }
  if (kind == TagKind::kRequest) {
    return escalator_.OnRefused(
        FromTag(message.tag).value,
        "they are larger than it takes; raise its max_packet_size, or lower 'max_payload_bytes'");
  }
  OnDelivered(message.tag, wire::Delivery::kRefused);
}

void Agent::Set(const EscalationRule& rule, const DeviceSettings& settings) {
  // It has the task's heads, as the one before it.
  if (const absl::Status taken = little_.SetRule(rule); !taken.ok()) {
    spdlog::critical("{}: a rule was not taken: {}", origin_.device, Text(taken));
  }
  answer_mode_ = settings.answer_mode;
  escalator_.SetBudget(settings.escalation.budget);
}

void Agent::OnTime() {
  escalator_.OnTime();
  outlet_.OnTime();
  if (state_) state_->OnTime();
}

std::optional<SteadyTime> Agent::NextWake() const {
  std::optional<SteadyTime> wake = escalator_.NextWake();
  const auto sooner = [&wake](std::optional<SteadyTime> time) {
    if (time && (!wake || *time < *wake)) wake = time;
  };
  sooner(outlet_.NextWake());
  if (state_) sooner(state_->NextWake());
  return wake;
}

void Agent::FallBack(const LittleVerdict& verdict, FallbackReason reason, std::string detail) {
  End(verdict, FellBack{reason, std::move(detail), verdict.prediction});
}

void Agent::End(const LittleVerdict& verdict, const Outcome& outcome) {
  MakeFinalResult(origin_, task_, verdict, outcome, clock_.Now(), ended_);
  CountEnd(verdict, outcome, ended_);
  if (state_) state_->OnFinal(ended_);
  snapshots_.OnFinal(ended_);
  if (recorder_) recorder_->OnFinal(ended_);
  outlet_.Final(ended_);
}

void Agent::CountEnd(const LittleVerdict& verdict, const Outcome& outcome,
                     const wire::Result& result) {
  Count(Event::kOutcome);
  recent_.Add(result);
  const auto* fallback = std::get_if<FellBack>(&outcome);
  own_counters_.CountDecision(result.decided_by,
                              fallback ? std::optional(fallback->reason) : std::nullopt);
  if (result.total_ms > result.deadline_ms) Count(Event::kDeadlineMissed);
  if (metrics_ != nullptr) {
    metrics_->Ended(result.decided_by, clock_.Now() - verdict.captured_at);
    const auto* cloud = std::get_if<AnsweredByCloud>(&outcome);
    if (cloud != nullptr) metrics_->Answered(cloud->timing.round_trip);
  }
}

wire::Result Agent::MakeResult(const LittleVerdict& verdict, const Outcome& outcome) const {
  wire::Result result;
  MakeFinalResult(origin_, task_, verdict, outcome, clock_.Now(), result);
  return result;
}

// Not by the clock of the day, which may have been set meanwhile.
void Agent::EndRestarted(wire::Result& result, Milliseconds since) {
  result.total_ms += ToMilliseconds(since);
  Count(Event::kEndedAfterRestart);
}

std::map<std::string, std::uint64_t> Agent::counters() const {
  auto counters = counters_;
  own_counters_.AddTo(counters);
  counters["store_rows"] = outlet_.store_rows();
  counters["store_bytes"] = outlet_.store_bytes();
  if (recorder_) recorder_->AddCounters(counters);
  return counters;
}

}  // namespace biglittle
