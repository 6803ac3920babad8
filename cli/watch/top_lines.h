// The live view of a fleet, as lines of a screen: a sentence that says whether all is well, then a
// line a device.
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/watch/watched_fleet.h"
#include "core/clock.h"
#include "core/program/terminal_screen.h"

namespace biglittle {

enum class TopOrder : std::uint8_t { kTrouble, kName, kEscalated };
// The one behind it, the first behind the last.
TopOrder NextOrder(TopOrder order);

// What of a fleet is shown, and what is said beside it.
struct TopView {
  TopOrder order = TopOrder::kTrouble;
  std::string label;              // only devices that are of this class; empty: all
  std::optional<WallTime> since;  // only those that changed then or later
  std::size_t expected = 0;       // devices of the fleet file; 0: nobody knows
  std::string trouble;            // why there is no connection; empty: there is one
  std::string log;                // a line of the log; may be empty
  std::uint64_t dropped = 0;      // messages that came too fast
};

// At most size.rows, none wider than size.columns. Devices for which there is no room are counted
// in the last line, columns for which there is none are left out.
std::vector<ScreenLine> TopLines(const WatchedFleet& fleet, const TopView& view, WallTime now,
                                 ScreenSize size);

}  // namespace biglittle
