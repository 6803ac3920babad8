#include "device_agent/shared_parts.h"

#include "absl/status/status.h"

#include "device_agent/sources/source_factory.h"

namespace biglittle {
namespace {

absl::StatusOr<Task> LoadFor(const FleetConfig& fleet, const std::string& name) {
  Parsed<Task> task = LoadSignedTask(fleet.models / name, fleet.models_public_key);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  return *std::move(task.value);
}

}  // namespace

absl::StatusOr<const Task*> SharedParts::TaskOf(const DeviceConfig& device) {
  auto at = tasks_.find(device.task);
  if (at == tasks_.end()) {
    at = tasks_.emplace(device.task, LoadFor(fleet_, device.task)).first;
  }
  if (!at->second.ok()) return at->second.status();
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

absl::StatusOr<std::unique_ptr<ReadingSource>> SharedParts::SourceOf(const DeviceConfig& device) {
  return MakeSource(device.source, *tasks_.at(device.task), files_);
}

}  // namespace biglittle
