// Is all well? The rule of the console (dashboard/src/store/verdict.ts), whose numbers these are;
// docs/dashboards.md has it in words.
//
// Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/watch/watched_fleet.h"
#include "core/clock.h"

namespace biglittle {

// The worst first.
enum class Tone : std::uint8_t { kAlarm, kAbsent, kAttention, kNeutral, kWell };

// What a device is, in a word or two, and since when.
struct Condition {
  Tone tone = Tone::kNeutral;
  std::string words;
  std::string label;  // of the class; empty: it is no class that is said
  std::optional<WallTime> since;
  bool at_least = false;
};
Condition ConditionOf(const WatchedDevice& device, const ShownTask* task);

// Why a device or a worker is not well.
struct Concern {
  Tone tone = Tone::kAttention;
  std::string text;  // behind its name
};
// nullopt: it is well, as far as is known. `condition`: what ConditionOf said of it.
std::optional<Concern> ConcernOf(const WatchedDevice& device, const Condition& condition,
                                 const ShownTask* task, WallTime now);
std::optional<Concern> ConcernOf(const Presence& worker, WallTime now);

// Its condition began at `time` or later, or may have: it was away already when it was looked at.
bool HasChangedSince(const WatchedDevice& device, const Condition& condition, WallTime time);

}  // namespace biglittle
