#include "device_agent/agent_loop.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "core/run_id.h"
#include "wire/session_counters.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

// Replies that arrived and were not looked at yet; beyond it they count as lost, and the readings
// end by their deadline.
constexpr std::size_t kMaxWaitingReplies = 4096;
// How long a source without an interval of its own waits while the outgoing queue is half full.
constexpr Milliseconds kBackpressurePause{5};

}  // namespace

AgentLoop::AgentLoop(const FleetConfig& fleet, const DeviceConfig& device, Task task,
                     LocalClassifier little, std::unique_ptr<ReadingSource> source)
    : device_(device),
      status_topic_(wire::Topics(fleet.topic_root, fleet.fleet).DeviceStatus(device.id)),
      source_(std::move(source)),
      events_(kMaxWaitingReplies),
      status_{.fleet = fleet.fleet,
              .device = device.id,
              .run = NewRunId(),
              .models = {{task.name, task.little.sha256}}},
      session_(SessionOptions(fleet)),
      agent_(
          fleet, device, std::move(task), std::move(little), status_.run,
          [this](wire::Message message) { return session_.Publish(std::move(message)); },
          Clock::Real()) {}

wire::MqttSession::Options AgentLoop::SessionOptions(const FleetConfig& fleet) {
  const wire::Topics topics(fleet.topic_root, fleet.fleet);
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.client_id = fmt::format("biglittle-{}-device-{}", fleet.fleet, device_.id);
  options.subscriptions = {topics.Reply(device_.id)};
  options.will = StatusMessage(wire::State::kOffline);
  options.birth = [this] { return StatusMessage(wire::State::kOnline); };
  options.on_message = [this](wire::Message&& message) { OnMessage(std::move(message)); };
  return options;
}

void AgentLoop::OnMessage(wire::Message&& message) {
  if (events_.TryPush(std::move(message))) return;
  const std::lock_guard lock(status_mutex_);
  ++replies_dropped_;
}

void AgentLoop::Observe(wire::ProgramHealth* health, const AgentMetrics* metrics) {
  health_ = health;
  agent_.Observe(metrics);
}

void AgentLoop::Stop() {
  // A full queue is looked at soon anyway; the flag's carrier just must not get lost.
  while (!events_.TryPush(StopRequested{})) std::this_thread::yield();
}

absl::Status AgentLoop::Run() {
  next_reading_at_ = Clock::Real().Now();
  next_status_at_ = next_reading_at_ + device_.status_interval;
  session_.Start();
  Flow();
  return Finish();
}

// One turn: end what is late, take a reading if it is time, then wait for a reply or the time.
void AgentLoop::Flow() {
  for (;;) {
    agent_.OnTime();
    const SteadyTime now = Clock::Real().Now();
    ReportHealth(now);
    if (now >= next_status_at_) {
      RefreshStatus();
      // While away there is nobody to tell; the birth message of the next connect says it.
      if (session_.connected()) {
        static_cast<void>(session_.Publish(StatusMessage(wire::State::kOnline)));
      }
      next_status_at_ = now + device_.status_interval;
    }
    if (MayTakeReading() && now >= next_reading_at_) TakeReading(now);
    if (stopping_ || (exhausted_ && agent_.pending() == 0)) return;
    if (const std::optional<Event> event = events_.PopUntil(NextWake())) {
      Handle(*event);
    }
  }
}

// A sensor with an interval cannot be asked to wait; one without may be, so that it neither floods
// the outgoing queue nor turns readings into fallbacks.
bool AgentLoop::MayTakeReading() const {
  if (exhausted_) return false;
  return device_.source.interval.count() > 0 || agent_.has_room();
}

void AgentLoop::TakeReading(SteadyTime now) {
  next_reading_at_ += device_.source.interval;
  if (device_.source.interval.count() == 0 && session_.backlog() * 2 > session_.max_backlog()) {
    next_reading_at_ = now + kBackpressurePause;
    return;
  }
  absl::StatusOr<std::optional<Sample>> sample = source_->Next();
  if (!sample.ok()) {
    source_status_ = sample.status();
    exhausted_ = true;
  } else if (!sample->has_value()) {
    exhausted_ = true;
  } else {
    agent_.OnSample(*std::move(*sample));
  }
}

SteadyTime AgentLoop::NextWake() const {
  SteadyTime wake = next_status_at_;
  if (health_ != nullptr) wake = std::min(wake, health_->next_report());
  if (MayTakeReading()) wake = std::min(wake, next_reading_at_);
  if (const std::optional<SteadyTime> expiry = agent_.NextWake()) wake = std::min(wake, *expiry);
  return wake;
}

void AgentLoop::Handle(const Event& event) {
  if (const auto* message = std::get_if<wire::Message>(&event)) {
    agent_.OnReply(*message);
  } else {
    stopping_ = true;
  }
}

// On the session's thread as well as on ours.
wire::Message AgentLoop::StatusMessage(wire::State state) {
  const std::lock_guard lock(status_mutex_);
  status_.state = state;
  status_.time = Clock::Real().WallNow();
  wire::Message message;
  message.topic = status_topic_;
  message.payload = Encode(status_);
  message.content_type = wire::kJsonContent;
  message.retained = true;
  return message;
}

void AgentLoop::RefreshStatus() {
  std::map<std::string, std::uint64_t> counters = Counters();
  const std::lock_guard lock(status_mutex_);
  status_.counters = std::move(counters);
}

std::map<std::string, std::uint64_t> AgentLoop::Counters() {
  std::map<std::string, std::uint64_t> counters = agent_.counters();
  wire::AddCounters(session_.counters(), counters);
  const std::lock_guard lock(status_mutex_);
  counters["replies_dropped"] = replies_dropped_;
  return counters;
}

// A device without its broker still answers every reading: it is ready, and says that it is alone.
void AgentLoop::ReportHealth(SteadyTime now) {
  if (health_ == nullptr || now < health_->next_report()) return;
  const bool connected = session_.connected();
  VitalSigns signs;
  signs.ready = true;
  signs.condition = connected
                        ? "online"
                        : fmt::format(
                              "offline: no connection to the broker at {}; readings are answered "
                              "by the little net",
                              session_.broker_address());
  signs.counters = Counters();
  signs.gauges = {{"broker_connected", connected ? 1 : 0},
                  {"pending_escalations", static_cast<double>(agent_.pending())},
                  {"backlog_messages", static_cast<double>(session_.backlog())},
                  {"waiting_replies", static_cast<double>(events_.size())}};
  health_->Report(std::move(signs), now);
}

absl::Status AgentLoop::Finish() {
  if (health_ != nullptr) health_->Stopping();
  agent_.EndAll();
  RefreshStatus();
  static_cast<void>(session_.Publish(StatusMessage(wire::State::kStopped)));
  const std::size_t left = session_.Drain(Clock::Real().Now() + device_.drain_timeout);
  session_.Stop();
  if (!source_status_.ok()) return source_status_;
  if (left > 0) {
    return absl::UnavailableError(fmt::format(
        "{} messages could not be delivered within drain_timeout_ms, the broker at {} did not take "
        "them: check that it runs and is reachable",
        left, session_.broker_address()));
  }
  return absl::OkStatus();
}

}  // namespace biglittle
