#include "cloud_worker/replies/responder.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>
#include <variant>

#include "core/text.h"

namespace biglittle {

using wire::Rejection;

Responder::Responder(const wire::Topics& topics, const FleetConfig& fleet,
                     const WorkerConfig& config, WorkerStatus& status, Publisher& publisher)
    : worker_(config.id),
      builder_(topics, config.id, fleet.broker.max_payload_bytes),
      status_(status),
      publisher_(publisher),
      refusals_({.rate = {.per_second = 200, .burst = Milliseconds(5000)}}),
      memory_(config.deduplication_window, config.deduplication_entries) {}

std::vector<Answer> Responder::TakeRepeats(std::vector<WorkItem>& items) {
  std::vector<Answer> repeats;
  std::size_t repeated = 0;
  {
    const SteadyTime now = Clock::Real().Now();
    const std::lock_guard lock(memory_mutex_);
    repeated = std::erase_if(items, [&](const WorkItem& item) {
      ReplyMemory::Known known = memory_.Ask({item.address, item.sequence}, now);
      if (auto* reply = std::get_if<wire::ReadingReply>(&known)) {
        repeats.push_back({item.address, std::move(*reply)});
      }
      return !std::holds_alternative<ReplyMemory::New>(known);
    });
  }
  if (repeated > 0) status_.Count("repeated_requests", repeated);
  return repeats;
}

// Remembered first, for a repeat may come as soon as the answer is out.
void Responder::Respond(std::vector<Answer> answers, std::optional<SteadyTime> computed_at) {
  Remember(answers);
  status_.CountAnswers(answers);
  Send(std::move(answers), computed_at);
}

void Responder::RefuseReadings(const std::string& device, std::vector<Answer> refusals) {
  if (refusals.empty()) return;
  Remember(refusals);
  status_.CountAnswers(refusals);
  if (MayRefuse(device)) Send(std::move(refusals), {});
}

void Responder::RefuseRequest(const ReplyAddress& address, Rejection rejection) {
  status_.Count(fmt::format("rejected_{}", Name(rejection.reason)));
  spdlog::debug("{}: request of {} refused: {}: {}", worker_, Quoted(address.device),
                Name(rejection.reason), Quoted(rejection.detail));
  if (MayRefuse(address.device)) {
    publisher_.Publish(builder_.Refusal(address, std::move(rejection)));
  }
}

bool Responder::MayRefuse(const std::string& device) {
  if (refusals_.Allows(device, Clock::Real().Now())) return true;
  status_.Count("refusals_withheld");
  return false;
}

// A refusal is forgotten: whoever asks again gets another chance.
void Responder::Remember(const std::vector<Answer>& answers) {
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

void Responder::Send(std::vector<Answer> answers, std::optional<SteadyTime> computed_at) {
  const std::int64_t send_time = send_time_us_.load(std::memory_order_relaxed);
  std::optional<std::chrono::microseconds> previous;
  if (send_time >= 0) previous = std::chrono::microseconds(send_time);
  for (wire::Message& reply :
       builder_.Build(std::move(answers), computed_at, previous, publisher_.max_packet_bytes())) {
    publisher_.Publish(std::move(reply));
  }
}

void Responder::OnHandedOver(const wire::Message& header, SteadyTime handed_at) {
  if (!header.begun_at) return;
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(handed_at - *header.begun_at);
  send_time_us_.store(took.count(), std::memory_order_relaxed);
}

}  // namespace biglittle
