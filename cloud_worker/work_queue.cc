#include "cloud_worker/work_queue.h"

#include <algorithm>

namespace biglittle {
namespace {

// Of max_queue_delay: one such gap among ordinary ones brings the expected companions below one.
constexpr int kLongestGap = 16;

Urgency UrgencyOf(const WorkItem& item, std::uint64_t arrival) {
  return {item.priority, item.expires_at, arrival};
}

}  // namespace

std::optional<WorkItem> WorkQueue::Push(WorkItem item) {
  const SteadyTime::duration longest_gap =
      kLongestGap * std::max(limits_.max_queue_delay, Milliseconds(1));
  Lane& lane = lanes_.try_emplace(item.task, longest_gap).first->second;
  lane.load.Arrived(item.arrived_at);
  std::optional<WorkItem> displaced;
  if (size_ >= capacity_) {
    const auto full = LaneWithLeastUrgent();
    const Urgency last = *full->second.by_urgency.rbegin();
    if (item.priority <= last.priority) return item;
    displaced = Take(full->second, last.arrival);
  }
  const std::uint64_t arrival = arrivals_++;
  lane.by_urgency.insert(UrgencyOf(item, arrival));
  lane.by_expiry.emplace(item.expires_at, arrival);
  lane.items.emplace(arrival, std::move(item));
  ++size_;
  return displaced;
}

std::map<std::string, WorkQueue::Lane>::iterator WorkQueue::LaneWithLeastUrgent() {
  auto found = lanes_.end();
  for (auto at = lanes_.begin(); at != lanes_.end(); ++at) {
    if (at->second.items.empty()) continue;
    if (found == lanes_.end() ||
        MoreUrgent(*found->second.by_urgency.rbegin(), *at->second.by_urgency.rbegin())) {
      found = at;
    }
  }
  return found;
}

std::vector<WorkItem> WorkQueue::TakeExpired(SteadyTime now) {
  std::vector<WorkItem> expired;
  for (auto& [task, lane] : lanes_) {
    while (!lane.by_expiry.empty() && lane.by_expiry.begin()->first <= now) {
      expired.push_back(Take(lane, lane.by_expiry.begin()->second));
    }
  }
  return expired;
}

WorkQueue::Turn WorkQueue::Next(SteadyTime now, bool at_once) {
  const BatchLimits limits = at_once ? BatchLimits{limits_.max_batch_size, {}} : limits_;
  auto due = lanes_.end();
  std::size_t due_count = 0;
  std::optional<SteadyTime> wake;
  for (auto at = lanes_.begin(); at != lanes_.end(); ++at) {
    const BatchDecision decision = DecideBatch(ViewOf(at->second), limits, now);
    if (const auto* dispatch = std::get_if<Dispatch>(&decision)) {
      if (due == lanes_.end() ||
          MoreUrgent(*at->second.by_urgency.begin(), *due->second.by_urgency.begin())) {
        due = at;
        due_count = dispatch->count;
      }
    } else if (const auto* wait = std::get_if<WaitUntil>(&decision)) {
      wake = wake ? std::min(*wake, wait->at) : wait->at;
    }
  }
  if (due != lanes_.end()) return TakeBatch(due->first, due->second, due_count);
  if (wake) return WaitUntil{*wake};
  return Idle{};
}

QueueView WorkQueue::ViewOf(const Lane& lane) const {
  if (lane.items.empty()) return {};
  return {lane.items.size(), lane.items.begin()->second.arrived_at, lane.by_expiry.begin()->first,
          lane.load.Expected(limits_.max_queue_delay), lane.compute_time};
}

WorkItem WorkQueue::Take(Lane& lane, std::uint64_t arrival) {
  const auto at = lane.items.find(arrival);
  WorkItem item = std::move(at->second);
  lane.items.erase(at);
  lane.by_urgency.erase(UrgencyOf(item, arrival));
  lane.by_expiry.erase({item.expires_at, arrival});
  --size_;
  return item;
}

Batch WorkQueue::TakeBatch(const std::string& task, Lane& lane, std::size_t count) {
  Batch batch{task, {}};
  batch.items.reserve(count);
  while (batch.items.size() < count) {
    batch.items.push_back(Take(lane, lane.by_urgency.begin()->arrival));
  }
  return batch;
}

std::vector<WorkItem> WorkQueue::TakeRest() {
  std::vector<WorkItem> rest;
  for (auto& [task, lane] : lanes_) {
    while (!lane.items.empty()) rest.push_back(Take(lane, lane.items.begin()->first));
  }
  return rest;
}

void WorkQueue::Computed(const std::string& task, SteadyTime::duration compute_time) {
  const auto lane = lanes_.find(task);
  if (lane == lanes_.end()) return;
  // Up at once, down slowly: a deadline missed costs more than a companion.
  SteadyTime::duration& known = lane->second.compute_time;
  known = std::max(compute_time, known - (known - compute_time) / 8);
}

std::optional<SteadyTime> WorkQueue::earliest_expiry() const {
  std::optional<SteadyTime> earliest;
  for (const auto& [task, lane] : lanes_) {
    if (lane.by_expiry.empty()) continue;
    const SteadyTime first = lane.by_expiry.begin()->first;
    earliest = earliest ? std::min(*earliest, first) : first;
  }
  return earliest;
}

}  // namespace biglittle
