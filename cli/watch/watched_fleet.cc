#include "cli/watch/watched_fleet.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/device_pattern.h"
#include "core/shown_text.h"
#include "wire/messages/consumed.h"
#include "wire/messages/result.h"

namespace biglittle {
namespace {

// Ids and labels that are meant have at most 64 characters.
constexpr std::size_t kMostInName = 64;
constexpr std::size_t kMostInComplaint = 200;

// Comes and goes. Since when is known where the change was seen.
void Meet(Presence& presence, wire::State state, bool retained, WallTime now) {
  if (presence.state == state) return;
  presence = {.state = state, .since = now, .at_least = retained};
}

}  // namespace

const ShownTask* WatchedFleet::TaskOf(const WatchedDevice& device) const {
  const auto at = tasks_.find(device.task);
  return at == tasks_.end() ? nullptr : &at->second;
}

bool WatchedFleet::IsMeant(std::string_view device) const {
  return pattern_.empty() || IsLike(device, pattern_);
}

WatchedDevice* WatchedFleet::Device(const std::string& id) {
  std::string shown = Shown(id, kMostInName);
  if (const auto known = devices_.find(shown); known != devices_.end()) return &known->second;
  if (devices_.size() >= kMostDevices) {
    ++beyond_;
    return nullptr;
  }
  return &devices_[std::move(shown)];
}

void WatchedFleet::Apply(const wire::Message& message, WallTime now) {
  const absl::Status taken = Take(message, now);
  if (taken.ok()) return;
  ++refused_;
  last_refusal_ = fmt::format("{}: {}", Shown(message.topic, kMostInComplaint),
                              Shown(std::string(taken.message()), kMostInComplaint));
}

absl::Status WatchedFleet::Take(const wire::Message& message, WallTime now) {
  if (const auto worker = topics_.WorkerOfStatus(message.topic)) {
    return TakeWorkerStatus(message, *worker, now);
  }
  if (const auto device = topics_.DeviceOfResult(message.topic)) {
    return IsMeant(*device) ? TakeResults(message, *device, now) : absl::OkStatus();
  }
  if (const auto device = topics_.DeviceOfState(message.topic)) {
    return IsMeant(*device) ? TakeState(message, *device) : absl::OkStatus();
  }
  if (const auto device = topics_.DeviceOfStatus(message.topic)) {
    return IsMeant(*device) ? TakeDeviceStatus(message, *device, now) : absl::OkStatus();
  }
  return absl::InvalidArgumentError("refused: its topic is none of this fleet's");
}

absl::Status WatchedFleet::TakeResults(const wire::Message& message, const std::string& id,
                                       WallTime now) {
  const auto results = wire::ReadResults(message, topics_);
  if (!results.ok()) return results.status();
  WatchedDevice* const device = Device(id);
  if (device == nullptr) return absl::OkStatus();
  for (const wire::Result& result : *results) {
    device->last_seen = now;
    device->task = result.task.substr(0, kMostInName);
    if (result.stage != wire::Stage::kFinal) continue;
    if (!device->names.Add(result.run, result.sequence)) continue;
    // What waited on the device is not of now.
    if (result.resent) continue;
    device->has_result = true;
    device->labels.Add(Shown(result.label, kMostInName), now);
    device->decisions.Add(result.decided_by);
    if (result.decided_by == wire::DecidedBy::kBig) {
      device->round_trips.Add(result.round_trip_ms.value_or(0.0));
    }
  }
  return absl::OkStatus();
}

absl::Status WatchedFleet::TakeState(const wire::Message& message, const std::string& id) {
  if (message.payload.empty()) return absl::OkStatus();  // it was taken out of the fleet
  auto state = wire::ReadDeviceState(message, topics_);
  if (!state.ok()) return state.status();
  WatchedDevice* const device = Device(id);
  if (device == nullptr) return absl::OkStatus();
  device->task = state->task.substr(0, kMostInName);
  state->task.clear();
  state->label = Shown(state->label, kMostInName);
  device->settled = *std::move(state);
  return absl::OkStatus();
}

absl::Status WatchedFleet::TakeDeviceStatus(const wire::Message& message, const std::string& id,
                                            WallTime now) {
  // An empty retained message is how somebody is taken out of the fleet.
  if (message.payload.empty()) {
    devices_.erase(Shown(id, kMostInName));
    return absl::OkStatus();
  }
  const auto status = wire::ReadStatus(message, topics_);
  if (!status.ok()) return status.status();
  WatchedDevice* const device = Device(id);
  if (device == nullptr) return absl::OkStatus();
  Meet(device->presence, status->state, message.retained, now);
  if (device->task.empty() && !status->models.empty()) {
    device->task = status->models.begin()->first.substr(0, kMostInName);
  }
  // A will message knows nothing of what came after the start: what was said before tells more.
  if (status->state == wire::State::kOffline) return absl::OkStatus();
  device->paused = status->paused;
  device->paused_until = status->differs_until;
  const auto fallbacks = status->counters.find("decided_by_fallback");
  device->fallbacks = fallbacks == status->counters.end() ? 0 : fallbacks->second;
  if (status->state == wire::State::kOnline) device->last_seen = now;
  return absl::OkStatus();
}

absl::Status WatchedFleet::TakeWorkerStatus(const wire::Message& message, const std::string& id,
                                            WallTime now) {
  const std::string shown = Shown(id, kMostInName);
  if (message.payload.empty()) {
    workers_.erase(shown);
    return absl::OkStatus();
  }
  const auto status = wire::ReadStatus(message, topics_);
  if (!status.ok()) return status.status();
  if (workers_.size() >= kMostWorkers && !workers_.contains(shown)) {
    ++beyond_;
    return absl::OkStatus();
  }
  Meet(workers_[shown], status->state, message.retained, now);
  return absl::OkStatus();
}

}  // namespace biglittle
