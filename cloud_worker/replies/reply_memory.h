// What was answered lately, so that a request that is sent again is not computed again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <string>
#include <variant>

#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"
#include "wire/messages/escalation.h"

namespace biglittle {

// One reading of one request: what a device repeats when it sends a request again.
struct ReadingKey {
  ReplyAddress address;
  std::uint64_t sequence = 0;

  auto operator<=>(const ReadingKey&) const = default;
};

// Knows no clock: whoever calls says what time it is, never an earlier one than before. Not
// thread-safe.
class ReplyMemory {
 public:
  // Nothing was heard of it: it is under way from now on, until Remember or Forget.
  struct New {};
  // It is queued or being computed; its answer goes out once.
  struct UnderWay {};
  using Known = std::variant<New, UnderWay, wire::ReadingReply>;

  // Longer correlation data name a request well, but are not worth the memory.
  static constexpr std::size_t kMaxCorrelationBytes = 256;

  // Replies are remembered for `window`, at most `entries` of them, the oldest forgotten first. A
  // window of 0: everything is New. What is under way is bounded by whoever holds it.
  ReplyMemory(Milliseconds window, std::size_t entries) : window_(window), entries_(entries) {}

  // Requests without correlation data cannot be told apart: always New, as those with too much.
  Known Ask(const ReadingKey& key, SteadyTime now);
  // `reply` is the answer to what was New.
  void Remember(const ReadingKey& key, wire::ReadingReply reply, SteadyTime now);
  // What was New has ended without an answer worth keeping: a repeat gets another chance.
  void Forget(const ReadingKey& key) { under_way_.erase(key); }

  std::size_t remembered() const { return replies_.size(); }
  std::size_t under_way() const { return under_way_.size(); }

 private:
  struct Entry {
    wire::ReadingReply reply;
    SteadyTime until;
  };
  using Replies = std::map<ReadingKey, Entry>;

  bool Applies(const ReadingKey& key) const;
  void DropOld(SteadyTime now);

  const Milliseconds window_;
  const std::size_t entries_;
  std::set<ReadingKey> under_way_;
  Replies replies_;
  std::list<Replies::iterator> oldest_first_;
};

}  // namespace biglittle
