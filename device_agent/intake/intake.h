// Where an agent's readings come in, whatever kind of source they are from.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "device_agent/sources/sample.h"

namespace biglittle {

// A reading that nobody will classify, because too many came.
struct DroppedReading {
  SteadyTime captured_at;
  std::optional<int> truth;
};

struct CapturedSample {
  Sample sample;
  SteadyTime captured_at;  // not later than now
};

// What has come, in the order in which it came: at most one sample, after those that were dropped.
struct Arrivals {
  std::vector<DroppedReading> dropped;
  std::optional<CapturedSample> sample;
};

// How busy the device is: a source that can wait, waits.
struct Pressure {
  bool escalations_full = false;  // one more could not be escalated
  bool backlog_high = false;      // much waits for the broker
  // Since when the device takes no readings: a source that can wait is not asked meanwhile.
  std::optional<SteadyTime> paused_since = std::nullopt;
};

// Not thread-safe but for `wake`: the agent's thread has it. Nothing here waits for the source.
//
// Who implements it: Take gives every reading that has come exactly once, and no more dropped ones
// at a time than can be ended without making replies wait (kMaxDroppedAtOnce).
class Intake {
 public:
  static constexpr std::size_t kMaxDroppedAtOnce = 256;
  // How long a source that can wait is left alone while much waits for the broker.
  static constexpr Milliseconds kBackpressurePause{5};

  virtual ~Intake() = default;

  // Once, first. `had`: so many readings the earlier runs of the device had. `first_at`: when the
  // first reading is due, where the device asks for it. `wake` is called when something has come
  // before NextTake, from any thread, until Stop has returned.
  virtual void Start(std::uint64_t had, SteadyTime first_at, std::function<void()> wake) = 0;
  virtual Arrivals Take(SteadyTime now, const Pressure& pressure) = 0;
  // When Take will have something, as far as it is known; SteadyTime::max(): somebody will wake.
  // Asked before each wait, so `backlog_high` is not told: that costs a lock.
  virtual SteadyTime NextTake(const Pressure& pressure) const = 0;
  // The source gives nothing more; what has come may still wait to be taken.
  virtual void Stop(SteadyTime deadline) = 0;
  // Stops the source and starts it anew, soon; what has come stays. FailedPrecondition, in one
  // line: there is nothing to be started.
  virtual absl::Status Restart() = 0;
  // There is nothing to be taken, and never will be.
  virtual bool ended() const = 0;
  // Why the source ended before its time; OK where it did not.
  virtual absl::Status status() const = 0;

  // What is wrong with the source now, for people: "" where nothing is.
  virtual std::string Trouble() const { return ""; }
  virtual void AddCounters(std::map<std::string, std::uint64_t>& counters) const = 0;
};

}  // namespace biglittle
