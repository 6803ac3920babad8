// One device, ready to run: its parts, its health, its loop. A process has one or many.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/fleet/device_config.h"
#include "core/fleet/fleet_config.h"
#include "core/program/service_notify.h"
#include "device_agent/agent_loop.h"
#include "device_agent/agent_metrics.h"
#include "device_agent/shared_parts.h"
#include "wire/http/program_health.h"

namespace biglittle {

class HostedDevice {
 public:
  // Loads and opens all that the device needs. `service` is told how it is; `watched`: Live() is
  // asked. Not OK, in one line that says the mend, if anything of it is not usable: Unavailable
  // where that may pass, for something is in use, or memory, threads or descriptors are short. What
  // is wrong with its credentials, and may be mended, keeps no device from beginning.
  static absl::StatusOr<std::unique_ptr<HostedDevice>> Make(const FleetConfig& fleet,
                                                            const DeviceConfig& device,
                                                            SharedParts& shared,
                                                            ServiceNotify service, bool watched);
  HostedDevice(const HostedDevice&) = delete;
  HostedDevice& operator=(const HostedDevice&) = delete;

  const std::string& id() const { return id_; }

  // Once, on any thread; as AgentLoop::Run, and throws nothing. The first reading is due
  // `first_reading` after it began.
  absl::Status Run(SteadyTime::duration first_reading);
  // Thread-safe, also before Run and after it.
  void Stop() { loop_->Stop(); }
  bool Live() const { return health_->Live(); }

 private:
  explicit HostedDevice(std::string id) : id_(std::move(id)) {}
  absl::Status Build(const FleetConfig& fleet, const DeviceConfig& device, SharedParts& shared,
                     ServiceNotify service, bool watched);

  const std::string id_;
  // Constant once built.
  std::unique_ptr<wire::ProgramHealth> health_;
  std::optional<AgentMetrics> metrics_;
  std::unique_ptr<AgentLoop> loop_;  // last: it tells the two before it
};

}  // namespace biglittle
