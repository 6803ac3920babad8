// What of a device is about to end: its certificate, its authority's, its task.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "core/clock.h"
#include "core/fleet/broker_config.h"
#include "core/log_limit.h"
#include "core/task/task.h"
#include "wire/tls/credential_expiry.h"

namespace biglittle {

// Not thread-safe.
class ExpiryNotices {
 public:
  ExpiryNotices(const BrokerConfig& broker, std::string device);

  // Looks, and says it in the log now and then. Whether `task` has expired.
  bool Say(const Task& task, SteadyTime now);
  // As CredentialExpiry's, of what Say saw.
  void AddGauges(std::map<std::string, double>& gauges) const { credentials_.AddGauges(gauges); }

 private:
  const std::string device_;
  wire::CredentialExpiry credentials_;
  LogLimit task_said_{std::chrono::hours(6)};
};

}  // namespace biglittle
