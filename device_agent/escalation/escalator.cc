#include "device_agent/escalation/escalator.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/half.h"
#include "core/shown_text.h"
#include "core/text.h"
#include "device_agent/delivery_tag.h"

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

Escalator::Escalator(Options options, Publish publish, Counters& counters, const Clock& clock)
    : options_(std::move(options)),
      escalate_topic_(options_.topics.Escalate(options_.device)),
      response_topic_(options_.topics.ReplyBase(options_.device)),
      publish_(std::move(publish)),
      counters_(counters),
      clock_(clock),
      pending_(options_.config.max_pending),
      ended_(kMaxEnded),
      round_trip_(RoundTripOptions(options_.config)),
      gate_(options_.config.round_trip_hysteresis, options_.config.probe_interval),
      packer_(options_.config.packing, options_.config.budget, options_.max_request_bytes),
      request_ids_(options_.run),
      jitter_(std::hash<std::string>{}(options_.run)),
      repliers_(options_.device, counters) {}

void Escalator::Escalate(LittleVerdict verdict, Tensor sent, bool prioritised,
                         EscalationPurpose& purpose) {
  PendingEscalation escalation;
  escalation.verdict = std::move(verdict);
  escalation.purpose = &purpose;
  if (pending_.full()) return FallBack(escalation, FallbackReason::kTooManyPending);
  const SteadyTime now = clock_.Now();
  const SteadyTime give_up_at = escalation.verdict.captured_at + escalation.verdict.deadline -
                                options_.config.deadline_margin;
  const SteadyTime::duration left = give_up_at - now;
  if (left <= SteadyTime::duration::zero() ||
      !gate_.Admit(escalation.verdict.deadline, left, round_trip_.Quantile(now), now)) {
    return FallBack(escalation, FallbackReason::kNoTime);
  }
  const bool half = options_.wire_dtype == WireDType::kFloat16 && sent.dtype == DType::kFloat32 &&
                    FitHalves(sent.data);
  escalation.wire_bytes = sent.data.size() / (half ? 2 : 1);
  escalation.sent = std::move(sent);
  escalation.prioritised = prioritised;
  escalation.decided_at = now;
  escalation.give_up_at = give_up_at;
  // There is room, and sequence numbers do not repeat: this cannot be refused.
  if (!pending_.Add(std::move(escalation))) {
    spdlog::critical("{}: an escalation was not taken", options_.device);
  }
  SendDue();
}

void Escalator::SendDue() {
  wake_.reset();
  if (!link_up_) return;
  const SteadyTime now = clock_.Now();
  looked_at_ = now;
  const RequestPacker::Plan plan = packer_.PackDue(pending_.Due(now), pending_.under_way(), now);
  wake_ = plan.wake;
  for (const RequestPacker::Pack& pack : plan.packs) Send(pack, now);
  for (const std::uint64_t sequence : plan.without_budget) {
    FallBack(*pending_.Take(sequence), FallbackReason::kBudget);
  }
}

// Readings that were sent together are asked about again together: they share request id, attempts
// and time-out, until they are refused apart.
void Escalator::Send(const RequestPacker::Pack& pack, SteadyTime now) {
  const PendingEscalation& first = *pack.front();
  const std::size_t attempt = first.attempts + 1;
  const RequestName name =
      first.attempts > 0 ? first.request : RequestName{++requests_, request_ids_.Next()};
  wire::Message request = MakeRequest(pack, name, now);
  if (pack.size() > 1 && wire::PacketBytes(request) > max_packet_bytes_) {
    return SendHalves(pack, now);
  }
  const SteadyTime next = now + RetryTimeout(attempt, first.give_up_at - now);
  std::vector<std::uint64_t> sequences;
  sequences.reserve(pack.size());
  for (const PendingEscalation* escalation : pack) {
    sequences.push_back(escalation->verdict.sequence);
  }
  if (const absl::Status taken = publish_(std::move(request)); !taken.ok()) {
    return NotTaken(sequences, taken);
  }
  Count("requests_sent");
  counters_[attempt == 1 ? "escalated" : "escalation_retries"] += pack.size();
  for (const PendingEscalation* escalation : pack) {
    const bool again =
        escalation->attempts + 1 < options_.config.max_attempts && next < escalation->give_up_at;
    pending_.Sent(escalation->verdict.sequence, name, now,
                  again ? std::optional(next) : std::nullopt);
  }
}

// What is around small windows takes more than the packer thinks.
void Escalator::SendHalves(const RequestPacker::Pack& pack, SteadyTime now) {
  const auto middle = pack.begin() + static_cast<std::ptrdiff_t>(pack.size() / 2);
  Send({pack.begin(), middle}, now);
  Send({middle, pack.end()}, now);
}

wire::Message Escalator::MakeRequest(const RequestPacker::Pack& pack, const RequestName& name,
                                     SteadyTime now) const {
  wire::EscalationRequest request{
      .task = options_.task, .same_clock = options_.same_clock, .packed_replies = true};
  request.features_of = options_.features_of;
  request.compress = options_.config.compression == Compression::kZstd;
  request.readings.reserve(pack.size());
  wire::Message message;
  for (const PendingEscalation* escalation : pack) {
    request.readings.push_back(
        {.sequence = escalation->verdict.sequence,
         .time_left = std::chrono::ceil<Milliseconds>(escalation->give_up_at - now),
         .window = escalation->sent,
         .priority = escalation->prioritised ? 1U : 0U,
         .wire_dtype = options_.wire_dtype});
    message.expires_at = message.expires_at ? std::max(*message.expires_at, escalation->give_up_at)
                                            : escalation->give_up_at;
  }
  message.topic = escalate_topic_;
  message.payload = Encode(request);
  message.content_type = wire::kProtobufContent;
  message.response_topic = response_topic_;
  message.correlation_data = name.id;
  message.tag = ToTag({TagKind::kRequest, name.number});
  message.urgent = true;
  return message;
}

// The session has no room for the request. What was sent before may still be answered.
void Escalator::NotTaken(std::span<const std::uint64_t> sequences, const absl::Status& why) {
  const SteadyTime now = clock_.Now();
  for (const std::uint64_t sequence : sequences) {
    const PendingEscalation& escalation = pending_.Get(sequence);
    if (escalation.attempts == 0) {
      FallBack(*pending_.Take(sequence), FallbackReason::kBacklogFull, Text(why));
      continue;
    }
    const auto wait = RetryTimeout(escalation.attempts + 1, escalation.give_up_at - now);
    pending_.Schedule(sequence, std::min(now + wait, escalation.give_up_at));
  }
}

// How long to wait for an answer to this attempt; `left` is the time that its reading has.
SteadyTime::duration Escalator::RetryTimeout(std::size_t attempt, SteadyTime::duration left) {
  const auto timeout = round_trip_.RetryTimeout(attempt, left / kFirstRetryPart);
  const double factor = 1.0 + jitter_.Uniform(-kJitter, kJitter);
  return std::chrono::duration_cast<SteadyTime::duration>(timeout * factor);
}

void Escalator::OnLink(bool up, std::size_t max_packet_bytes) {
  link_up_ = up;
  if (!up) return;
  max_packet_bytes_ = max_packet_bytes;
  packer_.SetMaxBytes(std::min(options_.max_request_bytes, max_packet_bytes / 4 * 3));
  round_trip_.Forget();
  SendDue();
}

void Escalator::SetBudget(const EscalationBudget& budget) {
  packer_.SetBudget(budget, clock_.Now());
  SendDue();
}

void Escalator::OnTime() {
  const SteadyTime now = clock_.Now();
  std::string lost_request;
  for (const PendingEscalation& expired : pending_.TakeExpired(now)) {
    // Where it was never sent the way to the cloud was closed all the time.
    const SteadyTime since = expired.attempts > 0 ? expired.first_sent_at : expired.decided_at;
    // Readings that were sent together were lost once.
    if (expired.attempts == 0 || expired.request.id != lost_request) {
      round_trip_.Unanswered(now - since, now);
    }
    lost_request = expired.request.id;
    Forget(expired, false);
    FallBack(expired, FallbackReason::kDeadline);
  }
  SendDue();
}

void Escalator::EndAll() {
  for (const PendingEscalation& left : pending_.TakeAll()) {
    Forget(left, false);
    FallBack(left, FallbackReason::kStopping);
  }
}

std::optional<SteadyTime> Escalator::NextWake() const {
  std::optional<SteadyTime> wake = pending_.NextExpiry();
  const auto sooner = [&wake](std::optional<SteadyTime> time) {
    if (time && (!wake || *time < *wake)) wake = time;
  };
  // What is due already waits for companions, for budget, or for the link.
  if (link_up_) {
    sooner(wake_);
    sooner(pending_.NextDueAfter(looked_at_));
  }
  return wake;
}

void Escalator::Forget(const PendingEscalation& escalation, bool answered) {
  if (escalation.attempts == 0) return;
  ended_.Remember(escalation.verdict.sequence, escalation.request.id,
                  {escalation.first_sent_at, escalation.attempts, answered});
}

void Escalator::OnReply(const wire::Message& message) {
  std::optional<std::string> worker = options_.topics.WorkerOfReply(message.topic, options_.device);
  if (!worker) return Count("replies_on_foreign_topics");
  replier_ = *std::move(worker);
  observed_request_.clear();
  replier_answers_ = false;
  if (!IsWorthReading(message)) return;
  const auto reply = wire::DecodeEscalationReply(message.payload);
  if (!reply.ok()) {
    return repliers_.NoteInvalid(replier_, std::string(reply.status().message()), clock_.Now());
  }
  if (reply->rejection) {
    for (const std::uint64_t sequence : pending_.OfRequest(message.correlation_data)) {
      OnRejection(sequence, message.correlation_data, *reply->rejection);
    }
  }
  for (const wire::ReadingReply& item : reply->replies) {
    OnReadingReply(item, item.request_id.empty() ? message.correlation_data : item.request_id,
                   *reply);
  }
  if (replier_answers_) repliers_.Answered(replier_, clock_.Now());
}

// What answers none of our requests may be dear to read.
bool Escalator::IsWorthReading(const wire::Message& message) {
  const std::string& request_id = message.correlation_data;
  if (request_id.empty()) {
    repliers_.NoteLostCorrelation(clock_.Now());
    return false;
  }
  if (pending_.Knows(request_id) || ended_.Knows(request_id)) return true;
  repliers_.Count("unknown", replier_);
  return false;
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
    const std::string why =
        fmt::format("it answers class {}, task {} has {} classes", answer.prediction.class_index,
                    options_.task, options_.classes);
    return repliers_.NoteInvalid(replier_, why, clock_.Now());
  }
  OnPrediction(*pending_.Take(item.sequence, request_id), answer, reply);
}

// Nothing waits for it: it comes too late, or again, or is none of ours.
void Escalator::OnStrayReply(std::uint64_t sequence, const std::string& request_id) {
  EndedEscalation* ended = ended_.Find(sequence, request_id);
  if (ended == nullptr) return repliers_.Count("unknown", replier_);
  if (ended->answered) return repliers_.Count("repeated", replier_);
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
    return FallBack(escalation, FallbackReason::kDeadline);
  }
  escalation.purpose->End(
      escalation.verdict,
      AnsweredByCloud{answer.prediction, replier_, answer.model_digest, IsUnexpected(answer),
                      CloudTiming{took, answer.queue_time, answer.compute_time, answer.take_time,
                                  reply.previous_send_time}});
}

bool Escalator::IsUnexpected(const wire::CloudPrediction& answer) {
  if (options_.big_digest.empty() || answer.model_digest == options_.big_digest) return false;
  repliers_.NoteUnexpected(replier_, answer.model_digest, options_.big_digest, clock_.Now());
  return true;
}

void Escalator::OnRejection(std::uint64_t sequence, const std::string& request_id,
                            const wire::Rejection& rejection) {
  Count(fmt::format("rejected_{}", Name(rejection.reason)));
  SayRejection(sequence, rejection);
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
  FallBack(*refused, FallbackReason::kRejected, std::string(Name(rejection.reason)));
}

// What only people can mend is said now and then.
void Escalator::SayRejection(std::uint64_t sequence, const wire::Rejection& rejection) {
  spdlog::debug("{}: reading {} rejected: {}: {}", options_.device, sequence,
                Name(rejection.reason), Quoted(rejection.detail));
  const bool unknown = rejection.reason == wire::RejectionReason::kUnknownTask;
  if (!unknown && rejection.reason != wire::RejectionReason::kInvalid) return;
  if (!rejection_said_.MaySay(clock_.Now())) return;
  // Workers from before features call a request of them invalid.
  const bool version = unknown || !options_.features_of.empty();
  spdlog::warn("{}: worker {} refuses a reading as {}: '{}'{}", options_.device, Quoted(replier_),
               Name(rejection.reason), Shown(rejection.detail),
               version ? "; workers need the device's version of the task, and of BigLittle none "
                         "that is older"
                       : "");
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
    FallBack(*refused, FallbackReason::kRefused);
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
      if (refused_before.empty() ||
          (refused_before == replier_ && repliers_.AnotherAnswers(replier_, now))) {
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

void Escalator::FallBack(const PendingEscalation& escalation, FallbackReason reason,
                         std::string detail) {
  const LittleVerdict& verdict = escalation.verdict;
  escalation.purpose->End(verdict, FellBack{reason, std::move(detail), verdict.prediction});
}

}  // namespace biglittle
