// The worker's way out: what it says, to whom, and how often.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <optional>
#include <utility>
#include <variant>

#include "cloud_worker/worker.h"
#include "core/clock.h"
#include "core/text.h"

namespace biglittle {

using wire::Rejection;

namespace {

// The kinds of `refused_`.
constexpr std::size_t kReplies = 0;
constexpr std::size_t kStatuses = 1;
constexpr const char* kRefusedCounters[] = {"replies_refused", "statuses_refused"};

// Devices that a status names.
constexpr std::size_t kBusiest = 3;

constexpr std::uint64_t TagOf(std::size_t kind) { return kind + 1; }
constexpr std::size_t KindOf(std::uint64_t tag) { return tag - 1; }

}  // namespace

// What became of readings that were taken in: remembered, counted, sent. Remembered first, for a
// repeat may come as soon as the answer is out.
void Worker::AnswerReadings(std::vector<Answer> answers, std::optional<SteadyTime> computed_at) {
  Remember(answers);
  status_.CountAnswers(answers);
  SendReplies(std::move(answers), computed_at);
}

void Worker::RefuseExpired(std::vector<WorkItem> items) {
  std::vector<Answer> answers;
  for (WorkItem& item : items) {
    answers.push_back(
        {std::move(item.address),
         {item.sequence,
          Rejection{wire::RejectionReason::kExpired, "its time ran out in the queue", {}}}});
  }
  AnswerReadings(std::move(answers));
}

void Worker::Remember(const std::vector<Answer>& answers) {
  const std::lock_guard lock(memory_mutex_);
  const SteadyTime now = Clock::Real().Now();
  for (const Answer& answer : answers) {
    const ReadingKey key{answer.address, answer.reply.sequence};
    if (std::holds_alternative<Rejection>(answer.reply.answer)) {
      memory_.Forget(key);
    } else {
      memory_.Remember(key, answer.reply, now);
    }
  }
}

void Worker::SendReplies(std::vector<Answer> answers, std::optional<SteadyTime> computed_at) {
  const std::int64_t send_time = send_time_us_.load(std::memory_order_relaxed);
  std::optional<std::chrono::microseconds> previous;
  if (send_time >= 0) previous = std::chrono::microseconds(send_time);
  for (wire::Message& reply :
       replier_.Reply(std::move(answers), computed_at, previous, session_.max_packet_bytes())) {
    Send(std::move(reply));
  }
}

// Statuses are retained, replies are not.
void Worker::Send(wire::Message message) {
  const std::size_t kind = message.retained ? kStatuses : kReplies;
  message.tag = TagOf(kind);
  if (const absl::Status taken = session_.Publish(std::move(message)); !taken.ok()) {
    status_.Count(kRefusedCounters[kind]);
    if (!absl::IsInvalidArgument(taken)) return;  // a full backlog is told by its gauge
    refused_.Note(kind, wire::Delivery::kRefused);
    if (!refusal_said_.MaySay(Clock::Real().Now())) return;
    spdlog::error("{}: a message could not be published: {}", config_.id,
                  std::string(taken.message()));
  }
}

void Worker::OnDelivered(std::uint64_t tag, wire::Delivery delivery) {
  const std::size_t kind = KindOf(tag);
  refused_.Note(kind, delivery);
  if (delivery == wire::Delivery::kTaken) return;
  status_.Count(kRefusedCounters[kind]);
  if (!refusal_said_.MaySay(Clock::Real().Now())) return;
  spdlog::error("{}: {}", config_.id, refused_.Sentence());
}

void Worker::Refuse(const ReplyAddress& address, Rejection rejection) {
  status_.Count(fmt::format("rejected_{}", Name(rejection.reason)));
  spdlog::debug("{}: request of {} refused: {}: {}", config_.id, Quoted(address.device),
                Name(rejection.reason), Quoted(rejection.detail));
  if (MaySayNo(address.device)) Send(replier_.Refuse(address, std::move(rejection)));
}

bool Worker::MaySayNo(const std::string& device) {
  if (refusals_.Allows(device, Clock::Real().Now())) return true;
  status_.Count("refusals_withheld");
  return false;
}

// On the session's thread as well as on ours.
wire::Message Worker::StatusMessage(wire::State state,
                                    std::map<std::string, std::uint64_t> counters) {
  counters["queue_depth"] = batcher_.size();
  wire::Message message =
      status_.Message(state, models_.Digests(), counters, busiest_.Take(kBusiest));
  message.tag = TagOf(kStatuses);
  return message;
}

}  // namespace biglittle
