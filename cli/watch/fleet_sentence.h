// The one sentence about a fleet: "All well but two: ...", as the console says it
// (dashboard/src/views/concerns.ts).
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/watch/verdict.h"
#include "core/program/terminal_screen.h"

namespace biglittle {

// Of whom a concern is.
struct Complaint {
  bool is_worker = false;
  std::string id;
  Concern concern;
};

// The worst first, workers before devices, names in their own order.
void SortComplaints(std::vector<Complaint>& complaints);

// In at most `columns`: those for which there is no room are counted. `members`: devices and
// workers together; `devices` of them.
ScreenLine FleetSentence(const std::vector<Complaint>& complaints, std::size_t devices,
                         std::size_t members, std::size_t columns);

// "▲" and its like: each tone has a shape of its own, so that nobody needs the colour.
std::string_view MarkOf(Tone tone);
TextStyle StyleOf(Tone tone);

}  // namespace biglittle
