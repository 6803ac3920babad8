// The independent subscriber: straight at the broker, not through the proxy, with a durable session
// of its own. It sees every result that the broker gave an acknowledgement for, because
//
// - while the broker runs, it keeps the watcher's session and drops nothing (ChaosBroker's limits;
//   `dropped` is watched);
// - before the broker is killed it is frozen and the watcher reads what the kernel still has for
//   it: Mosquitto writes a message to its subscribers before it acknowledges it to the publisher;
// - after a restart, devices reach the broker only once the watcher has subscribed again: their
//   proxy refuses them until then (Scenario::RestartBroker). A broker without persistence knows no
//   session any more, and a result published before that would vanish although the fleet did all
//   it could.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/bounded_queue.h"
#include "core/clock.h"
#include "core/fleet/fleet_config.h"
#include "tests/chaos/phase_figures.h"
#include "tests/chaos/result_ledger.h"
#include "wire/messages/status.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle::chaos {

// One thread calls it.
class FleetWatcher {
 public:
  // `fleet.broker` must name the broker itself. Connects before it returns.
  explicit FleetWatcher(const FleetConfig& fleet);

  // Takes what arrives until `until`.
  void Take(SteadyTime until);
  // Takes everything that the broker took before this call. False if the broker did not answer.
  bool TakeAll(SteadyTime deadline);

  const ResultLedger& ledger() const { return ledger_; }
  // Of what came since this was called before.
  PhaseFigures TakePhase() { return std::exchange(phase_, {}); }
  // The run of the worker of this id that says it is online; empty if none does.
  std::string OnlineRun(const std::string& worker) const;
  // Messages that the broker dropped, of all its lives.
  std::uint64_t dropped() const { return dropped_before_ + dropped_; }
  // Results that nobody is to believe (wire/messages/consumed.h).
  std::uint64_t refused() const { return refused_; }
  // Results that could not be read, or not be kept: the harness's own failure.
  std::uint64_t unreadable() const { return unreadable_ + inbox_full_; }

  std::uint64_t connects() const { return session_.counters().connects; }
  std::uint64_t received() const { return session_.counters().received; }
  // Waits for another connection than the first `connects` ones.
  bool AwaitConnect(std::uint64_t connects, SteadyTime deadline);

 private:
  wire::MqttSession::Options SessionOptions(const FleetConfig& fleet);
  void Sort(const wire::Message& message);
  void SortStatus(const wire::Message& message);

  const wire::Topics topics_;
  const std::string marker_topic_;
  BoundedQueue<wire::Message> inbox_;
  std::atomic<std::uint64_t> inbox_full_{0};
  ResultLedger ledger_;
  PhaseFigures phase_;
  std::map<std::string, wire::Status> workers_;
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_before_ = 0;
  std::uint64_t unreadable_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t marker_ = 0;       // sent
  std::uint64_t marker_seen_ = 0;  // come back
  wire::MqttSession session_;      // last, so that its callbacks end first
};

}  // namespace biglittle::chaos
