// What a worker says of itself without being asked: whether it is ready and what it counted, to
// those who probe it, and in its log what runs out.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "cloud_worker/models/model_store.h"
#include "cloud_worker/queue/batcher.h"
#include "cloud_worker/queue/inbox.h"
#include "cloud_worker/replies/publisher.h"
#include "cloud_worker/worker_status.h"
#include "core/clock.h"
#include "core/fleet/broker_config.h"
#include "core/log_limit.h"
#include "wire/http/program_health.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/tls/credential_expiry.h"

namespace biglittle {

// Not thread-safe: the main loop's.
class HealthReporter {
 public:
  // What it tells of; all must outlive it.
  struct Sources {
    const ModelStore& models;
    const WorkerStatus& status;
    const Inbox& inbox;
    const Batcher& batcher;
    const Publisher& publisher;
    const wire::MqttSession& session;
  };

  HealthReporter(const BrokerConfig& broker, const std::string& worker, Sources sources);

  // To `health`, if a report is due; nullptr: to nobody.
  void Report(wire::ProgramHealth* health, SteadyTime now);

  // Says now and then which tasks and credentials have expired, or soon will. How many of the tasks
  // that serve have.
  std::size_t WarnOfExpiry(SteadyTime now);

 private:
  const std::string worker_;
  const Sources sources_;
  wire::CredentialExpiry credentials_;
  LogLimit expired_said_{std::chrono::hours(6)};
};

}  // namespace biglittle
