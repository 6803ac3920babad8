#include "cloud_worker/health_reporter.h"

#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

#include "core/program/vitals.h"
#include "wire/mqtt/session_counters.h"

namespace biglittle {

HealthReporter::HealthReporter(const BrokerConfig& broker, const std::string& worker,
                               Sources sources)
    : worker_(worker), sources_(sources), credentials_(broker, {wire::Role::kWorker, worker}) {}

// The nets are loaded before there is a worker, so only the broker can be missing.
void HealthReporter::Report(wire::ProgramHealth* health, SteadyTime now) {
  if (health == nullptr || now < health->next_report()) return;
  VitalSigns signs;
  signs.ready = sources_.session.connected();
  const std::string refused = sources_.publisher.Refused();
  signs.condition = !signs.ready      ? sources_.session.WhyNotConnected()
                    : refused.empty() ? "online"
                                      : "online, but " + refused;
  signs.counters = sources_.status.counters();
  wire::AddCounters(sources_.session.counters(), signs.counters);
  signs.gauges = {{"queue_depth", static_cast<double>(sources_.batcher.size())},
                  {"inbox_messages", static_cast<double>(sources_.inbox.size())},
                  {"backlog_messages", static_cast<double>(sources_.session.backlog())},
                  {"tasks_expired", static_cast<double>(WarnOfExpiry(now))}};
  credentials_.AddGauges(signs.gauges);
  health->Report(std::move(signs), now);
}

std::size_t HealthReporter::WarnOfExpiry(SteadyTime now) {
  const WallTime wall_now = Clock::Real().WallNow();
  const std::vector<std::string> expired = sources_.models.Expired(wall_now);
  if (!expired.empty() && expired_said_.MaySay(now)) {
    for (const std::string& sentence : expired) spdlog::warn("{}: {}", worker_, sentence);
  }
  credentials_.Refresh();
  for (const std::string& notice : credentials_.NoticesToSay(now, wall_now)) {
    spdlog::warn("{}: {}", worker_, notice);
  }
  return expired.size();
}

}  // namespace biglittle
