// What comes back to the escalator: which reply counts, and what follows from a refusal.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/text.h"
#include "device_agent/escalation/escalator.h"

namespace biglittle {

void Escalator::OnReply(const wire::Message& message) {
  // What answers none of our requests is not worth the reading: it may be dear.
  if (!message.correlation_data.empty() && !IsOurRequest(message.correlation_data)) {
    return Count("replies_unknown");
  }
  const auto reply = wire::DecodeEscalationReply(message.payload);
  if (!reply.ok()) {
    Count("replies_invalid");
    spdlog::warn("{}: reply refused: {}", options_.device, std::string(reply.status().message()));
    return;
  }
  observed_request_.clear();
  // Of its readings those that name their request themselves still count.
  const bool correlated = !IsWithoutCorrelation(message);
  if (reply->rejection && correlated) {
    for (const std::uint64_t sequence : pending_.OfRequest(message.correlation_data)) {
      OnRejection(sequence, message.correlation_data, *reply->rejection);
    }
  }
  for (const wire::ReadingReply& item : reply->replies) {
    OnReadingReply(item, item.request_id.empty() ? message.correlation_data : item.request_id,
                   *reply);
  }
}

// Every request of ours has correlation data, and a worker gives it back: something between the two
// takes it away, and with it every reading's answer.
bool Escalator::IsWithoutCorrelation(const wire::Message& message) {
  if (!message.correlation_data.empty()) return false;
  Count("replies_without_correlation");
  if (correlation_said_.MaySay(clock_.Now())) {
    spdlog::warn(
        "{}: replies come without correlation data, so that nobody can tell which reading they "
        "answer: something on the way to the workers does not carry the properties of MQTT 5; "
        "where Mosquitto bridges, say 'bridge_protocol_version mqttv50' in its 'connection'",
        options_.device);
  }
  return true;
}

void Escalator::OnReadingReply(const wire::ReadingReply& item, const std::string& request_id,
                               const wire::EscalationReply& reply) {
  // One that was never sent has no request id either.
  if (request_id.empty() || pending_.Find(item.sequence, request_id) == nullptr) {
    return OnStrayReply(item.sequence, request_id);
  }
  if (const auto* rejection = std::get_if<wire::Rejection>(&item.answer)) {
    return OnRejection(item.sequence, request_id, *rejection);
  }
  const auto& answer = std::get<wire::CloudPrediction>(item.answer);
  if (answer.prediction.class_index >= static_cast<int>(options_.classes)) {
    Count("replies_invalid");
    spdlog::warn("{}: worker {} answered class {}, task {} has {} classes", options_.device,
                 Quoted(reply.worker), answer.prediction.class_index, options_.task,
                 options_.classes);
    return;
  }
  OnPrediction(*pending_.Take(item.sequence, request_id), answer, reply);
}

bool Escalator::IsOurRequest(const std::string& request_id) const {
  return request_id.starts_with(options_.run) &&
         request_id.substr(options_.run.size()).starts_with('/');
}

// Nothing waits for it: it comes too late, or again, or is none of ours.
void Escalator::OnStrayReply(std::uint64_t sequence, const std::string& request_id) {
  EndedEscalation* ended = IsOurRequest(request_id) ? ended_.Find(sequence) : nullptr;
  if (ended == nullptr) return Count("replies_unknown");
  if (ended->answered) return Count("replies_repeated");
  Count("replies_late");
  ended->answered = true;
  Observe(request_id, ended->first_sent_at, ended->attempts);
}

// Readings that came and went together made one round trip.
void Escalator::Observe(const std::string& request_id, SteadyTime first_sent_at,
                        std::size_t attempts) {
  if (request_id == observed_request_) return;
  observed_request_ = request_id;
  const SteadyTime now = clock_.Now();
  round_trip_.Answered(now - first_sent_at, attempts, now);
}

void Escalator::OnPrediction(PendingEscalation escalation, const wire::CloudPrediction& answer,
                             const wire::EscalationReply& reply) {
  const SteadyTime now = clock_.Now();
  const SteadyTime::duration took = now - escalation.first_sent_at;
  Observe(escalation.request_id, escalation.first_sent_at, escalation.attempts);
  Forget(escalation, true);
  // It reached us in time but we come to it too late: the promise is the deadline.
  if (now > escalation.verdict.captured_at + escalation.verdict.deadline) {
    return FallBack(escalation.verdict, FallbackReason::kDeadline);
  }
  end_(escalation.verdict,
       AnsweredByCloud{answer.prediction, reply.worker, answer.model_digest,
                       CloudTiming{took, answer.queue_time, answer.compute_time, answer.take_time,
                                   reply.previous_send_time}});
}

void Escalator::OnRejection(std::uint64_t sequence, const std::string& request_id,
                            const wire::Rejection& rejection) {
  Count(fmt::format("rejected_{}", Name(rejection.reason)));
  spdlog::debug("{}: reading {} rejected: {}: {}", options_.device, sequence,
                Name(rejection.reason), Quoted(rejection.detail));
  const PendingEscalation& escalation = *pending_.Find(sequence, request_id);
  const std::size_t refusals = pending_.Refused(sequence);
  if (const auto next = AfterRejection(escalation, rejection, clock_.Now())) {
    return pending_.Schedule(sequence, *next);
  }
  // Another worker may have the request as well, and answer.
  if (rejection.reason != wire::RejectionReason::kInvalid && refusals < escalation.attempts) return;
  const std::optional<PendingEscalation> refused = pending_.Take(sequence);
  Forget(*refused, true);
  FallBack(refused->verdict, FallbackReason::kRejected, std::string(Name(rejection.reason)));
}

void Escalator::OnRefused(std::uint64_t first_sequence, std::string_view mend) {
  Count("requests_refused");
  const SteadyTime now = clock_.Now();
  if (refusal_said_.MaySay(now)) {
    spdlog::error("{}: the broker refuses requests to {}, their readings fall back at once: {}",
                  options_.device, options_.escalate_topic, mend);
  }
  for (const std::uint64_t sequence : pending_.OfRequest(RequestId(first_sequence))) {
    // What was sent before may still be answered.
    if (pending_.Refused(sequence) < pending_.Get(sequence).attempts) continue;
    const std::optional<PendingEscalation> refused = pending_.Take(sequence);
    Forget(*refused, false);
    FallBack(refused->verdict, FallbackReason::kRefused);
  }
}

// When to ask again; nullopt where that would be no use.
std::optional<SteadyTime> Escalator::AfterRejection(const PendingEscalation& escalation,
                                                    const wire::Rejection& rejection,
                                                    SteadyTime now) {
  if (escalation.attempts >= options_.config.max_attempts) return std::nullopt;
  SteadyTime::duration wait = options_.config.retry_min;
  switch (rejection.reason) {
    case wire::RejectionReason::kOverloaded:
      wait = std::max<SteadyTime::duration>(rejection.retry_after,
                                            round_trip_.RetryTimeout(escalation.attempts, wait));
      break;
    case wire::RejectionReason::kUnknownTask:
    case wire::RejectionReason::kInternal:
      // The group's next worker may know the task, or be well.
      break;
    case wire::RejectionReason::kExpired:
    case wire::RejectionReason::kInvalid:
      return std::nullopt;
  }
  const SteadyTime::duration answer =
      round_trip_.Quantile(now).value_or(SteadyTime::duration::zero());
  if (now + wait + answer >= escalation.give_up_at) return std::nullopt;
  return now + wait;
}

}  // namespace biglittle
