#include "cloud_worker/replies/publisher.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "core/clock.h"

namespace biglittle {
namespace {

// The kinds of `refused_`.
constexpr std::size_t kReplies = 0;
constexpr std::size_t kStatuses = 1;
constexpr const char* kRefusedCounters[] = {"replies_refused", "statuses_refused"};

constexpr std::uint64_t TagOf(std::size_t kind) { return kind + 1; }
constexpr std::size_t KindOf(std::uint64_t tag) { return tag - 1; }

}  // namespace

Publisher::Publisher(std::string worker, WorkerStatus& status, Session session)
    : worker_(std::move(worker)), status_(status), session_(std::move(session)) {}

// Statuses are retained, replies are not.
wire::Message Publisher::Tagged(wire::Message message) {
  message.tag = TagOf(message.retained ? kStatuses : kReplies);
  return message;
}

void Publisher::Publish(wire::Message message) {
  message = Tagged(std::move(message));
  const std::size_t kind = KindOf(message.tag);
  const absl::Status taken = session_.publish(std::move(message));
  if (taken.ok()) return;
  status_.Count(kRefusedCounters[kind]);
  if (!absl::IsInvalidArgument(taken)) return;  // a full backlog is told by its gauge
  refused_.Note(kind, wire::Delivery::kRefused);
  if (!refusal_said_.MaySay(Clock::Real().Now())) return;
  spdlog::error("{}: a message could not be published: {}", worker_, std::string(taken.message()));
}

void Publisher::OnDelivered(std::uint64_t tag, wire::Delivery delivery) {
  const std::size_t kind = KindOf(tag);
  refused_.Note(kind, delivery);
  if (delivery == wire::Delivery::kTaken) return;
  status_.Count(kRefusedCounters[kind]);
  if (!refusal_said_.MaySay(Clock::Real().Now())) return;
  spdlog::error("{}: {}", worker_, refused_.Sentence());
}

}  // namespace biglittle
