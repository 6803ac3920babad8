#include "device_agent/escalation/escalator.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/half.h"
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

Escalator::Escalator(Options options, Publish publish, End end, Counters& counters,
                     const Clock& clock)
    : options_(std::move(options)),
      escalate_topic_(options_.topics.Escalate(options_.device)),
      response_topic_(options_.topics.ReplyBase(options_.device)),
      publish_(std::move(publish)),
      end_(std::move(end)),
      counters_(counters),
      clock_(clock),
      pending_(options_.config.max_pending),
      ended_(kMaxEnded),
      round_trip_(RoundTripOptions(options_.config)),
      gate_(options_.config.round_trip_hysteresis, options_.config.probe_interval),
      packer_(options_.config.packing, options_.config.budget, options_.max_request_bytes),
      request_ids_(options_.run),
      jitter_(std::hash<std::string>{}(options_.run)) {}

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
  escalation.verdict = std::move(verdict);
  const bool half = options_.wire_dtype == WireDType::kFloat16 && window.dtype == DType::kFloat32 &&
                    FitHalves(window.data);
  escalation.wire_bytes = window.data.size() / (half ? 2 : 1);
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

void Escalator::SendDue() {
  wake_.reset();
  if (!link_up_) return;
  const SteadyTime now = clock_.Now();
  looked_at_ = now;
  const RequestPacker::Plan plan = packer_.PackDue(pending_.Due(now), pending_.under_way(), now);
  wake_ = plan.wake;
  for (const RequestPacker::Pack& pack : plan.packs) Send(pack, now);
  for (const std::uint64_t sequence : plan.without_budget) {
    FallBack(pending_.Take(sequence)->verdict, FallbackReason::kBudget);
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
  request.compress = options_.config.compression == Compression::kZstd;
  request.readings.reserve(pack.size());
  wire::Message message;
  for (const PendingEscalation* escalation : pack) {
    request.readings.push_back(
        {.sequence = escalation->verdict.sequence,
         .time_left = std::chrono::ceil<Milliseconds>(escalation->give_up_at - now),
         .window = escalation->window,
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
      FallBack(pending_.Take(sequence)->verdict, FallbackReason::kBacklogFull, Text(why));
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

void Escalator::FallBack(const LittleVerdict& verdict, FallbackReason reason, std::string detail) {
  end_(verdict, FellBack{reason, std::move(detail), verdict.prediction});
}

}  // namespace biglittle
