#include "device_agent/intake/live_intake.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace biglittle {

LiveIntake::LiveIntake(std::unique_ptr<LiveSource> source, const SourceConfig& config,
                       std::size_t window_bytes, SourceSupervisor::Options options)
    : inbox_{.device = options.device,
             .capacity = config.queue_capacity,
             .when_full = source->waits() ? WhenFull::kWait : config.when_full,
             .window_bytes = window_bytes,
             .most = config.readings},
      options_(std::move(options)),
      waits_(source->waits()),
      source_(std::move(source)) {}

LiveIntake::~LiveIntake() { Stop(Clock::Real().Now()); }

void LiveIntake::Start(std::uint64_t /*had*/, SteadyTime /*first_at*/, std::function<void()> wake) {
  supervisor_ =
      std::make_shared<SourceSupervisor>(std::move(source_), inbox_, options_, std::move(wake));
  thread_ = std::thread([supervisor = supervisor_] { supervisor->Run(); });
}

Arrivals LiveIntake::Take(SteadyTime now, const Pressure& pressure) {
  if (waits_ && (pressure.escalations_full || pressure.backlog_high)) {
    next_at_ = now + kBackpressurePause;
    return {};
  }
  if (Rests(pressure)) return {};
  return supervisor_->inbox().Take();
}

// A source that waits, of which all that came before the pause was taken.
bool LiveIntake::Rests(const Pressure& pressure) const {
  if (!waits_ || !pressure.paused_since) return false;
  const std::optional<SteadyTime> next = supervisor_->inbox().next_captured_at();
  return next && *next >= *pressure.paused_since;
}

SteadyTime LiveIntake::NextTake(const Pressure& pressure) const {
  const bool busy = waits_ && pressure.escalations_full;  // a reply comes before there is room
  const bool rests = Rests(pressure);
  return busy || rests || supervisor_->inbox().empty() ? SteadyTime::max() : next_at_;
}

void LiveIntake::Stop(SteadyTime deadline) {
  if (!thread_.joinable()) return;
  supervisor_->AskToStop();
  if (supervisor_->WaitUntilDone(deadline)) return thread_.join();
  spdlog::error("{}: the source does not stop; it is left behind", options_.device);
  thread_.detach();
}

absl::Status LiveIntake::Restart() { return supervisor_->Restart(); }

bool LiveIntake::ended() const {
  const BoundedInbox& inbox = supervisor_->inbox();
  return inbox.ended() && inbox.empty();
}

std::string LiveIntake::Trouble() const { return supervisor_->Trouble(); }

void LiveIntake::AddCounters(std::map<std::string, std::uint64_t>& counters) const {
  if (const std::uint64_t failures = supervisor_->failures(); failures > 0) {
    counters["source_failures"] = failures;
  }
  if (const std::uint64_t restarts = supervisor_->restarts(); restarts > 0) {
    counters["source_restarts"] = restarts;
  }
  supervisor_->inbox().AddCounters(counters);
}

}  // namespace biglittle
