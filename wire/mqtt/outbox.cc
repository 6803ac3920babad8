#include "wire/mqtt/outbox.h"

#include <algorithm>
#include <utility>

#include "wire/mqtt_packets.h"

namespace biglittle::wire {

bool Outbox::Push(Message message) {
  if (size() >= capacity_) return false;
  waiting_.emplace_back(next_id_++, Entry{std::make_shared<const Message>(std::move(message))});
  return true;
}

void Outbox::PushBirth(Message message) {
  waiting_.emplace_front(
      next_id_++,
      Entry{.message = std::make_shared<const Message>(std::move(message)), .birth = true});
}

std::optional<Outbox::Ready> Outbox::Take(SteadyTime now) {
  if (!CanTake()) return std::nullopt;
  auto [id, entry] = std::move(waiting_.front());
  waiting_.pop_front();
  const std::optional<SteadyTime>& expires_at = entry.message->expires_at;
  if (expires_at && *expires_at <= now) {
    ++counters_.expired;
    return std::nullopt;
  }
  ++counters_.published;
  if (std::exchange(entry.sent_before, true)) ++counters_.republished;
  Ready ready{id, entry.message};
  sent_.emplace(id, std::move(entry));
  return ready;
}

SharedMessage Outbox::Acknowledge(std::uint64_t id) {
  SharedMessage message = Refuse(id);
  if (message != nullptr) ++counters_.acknowledged;
  return message;
}

SharedMessage Outbox::Refuse(std::uint64_t id) {
  const auto at = sent_.find(id);
  if (at == sent_.end()) return nullptr;
  SharedMessage message = std::move(at->second.message);
  sent_.erase(at);
  return message;
}

std::vector<SharedMessage> Outbox::TakeLargerThan(std::size_t packet_bytes) {
  std::vector<SharedMessage> taken;
  std::erase_if(waiting_, [&](auto& entry) {
    if (PacketBytes(*entry.second.message) <= packet_bytes) return false;
    taken.push_back(std::move(entry.second.message));
    return true;
  });
  return taken;
}

std::size_t Outbox::LargestSent() const {
  std::size_t largest = 0;
  for (const auto& [id, entry] : sent_) largest = std::max(largest, PacketBytes(*entry.message));
  return largest;
}

void Outbox::Requeue() {
  const auto is_birth = [](const auto& entry) { return entry.second.birth; };
  std::erase_if(sent_, is_birth);
  std::erase_if(waiting_, is_birth);
  for (auto at = sent_.rbegin(); at != sent_.rend(); ++at) {
    waiting_.emplace_front(at->first, std::move(at->second));
  }
  sent_.clear();
}

}  // namespace biglittle::wire
