#include "device_agent/escalation/escalator.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace biglittle {
namespace {

// Late replies are told from strange ones for so many readings.
constexpr std::size_t kMaxEnded = 4096;
// A first retry comes after this part of the time left, until a round trip has been seen.
constexpr int kFirstRetryPart = 4;
// Devices that lost the same worker shall not ask again all at once.
constexpr double kJitter = 0.1;

std::string Text(const absl::Status& status) { return std::string(status.message()); }

RoundTrip::Options RoundTripOptions(const EscalationConfig& config) {
  return {config.round_trip_quantile, config.round_trip_memory, config.retry_min, config.retry_max};
}

}  // namespace

Escalator::Escalator(Options options, Publish publish, End end, Counters& counters,
                     const Clock& clock)
    : options_(std::move(options)),
      publish_(std::move(publish)),
      end_(std::move(end)),
      counters_(counters),
      clock_(clock),
      pending_(options_.config.max_pending),
      ended_(kMaxEnded),
      round_trip_(RoundTripOptions(options_.config)),
      gate_(options_.config.round_trip_hysteresis, options_.config.probe_interval),
      budget_(options_.config.budget),
      jitter_(std::hash<std::string>{}(options_.run)) {}

std::string Escalator::RequestId(std::uint64_t sequence) const {
  return fmt::format("{}/{}", options_.run, sequence);
}

void Escalator::Escalate(LittleVerdict verdict, Tensor window, bool prioritised) {
  if (pending_.full()) return FallBack(verdict, FallbackReason::kTooManyPending);
  const SteadyTime now = clock_.Now();
  const SteadyTime give_up_at =
      verdict.captured_at + verdict.deadline - options_.config.deadline_margin;
  const SteadyTime::duration left = give_up_at - now;
  if (left <= SteadyTime::duration::zero() ||
      !gate_.Admit(verdict.deadline, left, round_trip_.Quantile(now), now)) {
    return FallBack(verdict, FallbackReason::kNoTime);
  }
  PendingEscalation escalation;
  escalation.request_id = RequestId(verdict.sequence);
  escalation.verdict = std::move(verdict);
  escalation.window = std::move(window);
  escalation.prioritised = prioritised;
  escalation.decided_at = now;
  escalation.give_up_at = give_up_at;
  // There is room, and sequence numbers do not repeat: this cannot be refused.
  if (!pending_.Add(std::move(escalation))) {
    spdlog::critical("{}: an escalation was not taken", options_.device);
  }
  SendDue();
}

// Of what is due the least sure goes first: there an answer is worth most.
void Escalator::SendDue() {
  budget_wake_.reset();
  if (!link_up_) return;
  const SteadyTime now = clock_.Now();
  looked_at_ = now;
  std::vector<const PendingEscalation*> due = pending_.Due(now);
  std::ranges::stable_sort(due, {}, [](const PendingEscalation* escalation) {
    return escalation->verdict.prediction.confidence;
  });
  std::vector<std::uint64_t> without_budget;
  for (const PendingEscalation* escalation : due) {
    const std::size_t bytes = escalation->window.data.size();
    if (budget_.TryTake(bytes, now)) {
      Send(*escalation, now);
      continue;
    }
    const SteadyTime window_end = escalation->decided_at + options_.config.budget.window;
    if (escalation->attempts == 0 && window_end <= now) {
      without_budget.push_back(escalation->verdict.sequence);
      continue;
    }
    SteadyTime wake = budget_.When(bytes, now);
    if (escalation->attempts == 0) wake = std::min(wake, window_end);
    budget_wake_ = budget_wake_ ? std::min(*budget_wake_, wake) : wake;
  }
  for (const std::uint64_t sequence : without_budget) {
    FallBack(pending_.Take(sequence)->verdict, FallbackReason::kBudget);
  }
}

void Escalator::Send(const PendingEscalation& escalation, SteadyTime now) {
  const std::uint64_t sequence = escalation.verdict.sequence;
  wire::EscalationRequest request{options_.task, {}, options_.same_clock};
  request.readings.push_back(
      {.sequence = sequence,
       .time_left = std::chrono::ceil<Milliseconds>(escalation.give_up_at - now),
       .window = escalation.window,
       .priority = escalation.prioritised ? 1U : 0U});
  wire::Message message;
  message.topic = options_.escalate_topic;
  message.payload = Encode(request);
  message.content_type = wire::kProtobufContent;
  message.response_topic = options_.reply_topic;
  message.correlation_data = escalation.request_id;
  message.expires_at = escalation.give_up_at;
  const std::size_t attempt = escalation.attempts + 1;
  const std::optional<SteadyTime> next = NextAttempt(attempt, escalation.give_up_at, now);
  if (const absl::Status taken = publish_(std::move(message)); !taken.ok()) {
    // What was sent before may still be answered.
    if (attempt > 1) return pending_.Schedule(sequence, next.value_or(escalation.give_up_at));
    return FallBack(pending_.Take(sequence)->verdict, FallbackReason::kBacklogFull, Text(taken));
  }
  Count(attempt == 1 ? "escalated" : "escalation_retries");
  pending_.Sent(sequence, now, next);
}

// When to ask again if no answer comes to this attempt; nullopt: not any more.
std::optional<SteadyTime> Escalator::NextAttempt(std::size_t attempt, SteadyTime give_up_at,
                                                 SteadyTime now) {
  if (attempt >= options_.config.max_attempts) return std::nullopt;
  const auto timeout = round_trip_.RetryTimeout(attempt, (give_up_at - now) / kFirstRetryPart);
  const double factor = 1.0 + jitter_.Uniform(-kJitter, kJitter);
  const SteadyTime next = now + std::chrono::duration_cast<SteadyTime::duration>(timeout * factor);
  if (next >= give_up_at) return std::nullopt;
  return next;
}

void Escalator::OnReply(const wire::Message& message) {
  const auto reply = wire::DecodeEscalationReply(message.payload);
  if (!reply.ok()) {
    Count("replies_invalid");
    spdlog::warn("{}: reply refused: {}", options_.device, Text(reply.status()));
    return;
  }
  const std::string& request_id = message.correlation_data;
  if (reply->rejection) {
    for (const std::uint64_t sequence : pending_.OfRequest(request_id)) {
      OnRejection(sequence, request_id, *reply->rejection);
    }
  }
  for (const wire::ReadingReply& item : reply->replies) {
    OnReadingReply(item, request_id, *reply);
  }
}

void Escalator::OnReadingReply(const wire::ReadingReply& item, const std::string& request_id,
                               const wire::EscalationReply& reply) {
  if (pending_.Find(item.sequence, request_id) == nullptr) {
    return OnStrayReply(item.sequence, request_id);
  }
  if (const auto* rejection = std::get_if<wire::Rejection>(&item.answer)) {
    return OnRejection(item.sequence, request_id, *rejection);
  }
  const auto& answer = std::get<wire::CloudPrediction>(item.answer);
  if (answer.prediction.class_index >= static_cast<int>(options_.classes)) {
    Count("replies_invalid");
    spdlog::warn("{}: worker {} answered class {}, task {} has {} classes", options_.device,
                 reply.worker, answer.prediction.class_index, options_.task, options_.classes);
    return;
  }
  OnPrediction(*pending_.Take(item.sequence, request_id), answer, reply);
}

// Nothing waits for it: it comes too late, or again, or is none of ours.
void Escalator::OnStrayReply(std::uint64_t sequence, const std::string& request_id) {
  EndedEscalation* ended = request_id == RequestId(sequence) ? ended_.Find(sequence) : nullptr;
  if (ended == nullptr) return Count("replies_unknown");
  if (ended->answered) return Count("replies_repeated");
  Count("replies_late");
  ended->answered = true;
  const SteadyTime now = clock_.Now();
  round_trip_.Answered(now - ended->first_sent_at, ended->attempts, now);
}

void Escalator::OnPrediction(PendingEscalation escalation, const wire::CloudPrediction& answer,
                             const wire::EscalationReply& reply) {
  const SteadyTime now = clock_.Now();
  const SteadyTime::duration took = now - escalation.first_sent_at;
  round_trip_.Answered(took, escalation.attempts, now);
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
                Name(rejection.reason), rejection.detail);
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

void Escalator::OnLink(bool up) {
  link_up_ = up;
  if (!up) return;
  round_trip_.Forget();
  SendDue();
}

void Escalator::OnTime() {
  const SteadyTime now = clock_.Now();
  for (const PendingEscalation& expired : pending_.TakeExpired(now)) {
    // Where it was never sent the way to the cloud was closed all the time.
    const SteadyTime since = expired.attempts > 0 ? expired.first_sent_at : expired.decided_at;
    round_trip_.Unanswered(now - since, now);
    Forget(expired, false);
    FallBack(expired.verdict, FallbackReason::kDeadline);
  }
  SendDue();
}

void Escalator::EndAll() {
  for (const PendingEscalation& left : pending_.TakeAll()) {
    Forget(left, false);
    FallBack(left.verdict, FallbackReason::kStopping);
  }
}

std::optional<SteadyTime> Escalator::NextWake() const {
  std::optional<SteadyTime> wake = pending_.NextExpiry();
  const auto sooner = [&wake](std::optional<SteadyTime> time) {
    if (time && (!wake || *time < *wake)) wake = time;
  };
  // What is due already waits for budget, or for the link.
  if (link_up_) {
    sooner(budget_wake_);
    sooner(pending_.NextDueAfter(looked_at_));
  }
  return wake;
}

void Escalator::Forget(const PendingEscalation& escalation, bool answered) {
  if (escalation.attempts == 0) return;
  ended_.Remember(escalation.verdict.sequence,
                  {escalation.first_sent_at, escalation.attempts, answered});
}

void Escalator::FallBack(const LittleVerdict& verdict, FallbackReason reason, std::string detail) {
  end_(verdict, FellBack{reason, std::move(detail), verdict.prediction});
}

}  // namespace biglittle
