// The worker's trust boundary: from an MQTT message to checked work, or to a refusal with a reason.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cloud_worker/queue/work_item.h"
#include "core/task/task.h"
#include "wire/message.h"
#include "wire/messages/escalation.h"
#include "wire/topics.h"

namespace biglittle {

// What became of one message. Every reading in it is either in `items` or in `refused`, unless the
// request as a whole was refused.
struct Admission {
  ReplyAddress address;
  std::vector<WorkItem> items;
  std::vector<wire::ReadingReply> refused;
  std::optional<wire::Rejection> request_refused;
  // It was refused because its device has another version of the task: one whose readings do not go
  // into this worker's big net.
  bool other_version = false;
  // In readings: as many as it has, or as are as many bytes as were looked at.
  double cost = 0;
};

// What every request of a device has, and this one lacks, in words: "response topic, correlation
// data"; empty if it lacks neither. Without them no device can tell which reading a reply answers.
std::string LostProperties(const wire::Message& request);

// Immutable, thread-safe.
class RequestCheck {
 public:
  // `tasks` by name; must outlive it, as `clock` must.
  RequestCheck(wire::Topics topics, const std::map<std::string, Task>& tasks,
               const Clock& clock = Clock::Real());

  // nullopt if the message came on a topic that is no device's escalate topic: there is nobody to
  // answer. The address is derived from the topic, which the broker has checked, never from the
  // response topic, which the sender chose; a request that names another one is refused.
  std::optional<Admission> Admit(const wire::Message& message) const;

 private:
  void AdmitReading(const Task& task, wire::EscalatedReading reading, WorkItem item,
                    Admission& admission) const;

  const wire::Topics topics_;
  const std::map<std::string, Task>& tasks_;
  const double bytes_a_reading_;  // that no task's reading has more than
  const Clock& clock_;
};

}  // namespace biglittle
