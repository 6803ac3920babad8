// A request's way in: from Paho's thread through the inbox, the device's quotas and the checks into
// the work queue; or back to the device at once, with the answer that is remembered or with the
// reason why not.
#pragma once

#include <map>
#include <string>

#include "cloud_worker/intake/device_quotas.h"
#include "cloud_worker/intake/request_check.h"
#include "cloud_worker/queue/batcher.h"
#include "cloud_worker/queue/inbox.h"
#include "cloud_worker/replies/responder.h"
#include "cloud_worker/worker_status.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/worker_config.h"
#include "core/log_limit.h"
#include "core/task/task.h"
#include "wire/message.h"
#include "wire/topics.h"

namespace biglittle {

// Thread-safe.
class RequestIntake {
 public:
  // Where requests go; all must outlive it.
  struct Stages {
    WorkerStatus& status;
    Inbox& inbox;
    Batcher& batcher;
    Responder& responder;
  };

  // `tasks` by name; must outlive it.
  RequestIntake(const wire::Topics& topics, const FleetConfig& fleet, const WorkerConfig& config,
                const std::map<std::string, Task>& tasks, Stages stages);

  // Paho's thread: into the inbox, or refused. Nothing is decoded. Returns at once.
  void Receive(wire::Message&& message);

  // The intake thread, and those that compute while they have nothing to compute (Inbox::Check):
  // checks what Receive let in, and queues it. A request that there is no memory for, say, is
  // answered like any other.
  void Check(const wire::Message& message);

 private:
  void CheckOrThrow(const wire::Message& message);
  void Queue(Admission admission);
  void NoteLostProperties(const wire::Message& message);
  void NoteOtherVersion(const Admission& admission);

  // Constant after construction.
  const std::string worker_;
  const wire::Topics topics_;
  const RequestCheck check_;
  const Stages stages_;

  DeviceQuotas quotas_;
  LogLimit properties_said_;
  LogLimit version_said_;
};

}  // namespace biglittle
