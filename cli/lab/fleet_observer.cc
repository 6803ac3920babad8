#include "cli/lab/fleet_observer.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "core/shown_text.h"
#include "wire/messages/consumed.h"
#include "wire/messages/result.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

// Some minutes of a busy fleet's results.
constexpr std::size_t kMaxInbox = 200000;
constexpr Milliseconds kTick{10};

wire::MqttSession::Options SessionOptions(const FleetConfig& fleet, const std::string& name,
                                          const std::string& as,
                                          BoundedQueue<wire::Message>& inbox) {
  const wire::Topics topics(fleet.topic_root, fleet.fleet);
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.identity = {wire::Role::kDashboard, as};
  options.client_id = fmt::format("biglittle-{}-observer-{}", fleet.fleet, name);
  options.subscriptions = {topics.AllResults(), topics.AllDeviceStatus(), topics.AllWorkerStatus()};
  options.on_message = [&inbox](wire::Message&& message) {
    if (!inbox.TryPush(std::move(message))) {
      spdlog::error("an observer's inbox is full: results are not counted");
    }
  };
  return options;
}

std::optional<std::uint64_t> ReadingsIn(const std::map<std::string, wire::Status>& statuses,
                                        const std::string& id) {
  const auto at = statuses.find(id);
  if (at == statuses.end() || at->second.state != wire::State::kStopped) return std::nullopt;
  const auto readings = at->second.counters.find("readings");
  return readings == at->second.counters.end() ? 0 : readings->second;
}

}  // namespace

FleetObserver::FleetObserver(const FleetConfig& fleet, const std::string& name,
                             const std::string& as)
    : topics_(fleet.topic_root, fleet.fleet),
      inbox_(kMaxInbox),
      session_(SessionOptions(fleet, name, as, inbox_)) {
  session_.Start();
}

void FleetObserver::Take(SteadyTime until, ResultTally& tally) {
  do {
    if (const std::optional<wire::Message> message = inbox_.PopUntil(until)) Sort(*message, tally);
  } while (std::chrono::steady_clock::now() < until);
}

bool FleetObserver::TakeUntil(SteadyTime deadline, ResultTally& tally,
                              const std::function<bool()>& done) {
  while (!done()) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now >= deadline) return false;
    Take(std::min(deadline, now + kTick), tally);
  }
  return true;
}

void FleetObserver::Sort(const wire::Message& message, ResultTally& tally) {
  const auto refuse = [&](const absl::Status& why) {
    if (why.code() == absl::StatusCode::kPermissionDenied) ++refused_;
    spdlog::warn("{}: {}", Shown(message.topic), Shown(std::string(why.message())));
  };
  if (topics_.DeviceOfResult(message.topic)) {
    const auto results = wire::ReadResults(message, topics_);
    if (!results.ok()) return refuse(results.status());
    if (results->size() > 1) ++batches_;
    for (const wire::Result& result : *results) tally.Add(result);
    return;
  }
  auto status = wire::ReadStatus(message, topics_);
  if (!status.ok()) return refuse(status.status());
  auto& known = status->device.empty() ? workers_ : devices_;
  const std::string id = status->device.empty() ? status->worker : status->device;
  known.insert_or_assign(id, *std::move(status));
}

bool FleetObserver::IsOnline(const std::string& worker) const {
  const auto at = workers_.find(worker);
  return at != workers_.end() && at->second.state == wire::State::kOnline;
}

std::size_t FleetObserver::DevicesOnline() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      devices_, [](const auto& known) { return known.second.state == wire::State::kOnline; }));
}

std::optional<std::uint64_t> FleetObserver::ReadingsOf(const std::string& device) const {
  return ReadingsIn(devices_, device);
}

std::optional<std::uint64_t> FleetObserver::ReadingsOfWorker(const std::string& worker) const {
  return ReadingsIn(workers_, worker);
}

std::optional<std::uint64_t> FleetObserver::CounterOfWorker(const std::string& worker,
                                                            const std::string& counter) const {
  const auto status = workers_.find(worker);
  if (status == workers_.end()) return std::nullopt;
  const auto value = status->second.counters.find(counter);
  if (value == status->second.counters.end()) return std::nullopt;
  return value->second;
}

}  // namespace biglittle
