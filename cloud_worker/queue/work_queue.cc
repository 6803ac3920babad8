#include "cloud_worker/queue/work_queue.h"

#include <algorithm>

namespace biglittle {
namespace {

// Of max_queue_delay: one such gap among ordinary ones brings the expected companions below one.
constexpr int kLongestGap = 16;
// Devices that have nothing here any more are remembered until their turn has come, if there are
// not too many.
constexpr std::size_t kMaxIdleDevices = 4096;

Urgency UrgencyOf(const WorkItem& item, std::uint64_t arrival) {
  return {item.priority, item.expires_at, arrival};
}

}  // namespace

// What has a priority goes before what has none, whoever's turn it is.
bool WorkQueue::CandidateOrder::operator()(const Candidate& a, const Candidate& b) const {
  if (a.urgency.priority != b.urgency.priority) return a.urgency.priority > b.urgency.priority;
  if (a.turn != b.turn) return a.turn < b.turn;
  return MoreUrgent(a.urgency, b.urgency);
}

std::optional<WorkItem> WorkQueue::Push(WorkItem item) {
  Lane& lane = LaneOf(item);
  lane.load.Arrived(item.arrived_at);
  std::optional<WorkItem> displaced;
  if (size_ >= capacity_) {
    const std::optional<Place> place = PlaceFor(item);
    if (!place) return item;
    displaced = Take(*place->lane, place->arrival);
  }
  Add(lane, std::move(item));
  return displaced;
}

WorkQueue::Lane& WorkQueue::LaneOf(const WorkItem& item) {
  const SteadyTime::duration longest_gap =
      kLongestGap * std::max(limits_.max_queue_delay, Milliseconds(1));
  return lanes_.try_emplace(item.task, longest_gap).first->second;
}

// Of a full queue, whose place it may have.
std::optional<WorkQueue::Place> WorkQueue::PlaceFor(const WorkItem& item) {
  const auto known = devices_.find(item.address.device);
  const std::size_t waiting = known == devices_.end() ? 0 : known->second.waiting;
  const Entry& greediest = GreediestDevice();
  if (greediest.second.waiting > waiting + 1) return LeastUrgentOf(greediest);
  const std::optional<Place> least = LeastUrgent();
  if (item.priority <= least->lane->items.at(least->arrival).priority) return std::nullopt;
  return least;
}

const WorkQueue::Entry& WorkQueue::GreediestDevice() const {
  return *std::ranges::max_element(devices_, {},
                                   [](const Entry& entry) { return entry.second.waiting; });
}

WorkQueue::Place WorkQueue::LeastUrgentOf(const Entry& device) {
  Place found;
  std::optional<Urgency> last;
  for (auto& [task, lane] : lanes_) {
    const auto readings = lane.by_device.find(&device);
    if (readings == lane.by_device.end()) continue;
    const Urgency& least = *readings->second.rbegin();
    if (last && !MoreUrgent(*last, least)) continue;
    last = least;
    found = {&lane, least.arrival};
  }
  return found;
}

std::optional<WorkQueue::Place> WorkQueue::LeastUrgent() {
  std::optional<Place> found;
  for (const Entry& device : devices_) {
    if (device.second.waiting == 0) continue;
    const Place place = LeastUrgentOf(device);
    const auto urgency = [](const Place& at) {
      return UrgencyOf(at.lane->items.at(at.arrival), at.arrival);
    };
    if (!found || MoreUrgent(urgency(*found), urgency(place))) found = place;
  }
  return found;
}

void WorkQueue::Add(Lane& lane, WorkItem item) {
  const std::uint64_t arrival = arrivals_++;
  Entry& device = *devices_.try_emplace(item.address.device).first;
  if (device.second.waiting++ == 0) device.second.turn = std::max(device.second.turn, served_);
  ByUrgency& readings = lane.by_device[&device];
  const Urgency urgency = UrgencyOf(item, arrival);
  const bool is_first = readings.empty() || MoreUrgent(urgency, *readings.begin());
  if (is_first && !readings.empty()) lane.StandBack(device);
  readings.insert(urgency);
  if (is_first) lane.Compete(device);
  lane.by_expiry.emplace(item.expires_at, arrival);
  lane.items.emplace(arrival, std::move(item));
  ++size_;
}

WorkItem WorkQueue::Take(Lane& lane, std::uint64_t arrival) {
  Entry& device = *devices_.find(lane.items.at(arrival).address.device);
  lane.StandBack(device);
  WorkItem item = Remove(lane, device, arrival);
  lane.Compete(device);
  return item;
}

// The one whose turn it is, at what it costs: when its device's next turn comes depends on that.
// What was not its turn, but had a priority, tells nothing of the others'.
WorkItem WorkQueue::TakeNext(Lane& lane) {
  const Candidate next = *lane.candidates.begin();
  Entry& device = *next.device;
  for (auto& [task, other] : lanes_) other.StandBack(device);
  if (next.urgency.priority == wire::kNormalPriority) {
    served_ = std::max(served_, device.second.turn);
  }
  device.second.turn += lane.cost.value_or(kUnknownCost);
  WorkItem item = Remove(lane, device, next.urgency.arrival);
  for (auto& [task, other] : lanes_) other.Compete(device);
  return item;
}

// While its device stands back.
WorkItem WorkQueue::Remove(Lane& lane, Entry& device, std::uint64_t arrival) {
  const auto at = lane.items.find(arrival);
  WorkItem item = std::move(at->second);
  lane.items.erase(at);
  const auto readings = lane.by_device.find(&device);
  readings->second.erase(UrgencyOf(item, arrival));
  if (readings->second.empty()) lane.by_device.erase(readings);
  lane.by_expiry.erase({item.expires_at, arrival});
  --device.second.waiting;
  --size_;
  return item;
}

void WorkQueue::ForgetIdle() {
  if (size_ > 0 && devices_.size() <= kMaxIdleDevices + size_) return;
  std::erase_if(devices_, [this](const auto& entry) {
    return entry.second.waiting == 0 && (size_ == 0 || entry.second.turn <= served_);
  });
}

void WorkQueue::Lane::Compete(Entry& device) {
  const auto readings = by_device.find(&device);
  if (readings == by_device.end()) return;
  candidates.insert({device.second.turn / kSameTurn, *readings->second.begin(), &device});
}

void WorkQueue::Lane::StandBack(Entry& device) {
  const auto readings = by_device.find(&device);
  if (readings == by_device.end()) return;
  candidates.erase({device.second.turn / kSameTurn, *readings->second.begin(), &device});
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
    const BatchDecision decision =
        DecideBatch(at->second.View(limits_.max_queue_delay), limits, now);
    if (const auto* dispatch = std::get_if<Dispatch>(&decision)) {
      if (due == lanes_.end() ||
          CandidateOrder()(*at->second.candidates.begin(), *due->second.candidates.begin())) {
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

QueueView WorkQueue::Lane::View(SteadyTime::duration max_queue_delay) const {
  if (items.empty()) return {};
  return {items.size(), items.begin()->second.arrived_at, by_expiry.begin()->first,
          load.Expected(max_queue_delay), compute_time};
}

Batch WorkQueue::TakeBatch(const std::string& task, Lane& lane, std::size_t count) {
  Batch batch{task, {}};
  batch.items.reserve(count);
  while (batch.items.size() < count) {
    batch.items.push_back(TakeNext(lane));
  }
  ForgetIdle();
  return batch;
}

std::vector<WorkItem> WorkQueue::TakeRest() {
  std::vector<WorkItem> rest;
  for (auto& [task, lane] : lanes_) {
    while (!lane.items.empty()) rest.push_back(Take(lane, lane.items.begin()->first));
  }
  return rest;
}

void WorkQueue::Computed(const std::string& task, std::size_t readings,
                         SteadyTime::duration compute_time) {
  const auto lane = lanes_.find(task);
  if (lane != lanes_.end()) lane->second.Computed(readings, compute_time);
}

void WorkQueue::Lane::Computed(std::size_t readings, SteadyTime::duration took) {
  // Up at once, down slowly: a deadline missed costs more than a companion.
  compute_time = std::max(took, compute_time - (compute_time - took) / 8);
  const SteadyTime::duration each = took / std::max<std::size_t>(readings, 1);
  cost = cost ? *cost + (each - *cost) / 8 : each;
}

SteadyTime::duration WorkQueue::CostOf(const std::string& task) const {
  const auto lane = lanes_.find(task);
  return lane == lanes_.end() ? kUnknownCost : lane->second.cost.value_or(kUnknownCost);
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
