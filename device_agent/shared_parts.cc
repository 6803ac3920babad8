#include "device_agent/shared_parts.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <optional>

#include "absl/status/status.h"

#include "core/task/release_memory.h"
#include "core/task/task_file.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

absl::StatusOr<Task> LoadFor(const FleetConfig& fleet, const std::string& name) {
  Parsed<Task> task = LoadSignedTask(fleet.models / name, fleet.models_public_key);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  return *std::move(task.value);
}

std::optional<std::filesystem::path> ReleasesOf(const FleetConfig& fleet,
                                                const DeviceConfig& device) {
  if (fleet.models_releases || !device.store) return fleet.models_releases;
  return device.store->folder;
}

// What cannot be read or written is said, and the device serves: whoever could spoil what it
// remembers could remove it as well.
absl::Status TakeRelease(const Task& task, const FleetConfig& fleet, const DeviceConfig& device) {
  ReleaseMemory memory(ReleasesOf(fleet, device));
  const auto newest = memory.Newest(task.name);
  if (newest.ok()) {
    if (absl::Status follows = CheckRelease(task, *newest); !follows.ok()) return follows;
  } else {
    spdlog::error("{}: the release of task {} that was taken last is not known: {}", device.id,
                  task.name, std::string(newest.status().message()));
  }
  if (const absl::Status written = memory.Take(task); !written.ok()) {
    spdlog::error("{}: release {} of task {} cannot be remembered: {}", device.id,
                  task.release.value_or(0), task.name, std::string(written.message()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<const Task*> SharedParts::TaskOf(const DeviceConfig& device) {
  auto at = tasks_.find(device.task);
  if (at == tasks_.end()) {
    at = tasks_.emplace(device.task, LoadFor(fleet_, device.task)).first;
  }
  if (!at->second.ok()) return at->second.status();
  if (fleet_.models_public_key) {
    if (absl::Status follows = TakeRelease(*at->second, fleet_, device); !follows.ok()) {
      return follows;
    }
  }
  return &*at->second;
}

absl::StatusOr<LocalClassifier> SharedParts::LittleOf(const DeviceConfig& device) {
  const Task& task = *tasks_.at(device.task);
  auto at = nets_.find(device.task);
  if (at == nets_.end()) {
    at = nets_.emplace(device.task, nn::ClassifierPool::Load(task, task.little)).first;
  }
  if (!at->second.ok()) return at->second.status();
  return LocalClassifier::Make(task, device.escalation, *at->second);
}

absl::StatusOr<DeviceSource> SharedParts::SourceOf(const DeviceConfig& device) {
  return MakeSource(device.source, *tasks_.at(device.task), shares_);
}

}  // namespace biglittle
