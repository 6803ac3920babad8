// How a `source` that gives samples makes windows of them, whatever they come by.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/clock.h"
#include "core/yaml/key_kinds.h"
#include "core/yaml/key_table.h"
#include "signal/window_cutter.h"
#include "signal/window_gate.h"

namespace biglittle {

// In frames, or in milliseconds, which need rate_hz.
struct StreamWindow {
  std::optional<std::size_t> samples;  // absent: as many as the task's window has
  std::optional<std::size_t> hop;      // absent: a window begins where the one before ends
  std::optional<std::size_t> length_ms;
  std::optional<std::size_t> hop_ms;

  bool operator==(const StreamWindow&) const = default;
};

struct StreamGate {
  GateKind type = GateKind::kNone;
  float above = 0.0F;
  Milliseconds hold{0};

  bool operator==(const StreamGate&) const = default;
};

struct WindowingOptions {
  std::optional<float> rate_hz;  // at which the sensor samples
  bool resample = false;         // to the task's rate
  StreamWindow window;
  OnGap on_gap = OnGap::kRestart;
  StreamGate gate;
  float scale = 1.0F;  // of each value, then the offset is added
  float offset = 0.0F;

  bool operator==(const WindowingOptions&) const = default;
};

const KeyTable<StreamWindow>& StreamWindowKeys();
const KeyTable<StreamGate>& StreamGateKeys();
std::span<const Choice<OnGap>> OnGapChoices();

// The keys of a section whose struct derives from WindowingOptions, but for rate_hz, which a source
// that sets its sensor's rate has of its own.
template <typename Options>
std::vector<Key<Options>> WindowingKeys() {
  return {
      BoolKey<Options>("resample", &WindowingOptions::resample, {.help = "to the task's rate"}),
      SectionKey<Options, StreamWindow>("window", &WindowingOptions::window, StreamWindowKeys(),
                                        {}),
      ChoiceKey<Options, OnGap>("on_gap", &WindowingOptions::on_gap, OnGapChoices(),
                                {.help = "what a gap in the stream means for windows"}),
      SectionKey<Options, StreamGate>("gate", &WindowingOptions::gate, StreamGateKeys(), {}),
      FractionKey<Options, float>("scale", &WindowingOptions::scale, {-1e9, 1e9},
                                  {.help = "each value is multiplied by it, before all else"}),
      FractionKey<Options, float>("offset", &WindowingOptions::offset, {-1e9, 1e9},
                                  {.help = "then it is added"}),
  };
}

// That of a source whose sensor has a rate of its own, which has to be told.
template <typename Options>
Key<Options> SensorRateKey() {
  return FractionKey<Options, std::optional<float>>(
      "rate_hz", &WindowingOptions::rate_hz, {0, 1e7, true},
      {.help = "at which the sensor samples; another one than the task's `rate_hz` is a mistake "
               "unless `resample` says otherwise",
       .unit = "Hz",
       .absent = "not known: windows have the time at which their last sample was read"});
}

}  // namespace biglittle
