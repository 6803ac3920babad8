#include "wire/messages/consumed.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "core/text.h"

namespace biglittle::wire {
namespace {

absl::Status Disagrees(std::string_view what, std::string_view said) {
  return absl::PermissionDeniedError(fmt::format(
      "refused: it says that it is of {} {}, which its topic is not", what, Quoted(said)));
}

absl::Status OnNoTopicOfThisFleet() {
  return absl::InvalidArgumentError("refused: its topic is none of this fleet's");
}

}  // namespace

absl::StatusOr<std::vector<Result>> ReadResults(const Message& message, const Topics& topics) {
  const std::optional<std::string> device = topics.DeviceOfResult(message.topic);
  if (!device) return OnNoTopicOfThisFleet();
  if (message.retained) {
    return absl::PermissionDeniedError("refused: it is retained, and no result is");
  }
  auto results = DecodeResults(message.payload, message.content_type);
  if (!results.ok()) return results;
  for (const Result& result : *results) {
    if (result.device != *device) return Disagrees("device", result.device);
    if (result.fleet != topics.fleet()) return Disagrees("fleet", result.fleet);
  }
  return results;
}

absl::StatusOr<Status> ReadStatus(const Message& message, const Topics& topics) {
  const std::optional<std::string> device = topics.DeviceOfStatus(message.topic);
  const std::optional<std::string> worker = topics.WorkerOfStatus(message.topic);
  if (!device && !worker) return OnNoTopicOfThisFleet();
  auto status = DecodeStatus(message.payload);
  if (!status.ok()) return status;
  if (status->device != device.value_or("")) return Disagrees("device", status->device);
  if (status->worker != worker.value_or("")) return Disagrees("worker", status->worker);
  if (status->fleet != topics.fleet()) return Disagrees("fleet", status->fleet);
  return status;
}

absl::StatusOr<DeviceState> ReadDeviceState(const Message& message, const Topics& topics) {
  const std::optional<std::string> device = topics.DeviceOfState(message.topic);
  if (!device) return OnNoTopicOfThisFleet();
  auto state = DecodeDeviceState(message.payload);
  if (!state.ok()) return state;
  if (state->device != *device) return Disagrees("device", state->device);
  if (state->fleet != topics.fleet()) return Disagrees("fleet", state->fleet);
  return state;
}

}  // namespace biglittle::wire
