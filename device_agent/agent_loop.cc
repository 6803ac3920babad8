#include "device_agent/agent_loop.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "core/program/exception_status.h"
#include "core/run_id.h"
#include "core/version.h"
#include "device_agent/delivery_tag.h"
#include "device_agent/home_assistant/discovery.h"
#include "device_agent/stop_report.h"
#include "wire/home_assistant_topics.h"
#include "wire/mqtt/session_counters.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

constexpr Milliseconds kStorePoll{10};
// A source that takes longer to stop is left behind: the broker needs the rest of the time.
constexpr Milliseconds kSourceGrace{2000};

wire::Topics TopicsOf(const FleetConfig& fleet) { return {fleet.topic_root, fleet.fleet}; }

// Beside the store's file, where the store could be opened.
std::optional<KeptFile> KeptFileOf(const DeviceConfig& device, bool has_store, const char* ending) {
  if (!device.store || !has_store) return std::nullopt;
  return KeptFile(device.store->folder / (device.id + ending));
}

std::map<std::string, std::uint64_t> ReleasesOf(const Task& task) {
  if (!task.release) return {};
  return {{task.name, *task.release}};
}

std::shared_ptr<BirthListener> BirthsOf(const std::optional<HomeAssistantConfig>& home_assistant,
                                        std::function<void()> wake) {
  if (!home_assistant) return nullptr;
  return std::make_shared<BirthListener>(home_assistant->BirthTopic(),
                                         home_assistant->birth_payload, std::move(wake));
}

std::optional<DiscoveryOutlet::Entry> EntryOf(const FleetConfig& fleet, const DeviceConfig& device,
                                              const Task& task) {
  if (!fleet.home_assistant) return std::nullopt;
  const HomeAssistantConfig& shown = *fleet.home_assistant;
  const wire::Topics topics = TopicsOf(fleet);
  DiscoveryOutlet::Entry entry{
      wire::DiscoveryTopic(shown.prefix, wire::ObjectId(fleet.fleet, device.id)), {}};
  if (!shown.remove) {
    entry.payload = DiscoveryOf({device.id, topics, task, device.escalation, shown.steering});
  }
  return entry;
}

}  // namespace

AgentLoop::AgentLoop(const FleetConfig& fleet, const DeviceConfig& device, Agent::Parts parts,
                     std::unique_ptr<Intake> intake, std::shared_ptr<wire::TopicListener> listener)
    : device_(device),
      intake_(std::move(intake)),
      status_(TopicsOf(fleet).DeviceStatus(device.id),
              {.fleet = fleet.fleet,
               .device = device.id,
               .run = NewRunId(),
               .version = std::string(Version()),
               .models = {{parts.task.name, parts.task.little.sha256}},
               .releases = ReleasesOf(parts.task)}),
      expiry_(fleet.broker, device.id),
      refusals_({"results", "results", "requests", "statuses", "its entry in Home Assistant"}),
      control_inbox_(std::make_shared<ControlInbox>(TopicsOf(fleet).Control(device.id),
                                                    [this] { news_.Wake(); })),
      births_(BirthsOf(fleet.home_assistant, [this] { news_.Wake(); })),
      session_(SessionOptions(fleet, std::move(listener))),
      agent_(
          fleet, device, std::move(parts), status_.run(),
          [this](wire::Message message) { return session_.Publish(std::move(message)); },
          Clock::Real()),
      control_(device_, TopicsOf(fleet),
               {agent_, *intake_, *control_inbox_, Clock::Real(),
                [this](wire::Message message) { return session_.Publish(std::move(message)); },
                [this] { return Counters(); }},
               KeptFileOf(device_, agent_.outlet().has_store(), ".control.json")),
      discovery_(
          device.id, EntryOf(fleet, device, agent_.task()),
          KeptFileOf(device_, agent_.outlet().has_store(), ".home-assistant.json"),
          [this](wire::Message message) { return session_.Publish(std::move(message)); },
          Clock::Real()) {
  ShowSteering();
}

wire::MqttSession::Options AgentLoop::SessionOptions(
    const FleetConfig& fleet, std::shared_ptr<wire::TopicListener> listener) {
  const wire::Topics topics = TopicsOf(fleet);
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.identity = {wire::Role::kDevice, device_.id};
  options.client_id = fmt::format("biglittle-{}-device-{}", fleet.fleet, device_.id);
  options.subscriptions = {topics.Replies(device_.id)};
  options.listeners = {std::move(listener), control_inbox_, births_};
  options.will = status_.Message(wire::State::kOffline);
  options.birth = [this] { return status_.Message(wire::State::kOnline); };
  options.on_message = [this](wire::Message&& message) { news_.OnReply(std::move(message)); };
  options.on_connection = [this](bool connected) { news_.OnLink(connected); };
  options.on_delivered = [this](std::uint64_t tag, wire::Delivery delivery) {
    OnDelivered(tag, delivery);
  };
  options.on_too_large = [this](wire::Message&& message) { OnTooLarge(std::move(message)); };
  return options;
}

void AgentLoop::OnDelivered(std::uint64_t tag, wire::Delivery delivery) {
  const TagKind kind = FromTag(tag).kind;
  refusals_.Note(static_cast<std::size_t>(kind), delivery);
  // Of what cannot be sent again the agent only wants to know that it is lost.
  const bool is_told = kind == TagKind::kResult || kind == TagKind::kEntry;
  if (delivery == wire::Delivery::kTaken && !is_told) return;
  // What was refused has to be sent again; what was taken can wait for the next turn.
  news_.OnDelivered(tag, delivery, delivery == wire::Delivery::kRefused);
}

void AgentLoop::OnTooLarge(wire::Message&& message) {
  if (FromTag(message.tag).kind == TagKind::kStatus) NoteLargeStatus();
  news_.OnTooLarge(std::move(message));
}

void AgentLoop::NoteLargeStatus() {
  refusals_.Note(static_cast<std::size_t>(TagKind::kStatus), wire::Delivery::kRefused);
  if (!large_status_said_.MaySay(Clock::Real().Now())) return;
  spdlog::error(
      "{}: the device's status is larger than the broker takes, so that consumers do not learn of "
      "it: raise its max_packet_size",
      device_.id);
}

void AgentLoop::Observe(wire::ProgramHealth* health, const AgentMetrics* metrics) {
  health_ = health;
  agent_.Observe(metrics);
}

void AgentLoop::Stop() {
  stop_requested_.store(true, std::memory_order_release);
  news_.Wake();
}

absl::Status AgentLoop::Run() {
  const SteadyTime now = Clock::Real().Now();
  next_status_at_ = now + device_.status_interval;
  expiry_.Say(agent_.task(), now);
  intake_->Start(agent_.next_sequence(), now + first_reading_after_, [this] { news_.Wake(); });
  Steer();  // what an earlier run was told is in the first status
  session_.Start();
  // What is pending ends all the same, and the broker is told that the device has stopped.
  absl::Status broken = StatusOrException([this] {
    Flow();
    return absl::OkStatus();
  });
  absl::Status finished = StatusOrException([this] { return Finish(); });
  session_.Stop();
  return broken.ok() ? finished : broken;
}

// One turn: hear the news, end what is late, take a reading if it is time, then wait for a reply or
// the time.
void AgentLoop::Flow() {
  for (;;) {
    TakeNews();
    Steer();
    Discover();
    agent_.OnTime();
    const SteadyTime now = Clock::Real().Now();
    ReportHealth(now);
    PublishStatusIfDue(now);
    TakeReadings(now);
    if (stop_requested() || (intake_->ended() && agent_.pending() == 0)) return;
    if (const auto reply = news_.WaitUntil(NextWake())) agent_.OnReply(*reply);
  }
}

void AgentLoop::TakeNews() {
  SessionNews::News news = news_.Take();
  for (const auto& [tag, delivery] : news.delivered) {
    const DeliveryTag what = FromTag(tag);
    if (what.kind == TagKind::kEntry) {
      discovery_.OnDelivered(what.value, delivery);
    } else {
      agent_.OnDelivered(tag, delivery);
    }
  }
  for (const bool up : news.links) {
    agent_.OnLink(up, session_.max_packet_bytes());
    discovery_.OnLink(up);
  }
  for (wire::Message& message : news.too_large) {
    if (FromTag(message.tag).kind == TagKind::kEntry) {
      discovery_.OnTooLarge();
    } else {
      agent_.OnTooLarge(std::move(message));
    }
  }
}

void AgentLoop::Steer() {
  control_.OnTime();
  if (!control_.TakeChanged()) return;
  ShowSteering();
  next_status_at_ = Clock::Real().Now();
}

void AgentLoop::ShowSteering() {
  status_.SetSteering(control_.paused_since().has_value(), control_.InEffect(),
                      control_.Differing(), control_.DiffersUntil());
}

void AgentLoop::Discover() {
  if (births_ && births_->TakeBirth()) discovery_.OnBirth();
  discovery_.OnTime();
}

void AgentLoop::PublishStatusIfDue(SteadyTime now) {
  if (now < next_status_at_) return;
  expiry_.Say(agent_.task(), now);
  status_.SetFigures(Counters(), agent_.recent());
  // While away there is nobody to tell; the birth message of the next connect says it.
  if (session_.connected()) {
    const absl::Status taken = session_.Publish(status_.Message(wire::State::kOnline));
    if (absl::IsInvalidArgument(taken)) NoteLargeStatus();
  }
  next_status_at_ = now + device_.status_interval;
}

Pressure AgentLoop::PressureNow() const {
  return {.escalations_full = !agent_.has_room(),
          .backlog_high = session_.backlog() * 2 > session_.max_backlog(),
          .paused_since = control_.paused_since()};
}

void AgentLoop::TakeReadings(SteadyTime now) {
  Arrivals arrivals = control_.Admit(intake_->Take(now, PressureNow()));
  if (!arrivals.dropped.empty()) agent_.OnDropped(arrivals.dropped);
  if (arrivals.sample) {
    agent_.OnSample(std::move(arrivals.sample->sample), arrivals.sample->captured_at);
  }
}

// Of a sensor that did not wait for us some readings may wait: each ends like the others, as far as
// the time reaches; then as overruns.
void AgentLoop::EndIntake(SteadyTime deadline) {
  intake_->Stop(std::min(deadline, Clock::Real().Now() + kSourceGrace));
  for (;;) {
    Arrivals arrivals = intake_->Take(Clock::Real().Now(), {});
    if (arrivals.dropped.empty() && !arrivals.sample) return;
    arrivals = control_.Admit(std::move(arrivals));
    if (!arrivals.dropped.empty()) agent_.OnDropped(arrivals.dropped);
    if (!arrivals.sample) continue;
    CapturedSample& last = *arrivals.sample;
    if (Clock::Real().Now() < deadline) {
      agent_.OnSample(std::move(last.sample), last.captured_at);
    } else {
      const DroppedReading dropped{last.captured_at, last.sample.truth};
      agent_.OnDropped({&dropped, 1});
    }
  }
}

SteadyTime AgentLoop::NextWake() const {
  SteadyTime wake =
      std::min(next_status_at_, intake_->NextTake({.escalations_full = !agent_.has_room(),
                                                   .paused_since = control_.paused_since()}));
  if (health_ != nullptr) wake = std::min(wake, health_->next_report());
  if (const std::optional<SteadyTime> agent = agent_.NextWake()) wake = std::min(wake, *agent);
  if (const std::optional<SteadyTime> steer = control_.NextWake()) wake = std::min(wake, *steer);
  if (const std::optional<SteadyTime> show = discovery_.NextWake()) wake = std::min(wake, *show);
  return wake;
}

std::map<std::string, std::uint64_t> AgentLoop::Counters() {
  std::map<std::string, std::uint64_t> counters = agent_.counters();
  intake_->AddCounters(counters);
  control_.AddCounters(counters);
  discovery_.AddCounters(counters);
  wire::AddCounters(session_.counters(), counters);
  counters["replies_dropped"] = news_.replies_dropped();
  return counters;
}

// A device without its broker still answers every reading: it is ready, and says that it is alone.
void AgentLoop::ReportHealth(SteadyTime now) {
  if (health_ == nullptr || now < health_->next_report()) return;
  const bool connected = session_.connected();
  VitalSigns signs;
  signs.ready = true;
  signs.condition = Condition(connected);
  signs.counters = Counters();
  signs.gauges = {{"broker_connected", connected ? 1 : 0},
                  {"pending_escalations", static_cast<double>(agent_.pending())},
                  {"backlog_messages", static_cast<double>(session_.backlog())},
                  {"waiting_replies", static_cast<double>(news_.waiting_replies())},
                  {"paused", control_.paused_since() ? 1 : 0},
                  {"task_expired", expiry_.Say(agent_.task(), now) ? 1 : 0}};
  expiry_.AddGauges(signs.gauges);
  health_->Report(std::move(signs), now);
}

std::string AgentLoop::Condition(bool connected) const {
  const std::string trouble = intake_->Trouble();
  std::string more =
      (trouble.empty() ? "" : "; the source has failed: " + trouble) + control_.Sentence();
  if (const std::string unheard = births_ ? births_->Trouble() : ""; !unheard.empty()) {
    more += "; it does not hear when Home Assistant begins: the broker: " + unheard;
  }
  if (!connected) {
    return fmt::format("offline: {}; readings are answered by the little net{}",
                       session_.WhyNotConnected(), more);
  }
  const std::string refused = refusals_.Sentence();
  return (refused.empty() ? "online" : "online, but " + refused) + more;
}

// Whoever stops us does not wait for a broker that is away or refuses results: what is left stays
// for the next start. After a source that has ended there may be none.
void AgentLoop::EmptyStore(SteadyTime deadline) {
  const auto takes = [this] {
    return session_.connected() && !refusals_.Stands(static_cast<std::size_t>(TagKind::kResult));
  };
  while (agent_.outlet().undelivered() > 0 && (takes() || !stop_requested())) {
    const SteadyTime now = Clock::Real().Now();
    if (now >= deadline) return;
    std::this_thread::sleep_until(std::min(deadline, now + kStorePoll));
    TakeNews();
    agent_.OnTime();
  }
}

absl::Status AgentLoop::Finish() {
  const SteadyTime deadline = Clock::Real().Now() + device_.drain_timeout;
  if (health_ != nullptr) health_->Stopping();
  EndIntake(deadline);
  agent_.EndAll();
  EmptyStore(deadline);
  status_.SetFigures(Counters(), agent_.recent());
  static_cast<void>(session_.Publish(status_.Message(wire::State::kStopped)));
  // What is in a store is not lost though the broker cannot be given it now.
  const bool stored = device_.store.has_value() && agent_.outlet().has_store();
  const bool wait = !stored || session_.connected() || agent_.outlet().unstored() > 0;
  const std::size_t left = wait ? Drain(deadline) : 0;
  const std::string why = session_.WhyUndelivered();
  session_.Stop();
  TakeNews();
  agent_.outlet().Flush();
  if (const absl::Status source = intake_->status(); !source.ok()) return source;
  const ResultOutlet& outlet = agent_.outlet();
  if (const std::uint64_t waiting = outlet.undelivered(); stored && waiting > 0) {
    spdlog::info("{}: {} results wait in the store for the next start", device_.id, waiting);
  }
  return WhatIsLost({.stored = stored,
                     .waiting = outlet.undelivered(),
                     .unstored = outlet.unstored(),
                     .unsent = outlet.unsent(),
                     .refused_results = outlet.lost(),
                     .left = left,
                     .why = why,
                     .broker = session_.broker_address()},
                    refusals_);
}

// What the broker does not take as it is comes back meanwhile, and goes again in parts.
std::size_t AgentLoop::Drain(SteadyTime deadline) {
  for (;;) {
    const std::size_t left = session_.Drain(deadline);
    if (left > 0 || !news_.has_too_large()) return left;
    TakeNews();
  }
}

}  // namespace biglittle
