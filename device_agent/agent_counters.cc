#include "device_agent/agent_counters.h"

#include <fmt/format.h>

#include <utility>

namespace biglittle {
namespace {

// In the order of AgentCounters::Event.
constexpr std::array<const char*, AgentCounters::kEvents> kNames = {
    "readings",
    "outcomes",
    "unlike_training",
    "answered_at_early_exit",
    "provisional_results",
    "deadlines_missed",
    "ended_after_restart",
};

}  // namespace

void AgentCounters::AddTo(std::map<std::string, std::uint64_t>& counters) const {
  const auto add = [&counters](std::string name, std::uint64_t count) {
    if (count > 0) counters[std::move(name)] += count;
  };
  for (std::size_t i = 0; i < events_.size(); ++i) add(kNames[i], events_[i]);
  for (std::size_t i = 0; i < decided_by_.size(); ++i) {
    add(fmt::format("decided_by_{}", Name(static_cast<wire::DecidedBy>(i))), decided_by_[i]);
  }
  for (std::size_t i = 0; i < fell_back_.size(); ++i) {
    add(fmt::format("fell_back_{}", Name(static_cast<FallbackReason>(i))), fell_back_[i]);
  }
}

}  // namespace biglittle
