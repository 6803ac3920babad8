#include "cloud_worker/replies/reply_memory.h"

#include <utility>

namespace biglittle {

bool ReplyMemory::Applies(const ReadingKey& key) const {
  const std::string& request = key.address.correlation_data;
  return window_ > Milliseconds(0) && !request.empty() && request.size() <= kMaxCorrelationBytes;
}

ReplyMemory::Known ReplyMemory::Ask(const ReadingKey& key, SteadyTime now) {
  if (!Applies(key)) return New{};
  DropOld(now);
  if (const auto known = replies_.find(key); known != replies_.end()) return known->second.reply;
  if (!under_way_.insert(key).second) return UnderWay{};
  return New{};
}

void ReplyMemory::Remember(const ReadingKey& key, wire::ReadingReply reply, SteadyTime now) {
  // Nothing that was not asked for, and nothing twice: the order of time holds.
  if (under_way_.erase(key) == 0) return;
  DropOld(now);
  const auto [at, is_new] = replies_.emplace(key, Entry{std::move(reply), now + window_});
  if (!is_new) return;
  oldest_first_.push_back(at);
  if (replies_.size() <= entries_) return;
  replies_.erase(oldest_first_.front());
  oldest_first_.pop_front();
}

void ReplyMemory::DropOld(SteadyTime now) {
  while (!oldest_first_.empty() && oldest_first_.front()->second.until <= now) {
    replies_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
}

}  // namespace biglittle
