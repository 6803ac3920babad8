#include "cloud_worker/intake.h"

#include <fmt/format.h>

#include <utility>

#include "core/normalisation.h"

namespace biglittle {
namespace {

using wire::Rejection;
using wire::RejectionReason;

}  // namespace

Intake::Intake(wire::Topics topics, const std::map<std::string, Task>& tasks)
    : topics_(std::move(topics)), tasks_(tasks) {}

std::optional<Admission> Intake::Admit(const wire::Message& message) const {
  const std::optional<std::string> device = topics_.DeviceOfEscalate(message.topic);
  if (!device) return std::nullopt;
  Admission admission;
  admission.address = {*device, message.correlation_data};

  if (!message.response_topic.empty() && message.response_topic != topics_.Reply(*device)) {
    admission.request_refused =
        Rejection{RejectionReason::kInvalid,
                  fmt::format("the response topic is not that of device {}", *device)};
    return admission;
  }
  absl::StatusOr<wire::EscalationRequest> request = wire::DecodeEscalationRequest(message.payload);
  if (!request.ok()) {
    admission.request_refused =
        Rejection{RejectionReason::kInvalid, std::string(request.status().message())};
    return admission;
  }
  const auto task = tasks_.find(request->task);
  if (task == tasks_.end()) {
    admission.request_refused =
        Rejection{RejectionReason::kUnknownTask,
                  fmt::format("this worker does not serve task {}", request->task)};
    return admission;
  }
  for (wire::EscalatedReading& reading : request->readings) {
    AdmitReading(task->first, task->second, message, std::move(reading), admission);
  }
  return admission;
}

void Intake::AdmitReading(const std::string& name, const Task& task, const wire::Message& message,
                          wire::EscalatedReading reading, Admission& admission) const {
  if (const absl::Status fit = CheckWindow(task, reading.window); !fit.ok()) {
    admission.refused.push_back(
        {reading.sequence, Rejection{RejectionReason::kInvalid, std::string(fit.message())}});
    return;
  }
  admission.items.push_back({admission.address, name, reading.sequence, std::move(reading.window),
                             message.received_at, message.received_at + reading.time_left,
                             reading.priority});
}

}  // namespace biglittle
