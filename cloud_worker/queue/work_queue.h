// The readings that wait, of all tasks and devices together: a bounded queue that gives them out in
// batches, the devices in turn, and those whose time ran out apart.
//
// Turns by start-time fair queueing over the time that the nets take: P. Goyal, H. Vin, H. Cheng,
// "Start-time Fair Queuing", 1996. Of one device's readings the most urgent goes first; how urgent
// its readings are says the device itself, so that decides between devices only where their turns
// are the same, and for those with a priority, which whoever fills the queue grants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "cloud_worker/queue/batch_policy.h"
#include "cloud_worker/queue/load_gauge.h"
#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"

namespace biglittle {

// Every item that is pushed leaves exactly once: in a batch, as expired, refused or with the rest.
// Knows no clock; not thread-safe.
class WorkQueue {
 public:
  using Turn = std::variant<Idle, WaitUntil, Batch>;

  // Of a net that has not computed anything yet, for a reading.
  static constexpr SteadyTime::duration kUnknownCost = Milliseconds(1);
  // Devices whose turns are as close as this go by urgency.
  static constexpr SteadyTime::duration kSameTurn = Milliseconds(1);

  // `capacity` counts the items of all tasks together, >= 1.
  WorkQueue(BatchLimits limits, std::size_t capacity) : limits_(limits), capacity_(capacity) {}

  // The item that has no room, if one has not: the least urgent one of the device that has most
  // here, where `item` is of another that has less; or the least urgent of all, if `item` has a
  // greater priority; else `item` itself.
  std::optional<WorkItem> Push(WorkItem item);

  // Those with expires_at <= now.
  std::vector<WorkItem> TakeExpired(SteadyTime now);

  // The next batch if one is due, of tasks that are due the one with the reading whose turn it is.
  // Call TakeExpired(now) first: what it leaves may be in the batch. `at_once`: nothing waits for
  // companions.
  Turn Next(SteadyTime now, bool at_once);

  // Everything.
  std::vector<WorkItem> TakeRest();

  // A batch of so many readings of the task took so long: later ones begin early enough for that,
  // and cost their devices that much.
  void Computed(const std::string& task, std::size_t readings, SteadyTime::duration compute_time);
  // What a reading of the task costs, as far as that is known.
  SteadyTime::duration CostOf(const std::string& task) const;

  std::optional<SteadyTime> earliest_expiry() const;
  std::size_t size() const { return size_; }

 private:
  struct Order {
    bool operator()(const Urgency& a, const Urgency& b) const { return MoreUrgent(a, b); }
  };
  using ByUrgency = std::set<Urgency, Order>;

  // A device with all that it has in the queue, or with a turn that has not come yet.
  struct Device {
    SteadyTime::duration turn{0};  // grows with what it is given
    std::size_t waiting = 0;
  };
  using Devices = std::unordered_map<std::string, Device>;
  using Entry = Devices::value_type;

  // A device's most urgent reading of one task: what competes for the next place in a batch.
  struct Candidate {
    std::int64_t turn = 0;  // in units of kSameTurn
    Urgency urgency;
    Entry* device = nullptr;
  };
  struct CandidateOrder {
    bool operator()(const Candidate& a, const Candidate& b) const;
  };

  // One task's readings. The others name what `items` holds.
  struct Lane {
    explicit Lane(SteadyTime::duration longest_gap) : load(longest_gap) {}

    QueueView View(SteadyTime::duration max_queue_delay) const;
    // The device's most urgent reading is a candidate, or none. It stands back before its turn or
    // its readings change.
    void Compete(Entry& device);
    void StandBack(Entry& device);
    // What a batch of so many readings cost.
    void Computed(std::size_t readings, SteadyTime::duration took);

    std::map<std::uint64_t, WorkItem> items;  // by number of arrival
    std::unordered_map<const Entry*, ByUrgency> by_device;
    std::set<Candidate, CandidateOrder> candidates;
    std::set<std::pair<SteadyTime, std::uint64_t>> by_expiry;
    LoadGauge load;
    SteadyTime::duration compute_time = Milliseconds(0);
    std::optional<SteadyTime::duration> cost;  // of a reading
  };
  struct Place {
    Lane* lane = nullptr;
    std::uint64_t arrival = 0;
  };

  Lane& LaneOf(const WorkItem& item);
  std::optional<Place> PlaceFor(const WorkItem& item);
  const Entry& GreediestDevice() const;
  Place LeastUrgentOf(const Entry& device);
  std::optional<Place> LeastUrgent();
  void Add(Lane& lane, WorkItem item);
  WorkItem Take(Lane& lane, std::uint64_t arrival);
  WorkItem TakeNext(Lane& lane);
  WorkItem Remove(Lane& lane, Entry& device, std::uint64_t arrival);
  void ForgetIdle();
  Batch TakeBatch(const std::string& task, Lane& lane, std::size_t count);

  const BatchLimits limits_;
  const std::size_t capacity_;
  std::map<std::string, Lane> lanes_;  // by task
  Devices devices_;
  SteadyTime::duration served_{0};  // the turn of the reading that was given out last
  std::uint64_t arrivals_ = 0;
  std::size_t size_ = 0;
};

}  // namespace biglittle
