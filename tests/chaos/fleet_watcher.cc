#include "tests/chaos/fleet_watcher.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "wire/messages/consumed.h"
#include "wire/topics.h"

namespace biglittle::chaos {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxInbox = 1000000;
constexpr Milliseconds kTurn{20};
constexpr char kDropped[] = "$SYS/broker/publish/messages/dropped";

}  // namespace

FleetWatcher::FleetWatcher(const FleetConfig& fleet)
    : topics_(fleet.topic_root, fleet.fleet),
      marker_topic_(fmt::format("chaos/{}/marker", fleet.fleet)),
      inbox_(kMaxInbox),
      session_(SessionOptions(fleet)) {
  session_.Start();
  EXPECT_TRUE(session_.WaitConnected(steady_clock::now() + std::chrono::seconds(60)));
}

wire::MqttSession::Options FleetWatcher::SessionOptions(const FleetConfig& fleet) {
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.client_id = "chaos-watcher";
  options.subscriptions = {topics_.AllResults(), topics_.AllWorkerStatus(), kDropped,
                           marker_topic_};
  options.on_message = [this](wire::Message&& message) {
    if (!inbox_.TryPush(std::move(message))) ++inbox_full_;
  };
  return options;
}

void FleetWatcher::Take(SteadyTime until) {
  do {
    if (const std::optional<wire::Message> message = inbox_.PopUntil(until)) Sort(*message);
  } while (steady_clock::now() < until);
}

// A subscriber gets messages in the order in which the broker took them: the marker comes last.
bool FleetWatcher::TakeAll(SteadyTime deadline) {
  wire::Message marker;
  marker.topic = marker_topic_;
  marker.payload = std::to_string(++marker_);
  if (!session_.Publish(std::move(marker)).ok()) return false;
  while (marker_seen_ < marker_) {
    if (steady_clock::now() > deadline) return false;
    Take(steady_clock::now() + kTurn);
  }
  return true;
}

void FleetWatcher::Sort(const wire::Message& message) {
  if (message.topic == marker_topic_) {
    marker_seen_ = std::max<std::uint64_t>(marker_seen_, std::stoull(message.payload));
  } else if (message.topic == kDropped) {
    const std::uint64_t now = std::strtoull(message.payload.c_str(), nullptr, 10);
    // A broker that was restarted counts from zero.
    if (now < dropped_) dropped_before_ += dropped_;
    dropped_ = now;
  } else if (message.topic.ends_with("/result")) {
    const auto results = wire::ReadResults(message, topics_);
    if (results.ok()) {
      for (const wire::Result& result : *results) {
        ledger_.Add(result);
        phase_.Add(result);
      }
    } else if (absl::IsPermissionDenied(results.status())) {
      ++refused_;
    } else {
      ++unreadable_;
      std::fprintf(stderr, "%s: %s\n", message.topic.c_str(),
                   std::string(results.status().message()).c_str());
    }
  } else {
    SortStatus(message);
  }
}

void FleetWatcher::SortStatus(const wire::Message& message) {
  auto status = wire::ReadStatus(message, topics_);
  if (!status.ok() || status->worker.empty()) return;
  const std::string id = status->worker;
  workers_.insert_or_assign(id, *std::move(status));
}

std::string FleetWatcher::OnlineRun(const std::string& worker) const {
  const auto found = workers_.find(worker);
  if (found == workers_.end() || found->second.state != wire::State::kOnline) return "";
  return found->second.run;
}

bool FleetWatcher::AwaitConnect(std::uint64_t connects, SteadyTime deadline) {
  while (session_.counters().connects <= connects || !session_.connected()) {
    if (steady_clock::now() > deadline) return false;
    Take(steady_clock::now() + kTurn);
  }
  return true;
}

}  // namespace biglittle::chaos
