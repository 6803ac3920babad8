// An independent consumer of a fleet's result and status topics, as a dashboard would be one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "cli/lab/result_tally.h"
#include "core/bounded_queue.h"
#include "core/clock.h"
#include "core/fleet/fleet_config.h"
#include "wire/messages/status.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle {

// One thread calls it.
class FleetObserver {
 public:
  // Begins to connect. `name` must be unique among the broker's observers; `as` is the dashboard
  // whose credentials it uses, where the fleet file asks for some.
  FleetObserver(const FleetConfig& fleet, const std::string& name, const std::string& as = "");

  bool WaitConnected(SteadyTime deadline) const { return session_.WaitConnected(deadline); }

  // Takes what arrives until `until`: results go to `tally`, statuses are kept.
  void Take(SteadyTime until, ResultTally& tally);
  // The same until `done`, which is asked every 10 ms; false if `deadline` came first.
  bool TakeUntil(SteadyTime deadline, ResultTally& tally, const std::function<bool()>& done);

  // The last status of the worker of this id says online.
  bool IsOnline(const std::string& worker) const;
  // How many devices said online last.
  std::size_t DevicesOnline() const;
  // How many readings the device of this id took, once it has stopped cleanly.
  std::optional<std::uint64_t> ReadingsOf(const std::string& device) const;

  // How many readings the worker of this id was asked for, once it has stopped cleanly.
  std::optional<std::uint64_t> ReadingsOfWorker(const std::string& worker) const;

  // A counter of its last status; nullopt while it has told none.
  std::optional<std::uint64_t> CounterOfWorker(const std::string& worker,
                                               const std::string& counter) const;

  // Messages that held more than one result.
  std::uint64_t batches() const { return batches_; }
  // Messages that are not of whom they say, or that are retained and should not be.
  std::uint64_t refused() const { return refused_; }

 private:
  void Sort(const wire::Message& message, ResultTally& tally);

  const wire::Topics topics_;
  BoundedQueue<wire::Message> inbox_;
  std::uint64_t batches_ = 0;
  std::uint64_t refused_ = 0;
  std::map<std::string, wire::Status> devices_;
  std::map<std::string, wire::Status> workers_;
  wire::MqttSession session_;  // last, so that its callbacks end first
};

}  // namespace biglittle
