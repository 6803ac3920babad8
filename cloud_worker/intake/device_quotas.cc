#include "cloud_worker/intake/device_quotas.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "cloud_worker/intake/fleet_limits.h"

namespace biglittle {
namespace {

bool IsNormal(const WorkItem& item) { return item.priority == wire::kNormalPriority; }

}  // namespace

DeviceQuotas::DeviceQuotas(const FleetConfig& fleet, const WorkerConfig& worker)
    : priorities_(PriorityLimit(fleet, worker)) {
  if (auto limit = RequestLimit(fleet, worker)) requests_.emplace(*std::move(limit));
}

bool DeviceQuotas::MayAsk(const std::string& device, SteadyTime now) {
  return !requests_ || requests_->Allows(device, now);
}

void DeviceQuotas::Charge(const Admission& admission, SteadyTime now) {
  if (!requests_ || admission.cost <= 1) return;
  requests_->Charge(admission.address.device, admission.cost - 1, now);
}

bool DeviceQuotas::HasPriorities(const std::vector<WorkItem>& items) {
  return !std::ranges::all_of(items, IsNormal);
}

std::size_t DeviceQuotas::GrantPriorities(std::vector<WorkItem>& items, SteadyTime::duration cost,
                                          SteadyTime now) {
  const double seconds = std::chrono::duration<double>(cost).count();
  std::size_t not_granted = 0;
  for (WorkItem& item : items) {
    if (IsNormal(item) || priorities_.Allows(item.address.device, now, seconds)) continue;
    item.priority = wire::kNormalPriority;
    ++not_granted;
  }
  return not_granted;
}

}  // namespace biglittle
