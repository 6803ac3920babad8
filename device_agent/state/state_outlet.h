// Publishes the class that a device has settled on: when it changes, when the broker is back, and
// now and then.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet/state_config.h"
#include "core/task/task.h"
#include "device_agent/state/settled_class.h"
#include "wire/message.h"
#include "wire/messages/result.h"

namespace biglittle {

// Neither thread nor network inside. Not thread-safe.
class StateOutlet {
 public:
  using Publish = std::function<absl::Status(wire::Message)>;
  using Counters = std::map<std::string, std::uint64_t>;

  // `task` is only looked at; `task`, `counters` and `clock` must outlive it.
  StateOutlet(const StateConfig& config, const Task& task, std::string topic, Publish publish,
              Counters& counters, const Clock& clock);

  // A reading's final result. Those that no net has seen say nothing of the state.
  void OnFinal(const wire::Result& result);
  // Begins as away. While it is, only the last state is kept.
  void OnLink(bool up);
  void OnTime();
  // When OnTime has something to do.
  std::optional<SteadyTime> NextWake() const;

 private:
  void Say();

  const StateConfig config_;
  const Task& task_;
  const std::string topic_;
  const Publish publish_;
  Counters& counters_;
  const Clock& clock_;

  SettledClass settled_;
  wire::Result last_;  // that counted
  bool link_up_ = false;
  bool unsaid_ = false;  // a change that nobody was told
  SteadyTime next_;
};

}  // namespace biglittle
