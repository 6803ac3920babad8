// What comes back to the escalator: which reply counts, and what follows from a refusal.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/text.h"
#include "device_agent/escalation/escalator.h"

namespace biglittle {
namespace {

// That have counters of their own; there may be any number of them.
constexpr std::size_t kMaxRepliers = 32;
// As long as an identifier of ours may be; who has a longer name is none of ours.
constexpr std::size_t kMaxNameBytes = 64;
// Whoever answered within this time is still there.
constexpr std::chrono::seconds kLately{60};

}  // namespace

void Escalator::OnReply(const wire::Message& message) {
  std::optional<std::string> worker = options_.topics.WorkerOfReply(message.topic, options_.device);
  if (!worker) return Count("replies_on_foreign_topics");
  replier_ = *std::move(worker);
  observed_request_.clear();
  replier_answers_ = false;
  if (!IsWorthReading(message)) return;
  const auto reply = wire::DecodeEscalationReply(message.payload);
  if (!reply.ok()) return OnInvalidReply(std::string(reply.status().message()));
  if (reply->rejection) {
    for (const std::uint64_t sequence : pending_.OfRequest(message.correlation_data)) {
      OnRejection(sequence, message.correlation_data, *reply->rejection);
    }
  }
  for (const wire::ReadingReply& item : reply->replies) {
    OnReadingReply(item, item.request_id.empty() ? message.correlation_data : item.request_id,
                   *reply);
  }
  if (replier_answers_ && RememberReplier()) repliers_[replier_] = clock_.Now();
}

// What answers none of our requests may be dear to read.
bool Escalator::IsWorthReading(const wire::Message& message) {
  const std::string& request_id = message.correlation_data;
  if (request_id.empty()) {
    NoteLostCorrelation();
    return false;
  }
  if (pending_.Knows(request_id) || ended_.Knows(request_id)) return true;
  CountReply("unknown");
  return false;
}

// Every request of ours has correlation data, and a worker gives it back: something between the two
// takes it away, and with it every reading's answer.
void Escalator::NoteLostCorrelation() {
  Count("replies_without_correlation");
  if (!correlation_said_.MaySay(clock_.Now())) return;
  spdlog::warn(
      "{}: replies come without correlation data, so that nobody can tell which reading they "
      "answer: something on the way to the workers does not carry the properties of MQTT 5; where "
      "Mosquitto bridges, say 'bridge_protocol_version mqttv50' in its 'connection'",
      options_.device);
}

void Escalator::OnInvalidReply(std::string_view why) {
  CountReply("invalid");
  if (!invalid_said_.MaySay(clock_.Now())) return;
  spdlog::warn("{}: a reply of worker {} was refused: {}", options_.device, Quoted(replier_), why);
}

void Escalator::CountReply(std::string_view kind) {
  const std::string name = fmt::format("replies_{}", kind);
  Count(name);
  Count(fmt::format("{}_of_{}", name, RememberReplier() ? replier_ : "others"));
}

bool Escalator::RememberReplier() {
  if (replier_.size() > kMaxNameBytes) return false;
  if (repliers_.contains(replier_)) return true;
  return repliers_.size() < kMaxRepliers && repliers_.try_emplace(replier_).second;
}

// Another worker than the replier has answered lately.
bool Escalator::AnotherAnswers(SteadyTime now) const {
  return std::ranges::any_of(repliers_, [&](const auto& worker) {
    return worker.first != replier_ && worker.second && now - *worker.second < kLately;
  });
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
    return OnInvalidReply(fmt::format("it answers class {}, task {} has {} classes",
                                      answer.prediction.class_index, options_.task,
                                      options_.classes));
  }
  OnPrediction(*pending_.Take(item.sequence, request_id), answer, reply);
}

// Nothing waits for it: it comes too late, or again, or is none of ours.
void Escalator::OnStrayReply(std::uint64_t sequence, const std::string& request_id) {
  EndedEscalation* ended = ended_.Find(sequence, request_id);
  if (ended == nullptr) return CountReply("unknown");
  if (ended->answered) return CountReply("repeated");
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
  replier_answers_ = true;
  Observe(escalation.request.id, escalation.first_sent_at, escalation.attempts);
  Forget(escalation, true);
  // It reached us in time but we come to it too late: the promise is the deadline.
  if (now > escalation.verdict.captured_at + escalation.verdict.deadline) {
    return FallBack(escalation.verdict, FallbackReason::kDeadline);
  }
  end_(escalation.verdict,
       AnsweredByCloud{answer.prediction, replier_, answer.model_digest, IsUnexpected(answer),
                       CloudTiming{took, answer.queue_time, answer.compute_time, answer.take_time,
                                   reply.previous_send_time}});
}

// Where a release is under way it is a newer one; else somebody should look.
bool Escalator::IsUnexpected(const wire::CloudPrediction& answer) {
  if (options_.big_digest.empty() || answer.model_digest == options_.big_digest) return false;
  CountReply("unexpected_model");
  if (unexpected_said_.MaySay(clock_.Now())) {
    spdlog::warn(
        "{}: worker {} answers with a net of digest {}, the task's big net has {}: bring the task "
        "up to date on both, or look who that worker is",
        options_.device, Quoted(replier_), Quoted(answer.model_digest), options_.big_digest);
  }
  return true;
}

void Escalator::OnRejection(std::uint64_t sequence, const std::string& request_id,
                            const wire::Rejection& rejection) {
  Count(fmt::format("rejected_{}", Name(rejection.reason)));
  spdlog::debug("{}: reading {} rejected: {}: {}", options_.device, sequence,
                Name(rejection.reason), Quoted(rejection.detail));
  const PendingEscalation& escalation = *pending_.Find(sequence, request_id);
  const std::string refused_before = escalation.refused_by;
  const std::size_t refusals = pending_.Refused(sequence, replier_);
  if (const auto next = AfterRejection(escalation, refused_before, rejection, clock_.Now())) {
    pending_.Schedule(sequence, *next);
    if (*next <= looked_at_) wake_ = *next;
    return;
  }
  // Another worker may have the request as well, and answer.
  if (rejection.reason != wire::RejectionReason::kInvalid && refusals < escalation.attempts) return;
  const std::optional<PendingEscalation> refused = pending_.Take(sequence);
  Forget(*refused, true);
  FallBack(refused->verdict, FallbackReason::kRejected, std::string(Name(rejection.reason)));
}

void Escalator::OnRefused(std::uint64_t request_number, std::string_view mend) {
  Count("requests_refused");
  const SteadyTime now = clock_.Now();
  if (refusal_said_.MaySay(now)) {
    spdlog::error("{}: the broker refuses requests to {}, their readings fall back at once: {}",
                  options_.device, escalate_topic_, mend);
  }
  for (const std::uint64_t sequence : pending_.OfRequest(request_number)) {
    // What was sent before may still be answered.
    if (pending_.Refused(sequence) < pending_.Get(sequence).attempts) continue;
    const std::optional<PendingEscalation> refused = pending_.Take(sequence);
    Forget(*refused, false);
    FallBack(refused->verdict, FallbackReason::kRefused);
  }
}

// When to ask again; nullopt where that would be no use.
std::optional<SteadyTime> Escalator::AfterRejection(const PendingEscalation& escalation,
                                                    const std::string& refused_before,
                                                    const wire::Rejection& rejection,
                                                    SteadyTime now) {
  if (escalation.attempts >= options_.config.max_attempts) return std::nullopt;
  SteadyTime::duration wait = options_.config.retry_min;
  switch (rejection.reason) {
    case wire::RejectionReason::kOverloaded:
      // It speaks for itself: the group's next worker may be idle. That it was asked once more is
      // chance where another is known to answer.
      if (refused_before.empty() || (refused_before == replier_ && AnotherAnswers(now))) {
        wait = SteadyTime::duration::zero();
      } else {
        wait = std::max<SteadyTime::duration>(rejection.retry_after,
                                              round_trip_.RetryTimeout(escalation.attempts, wait));
      }
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
