// How a program is, written by its main loop and read by whoever asks from another thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "core/clock.h"

namespace biglittle {

struct VitalSigns {
  bool ready = false;
  std::string condition;  // one line for people: "online", "waiting for the broker at ..."
  std::map<std::string, std::uint64_t> counters;  // names as in status messages
  std::map<std::string, double> gauges;
};

// What a probe is told.
struct Verdict {
  bool good = false;
  std::string text;  // one line, without its end
};

// Thread-safe.
class Vitals {
 public:
  // A main loop that has not reported for longer is taken to hang.
  static constexpr std::chrono::seconds kMaxSilence{10};

  // Not ready and alive: a program that has not begun yet is its service manager's to judge.
  explicit Vitals(const Clock& clock) : clock_(clock) { signs_.condition = "starting"; }

  // The main loop has turned, and this is how it found things.
  void Report(VitalSigns signs);
  // The main loop has ended and will not report any more. Not ready, and alive until the program
  // ends, for what it still does has a bound of its own.
  void Stopping();

  Verdict Live() const;
  Verdict Ready() const;
  VitalSigns signs() const;

 private:
  enum class Phase : std::uint8_t { kStarting, kRunning, kStopping };

  const Clock& clock_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  Phase phase_ = Phase::kStarting;
  SteadyTime reported_at_;
  VitalSigns signs_;
};

}  // namespace biglittle
