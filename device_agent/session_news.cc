#include "device_agent/session_news.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxReplies = 4096;
constexpr std::size_t kMaxReplyBytes = std::size_t{16} << 20U;

}  // namespace

SessionNews::SessionNews() : events_(kMaxReplies) {}

void SessionNews::OnReply(wire::Message&& message) {
  const std::size_t bytes = message.payload.size();
  const std::size_t waiting = waiting_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  const bool fits = waiting == 0 || waiting + bytes <= kMaxReplyBytes;
  if (fits && events_.TryPush(std::move(message))) return;
  waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  ++replies_dropped_;
}

void SessionNews::OnLink(bool up) {
  {
    const std::lock_guard lock(mutex_);
    news_.links.push_back(up);
  }
  Wake();
}

void SessionNews::OnTooLarge(wire::Message&& message) {
  {
    const std::lock_guard lock(mutex_);
    news_.too_large.push_back(std::move(message));
  }
  Wake();
}

void SessionNews::OnDelivered(std::uint64_t tag, wire::Delivery delivery, bool urgent) {
  {
    const std::lock_guard lock(mutex_);
    news_.delivered.emplace_back(tag, delivery);
  }
  if (urgent) Wake();
}

// Once is enough until it is heard: whoever wakes often must not take the room of replies. A full
// queue keeps the taker awake.
void SessionNews::Wake() {
  if (wake_waits_.exchange(true)) return;
  if (!events_.TryPush(WakeUp{})) wake_waits_ = false;
}

SessionNews::News SessionNews::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, {});
}

std::optional<wire::Message> SessionNews::WaitUntil(SteadyTime deadline) {
  std::optional<Event> event = events_.PopUntil(deadline);
  if (!event) return std::nullopt;
  auto* reply = std::get_if<wire::Message>(&*event);
  if (reply == nullptr) {
    wake_waits_ = false;
    return std::nullopt;
  }
  waiting_bytes_.fetch_sub(reply->payload.size(), std::memory_order_relaxed);
  return std::move(*reply);
}

bool SessionNews::has_too_large() const {
  const std::lock_guard lock(mutex_);
  return !news_.too_large.empty();
}

std::uint64_t SessionNews::replies_dropped() const {
  const std::lock_guard lock(mutex_);
  return replies_dropped_;
}

}  // namespace biglittle
