// Keys that devices and workers have alike. A private part of the fleet reader.
#pragma once

#include <optional>
#include <utility>

#include "core/clock.h"
#include "core/fleet/fleet_hosts.h"
#include "core/fleet/health_config.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {

template <typename Section>
Key<Section> StatusIntervalKey(Milliseconds Section::*member) {
  return WholeKey("status_interval_ms", member, {100, 3'600'000},
                  {.help = "between two status messages"});
}

template <typename Section>
Key<Section> DrainTimeoutKey(Milliseconds Section::*member, KeyText text) {
  return WholeKey("drain_timeout_ms", member, {0, 300'000}, std::move(text));
}

template <typename Section>
Key<Section> HealthKey(std::optional<HealthConfig> Section::*member) {
  return SectionKey("health", member, HealthKeys(), {.absent = "no health server"});
}

}  // namespace biglittle
