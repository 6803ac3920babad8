// The frame of a chaos scenario: a broker, a proxy before it, a fleet, an independent watcher; and
// the judgement at the end, the same for all:
//
// lost 0, duplicate finals 0, 99.9 % of the deadlines met (as the agent measures), memory flat.
//
// Readings at the source are what the fleet file says: each device replays so many windows and
// stops, and one that was killed goes on where it was.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "tests/chaos/chaos_broker.h"
#include "tests/chaos/chaos_fleet.h"
#include "tests/chaos/fleet_watcher.h"
#include "tests/chaos/report.h"
#include "tests/chaos/stall_watch.h"
#include "tests/chaos/tcp_proxy.h"

namespace biglittle::chaos {

class Scenario : public testing::Test {
 protected:
  ~Scenario() override;
  // Judges, if the scenario did not do it itself, and reports the row.
  void TearDown() override;

  void Begin(const std::string& name, const FleetOptions& options = {}, bool persistent = false);
  // The row says why; then return from the test.
  void SkipBecause(const std::string& name, const std::string& reason);
  // Waits until all devices have ended, and judges. Only scenarios that ask more afterwards, or
  // whose surroundings end with them, need to call it.
  void Finish();

  // Starts this worker, and the first group of devices.
  void StartAll(const std::string& worker = "worker-1");
  void StartWorker(const std::string& id, bool other_model = false);
  // Waits until it has said online in its present run.
  void AwaitWorker(const std::string& id);
  // Kill -9, and again.
  void RestartWorker(const std::string& id);
  void RestartBroker();

  // Takes results until `condition` holds. False when no device runs any more or it takes too long.
  bool TakeUntil(const std::function<bool()>& condition);
  // Until this share of all readings has its final result.
  bool Progress(double share);
  // How much memory a process may take while the scenario lasts; 4 MiB if it is not said.
  void AllowMemory(double mib) { allowed_mib_ = mib; }
  // Takes results for as long as a disturbance is to last.
  void TakeFor(Milliseconds duration);
  // The figures since the phase before.
  PhaseFigures TakePhase() { return watcher_->TakePhase(); }

  // The longest time, so far, by which the machine woke a thread too late that had nothing to do.
  double machine_stall_ms() const { return stalls_->longest_ms(); }

  ChaosBroker& broker() { return *broker_; }
  TcpProxy& link() { return *link_; }  // between the devices and the broker
  ChaosFleet& fleet() { return *fleet_; }
  FleetWatcher& watcher() { return *watcher_; }
  const ResultLedger& ledger() { return watcher_->ledger(); }
  std::uint64_t expected() const;

 private:
  void Turn();
  void AwaitQuiet();
  Row MakeRow();
  void Judge(const Row& row);

  std::string name_;
  SteadyTime begun_at_;
  bool finished_ = true;
  Row row_;
  std::map<std::string, std::string> last_run_;  // of each worker, as it was last seen online

  std::optional<StallWatch> stalls_;
  std::optional<ChaosBroker> broker_;
  std::optional<TcpProxy> link_;
  std::optional<ChaosFleet> fleet_;
  std::optional<FleetWatcher> watcher_;
  double allowed_mib_ = 4.0;
};

}  // namespace biglittle::chaos
