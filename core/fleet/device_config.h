// A device of a fleet file, templates unfolded. What each may be: core/fleet/fleet_devices.cc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/fleet/escalation_config.h"
#include "core/fleet/health_config.h"
#include "core/fleet/record_config.h"
#include "core/fleet/results_config.h"
#include "core/fleet/source_config.h"
#include "core/fleet/state_config.h"

namespace biglittle {

// kWait: one final result. kRefine: for an escalated reading the little net's answer at once, as
// provisional, then the final one.
enum class AnswerMode : std::uint8_t { kWait, kRefine };

struct DeviceConfig {
  std::string id;
  std::string task;
  Milliseconds deadline{500};  // from capture to final outcome
  // The deadline of readings that the little net takes for this class, by label.
  std::map<std::string, Milliseconds> class_deadlines;
  AnswerMode answer_mode = AnswerMode::kWait;
  SourceConfig source;
  EscalationConfig escalation;
  ResultsConfig results;
  std::optional<StateConfig> state;    // absent: none is published
  std::optional<StoreConfig> store;    // absent: what waits for the broker ends with the process
  std::optional<RecordConfig> record;  // absent: no window is kept
  Milliseconds status_interval{5000};
  Milliseconds drain_timeout{5000};    // how long a stop may wait for the broker
  std::optional<HealthConfig> health;  // absent: no health server

  bool operator==(const DeviceConfig&) const = default;
};

}  // namespace biglittle
