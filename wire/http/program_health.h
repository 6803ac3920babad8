// All that a program tells those who run it, in one place: probes and Prometheus over HTTP, where
// the fleet file says so, and the service manager, where the environment says so.
//
// The main loop calls Report when it is due; everything else happens on the server's thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/fleet/health_config.h"
#include "core/program/metrics.h"
#include "core/program/service_notify.h"
#include "core/program/vitals.h"
#include "wire/http/health_server.h"

namespace biglittle::wire {

class ProgramHealth {
 public:
  // What the counters and gauges of the main loop are called; pure.
  using ToMetrics = std::function<std::vector<Measurement>(const VitalSigns&)>;

  static constexpr std::chrono::milliseconds kInterval{1000};

  // Listens when it returns, if there is a `config`. Not OK, in one line that says the mend, if it
  // cannot. `watched`: reports are wanted for Live() even if nobody else listens.
  static absl::StatusOr<std::unique_ptr<ProgramHealth>> Start(
      const std::optional<HealthConfig>& config, ToMetrics to_metrics,
      ServiceNotify service = ServiceNotify::FromEnvironment(), bool watched = false);
  ProgramHealth(const ProgramHealth&) = delete;
  ProgramHealth& operator=(const ProgramHealth&) = delete;

  // For histograms, before the main loop begins. Thread-safe.
  Metrics& metrics() { return metrics_; }
  // Thread-safe.
  const ServiceNotify& service() const { return service_; }
  // The main loop turns, as far as its reports tell. Thread-safe.
  bool Live() const { return vitals_.Live().good; }

  // The main loop's thread.
  //
  // When to report next; never, where nobody listens.
  SteadyTime next_report() const { return next_report_; }
  // The first one tells the service manager that the program has started.
  void Report(VitalSigns signs, SteadyTime now);
  void Stopping();

 private:
  ProgramHealth(ToMetrics to_metrics, ServiceNotify service);
  std::vector<Measurement> Measure() const;

  const ToMetrics to_metrics_;
  const ServiceNotify service_;
  const std::chrono::microseconds interval_;
  Vitals vitals_;
  Metrics metrics_;

  // The main loop's thread's.
  SteadyTime next_report_ = SteadyTime::max();
  bool started_ = false;
  std::string condition_;  // as the service manager knows it

  // After what its pages use, so that it ends first.
  std::unique_ptr<HealthServer> server_;
};

}  // namespace biglittle::wire
