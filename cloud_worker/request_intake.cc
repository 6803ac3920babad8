#include "cloud_worker/request_intake.h"

#include <spdlog/spdlog.h>

#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/program/exception_status.h"
#include "core/text.h"

namespace biglittle {
namespace {

using wire::Rejection;
using wire::RejectionReason;

// A throttled device has a whole second's requests again after this.
constexpr Milliseconds kThrottleRetryAfter{1000};

SteadyTime Now() { return Clock::Real().Now(); }

}  // namespace

RequestIntake::RequestIntake(const wire::Topics& topics, const FleetConfig& fleet,
                             const WorkerConfig& config, const std::map<std::string, Task>& tasks,
                             Stages stages)
    : worker_(config.id),
      topics_(topics),
      check_(topics, tasks),
      stages_(stages),
      quotas_(fleet, config) {}

// Topic and correlation data are enough to say no.
void RequestIntake::Receive(wire::Message&& message) {
  const std::optional<std::string> device = topics_.DeviceOfEscalate(message.topic);
  if (device && !quotas_.MayAsk(*device, Now())) {
    stages_.status.Count("requests_throttled");
    return stages_.responder.RefuseRequest(
        {*device, message.correlation_data},
        {RejectionReason::kOverloaded, "the device asks for more than its share",
         kThrottleRetryAfter});
  }
  if (stages_.inbox.Offer(device.value_or(""), std::move(message)) || !device) return;
  stages_.responder.RefuseRequest(
      {*device, message.correlation_data},
      {RejectionReason::kOverloaded, "the worker's inbox is full", stages_.batcher.RetryAfter()});
}

void RequestIntake::Check(const wire::Message& message) {
  const absl::Status checked = StatusOrException([&] {
    CheckOrThrow(message);
    return absl::OkStatus();
  });
  if (checked.ok()) return;
  spdlog::error("{}: a request could not be taken in: {}", worker_, std::string(checked.message()));
  const std::optional<std::string> device = topics_.DeviceOfEscalate(message.topic);
  if (!device) return;
  stages_.responder.RefuseRequest({*device, message.correlation_data},
                                  {RejectionReason::kInternal, std::string(checked.message()), {}});
}

void RequestIntake::CheckOrThrow(const wire::Message& message) {
  stages_.status.Count("requests");
  NoteLostProperties(message);
  std::optional<Admission> admission = check_.Admit(message);
  if (!admission) return stages_.status.Count("requests_on_foreign_topics");
  quotas_.Charge(*admission, Now());
  if (admission->request_refused) {
    if (admission->other_version) NoteOtherVersion(*admission);
    return stages_.responder.RefuseRequest(admission->address,
                                           *std::move(admission->request_refused));
  }
  Queue(*std::move(admission));
}

void RequestIntake::Queue(Admission admission) {
  std::vector<WorkItem>& items = admission.items;
  stages_.status.Count("readings", items.size() + admission.refused.size());
  std::vector<Answer> refused;
  for (wire::ReadingReply& reply : admission.refused) {
    refused.push_back({admission.address, std::move(reply)});
  }
  std::vector<Answer> repeats = stages_.responder.TakeRepeats(items);
  if (DeviceQuotas::HasPriorities(items)) {
    // All of one request are of one task.
    const SteadyTime::duration cost = stages_.batcher.CostOf(items.front().task);
    const std::size_t not_granted = quotas_.GrantPriorities(items, cost, Now());
    if (not_granted > 0) stages_.status.Count("priorities_not_granted", not_granted);
  }
  std::vector<WorkItem> left = stages_.batcher.Push(std::move(items));
  if (!left.empty()) {
    std::vector<Answer> overloaded = RefuseAll(
        std::move(left),
        {RejectionReason::kOverloaded, "the worker's queue is full", stages_.batcher.RetryAfter()});
    refused.insert(refused.end(), std::make_move_iterator(overloaded.begin()),
                   std::make_move_iterator(overloaded.end()));
  }
  stages_.responder.Repeat(std::move(repeats));
  stages_.responder.RefuseReadings(admission.address.device, std::move(refused));
}

// Its readings fall back until somebody brings both to the same version.
void RequestIntake::NoteOtherVersion(const Admission& admission) {
  stages_.status.Count("requests_of_other_version");
  if (!version_said_.MaySay(Now())) return;
  spdlog::warn("{}: device {}: {}; bring the task up to date on both", worker_,
               Quoted(admission.address.device), admission.request_refused->detail);
}

// No device of ours leaves them out: something between the two takes them away, and with them every
// reading's answer.
void RequestIntake::NoteLostProperties(const wire::Message& message) {
  const std::string lost = LostProperties(message);
  if (lost.empty()) return;
  stages_.status.Count("requests_without_properties");
  if (!properties_said_.MaySay(Now())) return;
  spdlog::warn(
      "{}: requests on {} come without {}, so that their replies cannot be told apart: something "
      "on the way from the devices does not carry the properties of MQTT 5; where Mosquitto "
      "bridges, say 'bridge_protocol_version mqttv50' in its 'connection'",
      worker_, Quoted(message.topic), lost);
}

}  // namespace biglittle
