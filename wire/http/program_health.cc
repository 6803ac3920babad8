#include "wire/http/program_health.h"

#include <algorithm>
#include <utility>

#include "core/program/process_metrics.h"

namespace biglittle::wire {
namespace {

// A watchdog that wants to hear from us more often is a mistake, and must not keep the loop busy.
constexpr std::chrono::microseconds kShortestInterval{10'000};

std::chrono::microseconds IntervalFor(const ServiceNotify& service) {
  const std::chrono::microseconds usual = ProgramHealth::kInterval;
  return std::max(kShortestInterval, std::min(usual, service.watchdog_interval().value_or(usual)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ProgramHealth>> ProgramHealth::Start(
    const std::optional<HealthConfig>& config, ToMetrics to_metrics, ServiceNotify service,
    bool watched) {
  std::unique_ptr<ProgramHealth> health(
      new ProgramHealth(std::move(to_metrics), std::move(service)));
  if (watched) health->next_report_ = SteadyTime::min();
  if (!config) return health;
  Vitals& vitals = health->vitals_;
  absl::StatusOr<std::unique_ptr<HealthServer>> server = HealthServer::Start(
      *config, {.live = [&vitals] { return vitals.Live(); },
                .ready = [&vitals] { return vitals.Ready(); },
                .metrics = [&metrics = health->metrics_] { return metrics.Text(); }});
  if (!server.ok()) return server.status();
  health->server_ = *std::move(server);
  health->next_report_ = SteadyTime::min();
  return health;
}

ProgramHealth::ProgramHealth(ToMetrics to_metrics, ServiceNotify service)
    : to_metrics_(std::move(to_metrics)),
      service_(std::move(service)),
      interval_(IntervalFor(service_)),
      vitals_(Clock::Real()),
      metrics_([this] { return Measure(); }),
      next_report_(service_.active() ? SteadyTime::min() : SteadyTime::max()) {}

// On the server's thread.
std::vector<Measurement> ProgramHealth::Measure() const {
  std::vector<Measurement> all = to_metrics_(vitals_.signs());
  for (Measurement& each : ProcessMeasurements()) all.push_back(std::move(each));
  return all;
}

void ProgramHealth::Report(VitalSigns signs, SteadyTime now) {
  next_report_ = now + interval_;
  if (!started_) {
    service_.Ready(signs.condition);
  } else if (signs.condition != condition_) {
    service_.Status(signs.condition);
  }
  started_ = true;
  condition_ = signs.condition;
  if (service_.watchdog_interval()) service_.Watchdog();
  vitals_.Report(std::move(signs));
}

void ProgramHealth::Stopping() {
  next_report_ = SteadyTime::max();
  service_.Stopping();
  vitals_.Stopping();
}

}  // namespace biglittle::wire
