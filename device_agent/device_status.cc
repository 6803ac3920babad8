#include "device_agent/device_status.h"

#include <utility>

#include "core/clock.h"
#include "device_agent/delivery_tag.h"

namespace biglittle {

void DeviceStatus::SetFigures(std::map<std::string, std::uint64_t> counters,
                              std::optional<wire::RecentReadings> recent) {
  const std::lock_guard lock(mutex_);
  status_.counters = std::move(counters);
  status_.recent = std::move(recent);
}

void DeviceStatus::SetSteering(bool paused, std::map<std::string, std::string> in_effect,
                               std::map<std::string, std::string> differs,
                               std::optional<WallTime> differs_until) {
  const std::lock_guard lock(mutex_);
  status_.paused = paused;
  status_.in_effect = std::move(in_effect);
  status_.differs = std::move(differs);
  status_.differs_until = differs_until;
}

wire::Message DeviceStatus::Message(wire::State state) {
  const std::lock_guard lock(mutex_);
  status_.state = state;
  status_.time = Clock::Real().WallNow();
  wire::Message message = ToMessage(topic_, status_);
  message.tag = ToTag({TagKind::kStatus, 0});
  return message;
}

}  // namespace biglittle
