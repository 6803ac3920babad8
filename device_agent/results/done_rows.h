// Rows of the store that have done their duty and are to be removed: at once, or, where the broker
// took them, when it is clear that it outlived them.
//
// Not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "device_agent/results/result_store.h"

namespace biglittle {

class DoneRows {
 public:
  // It says nothing any more.
  void AddObsolete(ResultKey key) { rows_.emplace_front(SteadyTime::min(), key); }
  // Not earlier than the one before.
  void AddDelivered(ResultKey key, SteadyTime at) { rows_.emplace_back(at, key); }

  // Few: what was delivered within the time that it is kept.
  bool Contains(ResultKey key) const {
    return std::ranges::find(rows_, key, &Row::second) != rows_.end();
  }
  std::size_t size() const { return rows_.size(); }
  // There are some that were delivered by `time`, or are obsolete.
  bool HasUntil(SteadyTime time) const { return !rows_.empty() && rows_.front().first <= time; }
  // Those, in order; DropFirst forgets them.
  std::vector<ResultKey> Until(SteadyTime time) const {
    std::vector<ResultKey> keys;
    for (const auto& [delivered, key] : rows_) {
      if (delivered > time) break;
      keys.push_back(key);
    }
    return keys;
  }
  void DropFirst(std::size_t count) {
    rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  // Takes out all that were delivered.
  std::vector<ResultKey> TakeDelivered() {
    std::vector<ResultKey> keys;
    std::erase_if(rows_, [&keys](const Row& row) {
      if (row.first == SteadyTime::min()) return false;
      keys.push_back(row.second);
      return true;
    });
    return keys;
  }

 private:
  using Row = std::pair<SteadyTime, ResultKey>;

  std::deque<Row> rows_;  // by time
};

}  // namespace biglittle
