#include "device_agent/agent.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "core/normalisation.h"
#include "wire/result.h"

namespace biglittle {
namespace {

constexpr std::uint64_t kLogEvery = 1000;

wire::Topics TopicsOf(const FleetConfig& fleet) { return {fleet.topic_root, fleet.fleet}; }

std::string Text(const absl::Status& status) { return std::string(status.message()); }

}  // namespace

Agent::Agent(const FleetConfig& fleet, const DeviceConfig& device, Task task,
             LocalClassifier little, std::string run, Publish publish, const Clock& clock)
    : task_(std::move(task)),
      origin_{fleet.fleet, device.id, std::move(run), device.deadline},
      deadline_margin_(device.escalation.deadline_margin),
      escalate_topic_(TopicsOf(fleet).Escalate(device.id)),
      reply_topic_(TopicsOf(fleet).Reply(device.id)),
      result_topic_(TopicsOf(fleet).Result(device.id)),
      publish_(std::move(publish)),
      clock_(clock),
      little_(std::move(little)),
      pending_(device.escalation.max_pending) {}

void Agent::OnSample(Sample sample) {
  Reading reading{next_sequence_++, clock_.WallNow(), clock_.Now(), std::move(sample.window),
                  sample.truth};
  Count("readings");
  if (const absl::Status fit = CheckWindow(task_, reading.window); !fit.ok()) {
    spdlog::warn("{}: reading {} refused: {}", origin_.device, reading.sequence, Text(fit));
    LittleVerdict unknown;
    unknown.sequence = reading.sequence;
    unknown.capture_time = reading.capture_time;
    unknown.captured_at = reading.captured_at;
    unknown.truth = reading.truth;
    FallBack(unknown, FallbackReason::kInvalidReading, Text(fit));
    return;
  }
  LocalAnswer answer = little_.Classify(task_, reading.window);
  LittleVerdict verdict{reading.sequence,
                        reading.capture_time,
                        reading.captured_at,
                        reading.truth,
                        std::move(answer.prediction),
                        answer.unlike,
                        answer.head,
                        clock_.Now() - reading.captured_at};
  if (answer.unlike) Count("unlike_training");
  if (!answer.is_final) return Escalate(std::move(verdict), std::move(reading.window));
  if (answer.head + 1 < little_.rule().heads.size()) Count("answered_at_early_exit");
  End(verdict, AnsweredLocally{verdict.prediction});
}

void Agent::Escalate(LittleVerdict verdict, Tensor window) {
  if (pending_.full()) return FallBack(verdict, FallbackReason::kTooManyPending);
  const SteadyTime now = clock_.Now();
  const SteadyTime deadline = verdict.captured_at + origin_.deadline;
  const SteadyTime give_up_at = deadline - deadline_margin_;
  if (give_up_at <= now) return FallBack(verdict, FallbackReason::kDeadline);

  wire::EscalationRequest request{task_.name, {}};
  request.readings.push_back(
      {verdict.sequence, std::chrono::ceil<Milliseconds>(give_up_at - now), std::move(window)});
  wire::Message message;
  message.topic = escalate_topic_;
  message.payload = Encode(request);
  message.content_type = wire::kProtobufContent;
  message.response_topic = reply_topic_;
  message.correlation_data = fmt::format("{}/{}", origin_.run, verdict.sequence);
  message.expires_at = give_up_at;
  std::string request_id = message.correlation_data;
  if (const absl::Status taken = publish_(std::move(message)); !taken.ok()) {
    return FallBack(verdict, FallbackReason::kBacklogFull, Text(taken));
  }
  Count("escalated");
  // There is room, and sequence numbers do not repeat: this cannot be refused.
  if (!pending_.Add({std::move(verdict), std::move(request_id), now, give_up_at})) {
    spdlog::critical("{}: an escalation was not taken", origin_.device);
  }
}

void Agent::OnReply(const wire::Message& message) {
  const auto reply = wire::DecodeEscalationReply(message.payload);
  if (!reply.ok()) {
    Count("replies_invalid");
    spdlog::warn("{}: reply refused: {}", origin_.device, Text(reply.status()));
    return;
  }
  if (reply->rejection) {
    for (const PendingEscalation& refused : pending_.TakeRequest(message.correlation_data)) {
      OnRejection(refused, *reply->rejection);
    }
  }
  for (const wire::ReadingReply& item : reply->replies) {
    OnReadingReply(item, message.correlation_data, reply->worker);
  }
}

void Agent::OnReadingReply(const wire::ReadingReply& reply, const std::string& request_id,
                           const std::string& worker) {
  const PendingEscalation* found = pending_.Find(reply.sequence, request_id);
  if (found == nullptr) return Count("replies_late_or_repeated");
  if (const auto* rejection = std::get_if<wire::Rejection>(&reply.answer)) {
    const std::optional<PendingEscalation> refused = pending_.Take(reply.sequence, request_id);
    return OnRejection(*refused, *rejection);
  }
  const auto& answer = std::get<wire::CloudPrediction>(reply.answer);
  if (answer.prediction.class_index >= static_cast<int>(task_.labels.size())) {
    Count("replies_invalid");
    spdlog::warn("{}: worker {} answered class {}, task {} has {} classes", origin_.device, worker,
                 answer.prediction.class_index, task_.name, task_.labels.size());
    return;
  }
  const std::optional<PendingEscalation> answered = pending_.Take(reply.sequence, request_id);
  OnPrediction(*answered, answer, worker);
}

void Agent::OnPrediction(const PendingEscalation& escalation, const wire::CloudPrediction& answer,
                         const std::string& worker) {
  const SteadyTime now = clock_.Now();
  // It reached us in time but we come to it too late: the promise is the deadline.
  if (now > escalation.verdict.captured_at + origin_.deadline) {
    return FallBack(escalation.verdict, FallbackReason::kDeadline);
  }
  if (metrics_ != nullptr) metrics_->Answered(now - escalation.sent_at);
  End(escalation.verdict, AnsweredByCloud{answer.prediction, worker, answer.model_digest},
      CloudTiming{now - escalation.sent_at, answer.queue_time, answer.compute_time});
}

void Agent::OnRejection(const PendingEscalation& escalation, const wire::Rejection& rejection) {
  counters_[fmt::format("rejected_{}", Name(rejection.reason))] += 1;
  spdlog::debug("{}: reading {} rejected: {}: {}", origin_.device, escalation.verdict.sequence,
                Name(rejection.reason), rejection.detail);
  FallBack(escalation.verdict, FallbackReason::kRejected, std::string(Name(rejection.reason)));
}

void Agent::OnTime() {
  for (const PendingEscalation& expired : pending_.TakeExpired(clock_.Now())) {
    FallBack(expired.verdict, FallbackReason::kDeadline);
  }
}

void Agent::EndAll() {
  for (const PendingEscalation& left : pending_.TakeAll()) {
    FallBack(left.verdict, FallbackReason::kStopping);
  }
}

void Agent::FallBack(const LittleVerdict& verdict, FallbackReason reason, std::string detail) {
  counters_[fmt::format("fell_back_{}", Name(reason))] += 1;
  End(verdict, FellBack{reason, std::move(detail), verdict.prediction});
}

void Agent::End(const LittleVerdict& verdict, const Outcome& outcome,
                const std::optional<CloudTiming>& timing) {
  const SteadyTime now = clock_.Now();
  const wire::Result result = MakeFinalResult(origin_, task_, verdict, outcome, timing, now);
  Count("outcomes");
  counters_[fmt::format("decided_by_{}", Name(result.decided_by))] += 1;
  if (now > verdict.captured_at + origin_.deadline) Count("deadlines_missed");
  if (metrics_ != nullptr) metrics_->Ended(result.decided_by, now - verdict.captured_at);

  wire::Message message;
  message.topic = result_topic_;
  message.payload = Encode(result);
  message.content_type = wire::kJsonContent;
  if (const absl::Status taken = publish_(std::move(message)); !taken.ok()) {
    // Said now and then only: when the queue is full, this happens with every reading.
    if (counters_["results_refused"]++ % kLogEvery != 0) return;
    spdlog::error("{}: the result of reading {} is lost to its consumers: {}", origin_.device,
                  verdict.sequence, Text(taken));
  }
}

std::map<std::string, std::uint64_t> Agent::counters() const { return counters_; }

}  // namespace biglittle
