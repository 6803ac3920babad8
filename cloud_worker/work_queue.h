// The readings that wait, of all tasks together: a bounded queue that gives them out in batches, in
// order of urgency, and those whose time ran out apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cloud_worker/batch_policy.h"
#include "cloud_worker/load_gauge.h"
#include "cloud_worker/work_item.h"
#include "core/clock.h"

namespace biglittle {

// Every item that is pushed leaves exactly once: in a batch, as expired, refused or with the rest.
// Knows no clock; not thread-safe.
class WorkQueue {
 public:
  using Turn = std::variant<Idle, WaitUntil, Batch>;

  // `capacity` counts the items of all tasks together, >= 1.
  WorkQueue(BatchLimits limits, std::size_t capacity) : limits_(limits), capacity_(capacity) {}

  // The item that has no room, if one has not: the least urgent one if `item` has a greater
  // priority, else `item` itself.
  std::optional<WorkItem> Push(WorkItem item);

  // Those with expires_at <= now.
  std::vector<WorkItem> TakeExpired(SteadyTime now);

  // The next batch if one is due, of tasks that are due the one with the most urgent reading. Call
  // TakeExpired(now) first: what it leaves may be in the batch. `at_once`: nothing waits for
  // companions.
  Turn Next(SteadyTime now, bool at_once);

  // Everything.
  std::vector<WorkItem> TakeRest();

  // A batch of the task took so long: later ones begin early enough for that.
  void Computed(const std::string& task, SteadyTime::duration compute_time);

  std::optional<SteadyTime> earliest_expiry() const;
  std::size_t size() const { return size_; }

 private:
  struct Order {
    bool operator()(const Urgency& a, const Urgency& b) const { return MoreUrgent(a, b); }
  };
  // One task's readings. The two sets name what `items` holds.
  struct Lane {
    explicit Lane(SteadyTime::duration longest_gap) : load(longest_gap) {}

    std::map<std::uint64_t, WorkItem> items;  // by number of arrival
    std::set<Urgency, Order> by_urgency;
    std::set<std::pair<SteadyTime, std::uint64_t>> by_expiry;
    LoadGauge load;
    SteadyTime::duration compute_time = Milliseconds(0);
  };

  QueueView ViewOf(const Lane& lane) const;
  std::map<std::string, Lane>::iterator LaneWithLeastUrgent();
  WorkItem Take(Lane& lane, std::uint64_t arrival);
  Batch TakeBatch(const std::string& task, Lane& lane, std::size_t count);

  const BatchLimits limits_;
  const std::size_t capacity_;
  std::map<std::string, Lane> lanes_;  // by task
  std::uint64_t arrivals_ = 0;
  std::size_t size_ = 0;
};

}  // namespace biglittle
