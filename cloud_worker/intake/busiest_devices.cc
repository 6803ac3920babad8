#include "cloud_worker/intake/busiest_devices.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace biglittle {

void BusiestDevices::CountBatch(const std::vector<Answer>& answers,
                                SteadyTime::duration compute_time) {
  if (answers.empty()) return;
  const SteadyTime::duration each = compute_time / static_cast<std::int64_t>(answers.size());
  for (auto begin = answers.begin(); begin != answers.end();) {
    const std::string& device = begin->address.device;
    const auto end = std::find_if(begin, answers.end(), [&](const Answer& answer) {
      return answer.address.device != device;
    });
    Count(device, static_cast<std::size_t>(end - begin), each * (end - begin));
    begin = end;
  }
}

void BusiestDevices::Count(const std::string& device, std::size_t readings,
                           SteadyTime::duration compute_time) {
  const std::lock_guard lock(mutex_);
  auto at = work_.find(device);
  if (at == work_.end()) {
    if (work_.size() >= kMaxDevices) return;
    at = work_.try_emplace(device).first;
  }
  at->second.readings += readings;
  at->second.compute_time += compute_time;
}

std::vector<wire::DeviceWork> BusiestDevices::Take(std::size_t count) {
  std::unordered_map<std::string, Work> work;
  {
    const std::lock_guard lock(mutex_);
    work.swap(work_);
  }
  std::vector<wire::DeviceWork> busiest;
  busiest.reserve(work.size());
  for (const auto& [device, done] : work) {
    busiest.push_back({device, done.readings, ToMilliseconds(done.compute_time)});
  }
  const auto end = busiest.begin() + static_cast<std::ptrdiff_t>(std::min(count, busiest.size()));
  std::partial_sort(busiest.begin(), end, busiest.end(), [](const auto& a, const auto& b) {
    return a.compute_ms != b.compute_ms ? a.compute_ms > b.compute_ms : a.device < b.device;
  });
  busiest.erase(end, busiest.end());
  return busiest;
}

}  // namespace biglittle
