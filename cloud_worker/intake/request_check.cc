#include "cloud_worker/intake/request_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "core/task/escalated_tensor.h"
#include "core/text.h"

namespace biglittle {
namespace {

using wire::Rejection;
using wire::RejectionReason;

// Around its window and its numbers.
constexpr double kFrameBytes = 1024;

double MostBytesAReading(const std::map<std::string, Task>& tasks) {
  std::size_t most = 0;
  for (const auto& [name, task] : tasks) {
    const EscalatedForm form = EscalatedFormOf(task);
    const auto elements = static_cast<std::size_t>(ElementCount(form.shape).value_or(0));
    most = std::max(most, elements * ElementSize(form.dtype));
  }
  return static_cast<double>(most) + kFrameBytes;
}

// As much of a digest as tells nets apart for people.
constexpr std::size_t kShownDigest = 12;

std::string WordsFor(std::string_view features_of) {
  if (features_of.empty()) return "windows";
  return fmt::format("features of the little net {}", Quoted(features_of.substr(0, kShownDigest)));
}

// Windows where the task's big net takes features, the other way round, or features of another
// little net, which would be answered as well, and wrongly.
std::optional<Rejection> CheckVersion(const Task& task, const wire::EscalationRequest& request) {
  const std::string& wanted = FeaturesOf(task);
  if (request.features_of == wanted) return std::nullopt;
  return Rejection{RejectionReason::kUnknownTask,
                   fmt::format("the request carries {}, the big net of task {} takes {} here: the "
                               "device has another version of the task",
                               WordsFor(request.features_of), task.name, WordsFor(wanted)),
                   {}};
}

}  // namespace

std::string LostProperties(const wire::Message& request) {
  if (!request.response_topic.empty() && !request.correlation_data.empty()) return "";
  std::vector<std::string_view> lost;
  if (request.response_topic.empty()) lost.push_back("response topic");
  if (request.correlation_data.empty()) lost.push_back("correlation data");
  if (request.content_type.empty()) lost.push_back("content type");
  return fmt::format("{}", fmt::join(lost, ", "));
}

RequestCheck::RequestCheck(wire::Topics topics, const std::map<std::string, Task>& tasks,
                           const Clock& clock)
    : topics_(std::move(topics)),
      tasks_(tasks),
      bytes_a_reading_(MostBytesAReading(tasks)),
      clock_(clock) {}

std::optional<Admission> RequestCheck::Admit(const wire::Message& message) const {
  const std::optional<std::string> device = topics_.DeviceOfEscalate(message.topic);
  if (!device) return std::nullopt;
  Admission admission;
  admission.address = {*device, message.correlation_data};

  if (!message.response_topic.empty() && message.response_topic != topics_.ReplyBase(*device)) {
    admission.request_refused =
        Rejection{RejectionReason::kInvalid,
                  fmt::format("the response topic is not that of device {}", Quoted(*device))};
    return admission;
  }
  std::size_t looked_at = message.payload.size();
  absl::StatusOr<wire::EscalationRequest> request =
      wire::DecodeEscalationRequest(message.payload, {}, &looked_at);
  admission.cost = static_cast<double>(looked_at) / bytes_a_reading_;
  if (!request.ok()) {
    admission.request_refused =
        Rejection{RejectionReason::kInvalid, std::string(request.status().message())};
    return admission;
  }
  admission.address.packs = request->packed_replies;
  const auto task = tasks_.find(request->task);
  if (task == tasks_.end()) {
    admission.request_refused =
        Rejection{RejectionReason::kUnknownTask,
                  fmt::format("this worker does not serve task {}", Quoted(request->task))};
    return admission;
  }
  if (auto other = CheckVersion(task->second, *request)) {
    admission.request_refused = *std::move(other);
    admission.other_version = true;
    return admission;
  }
  admission.items.reserve(request->readings.size());
  admission.cost = std::max(admission.cost, static_cast<double>(request->readings.size()));
  for (wire::EscalatedReading& reading : request->readings) {
    WorkItem item{.address = admission.address,
                  .task = task->first,
                  .arrived_at = message.received_at,
                  .same_clock = request->same_clock};
    AdmitReading(task->second, std::move(reading), std::move(item), admission);
  }
  const SteadyTime now = clock_.Now();
  for (WorkItem& item : admission.items) item.queued_at = now;
  return admission;
}

void RequestCheck::AdmitReading(const Task& task, wire::EscalatedReading reading, WorkItem item,
                                Admission& admission) const {
  if (const absl::Status fit = CheckEscalated(task, reading.window); !fit.ok()) {
    admission.refused.push_back(
        {reading.sequence, Rejection{RejectionReason::kInvalid, std::string(fit.message())}});
    return;
  }
  item.sequence = reading.sequence;
  item.window = std::move(reading.window);
  item.expires_at = item.arrived_at + reading.time_left;
  item.priority = reading.priority;
  admission.items.push_back(std::move(item));
}

}  // namespace biglittle
