// What a `source` that is a stream of samples has, whatever they come by: how they are written, and
// how they become windows.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/yaml/key_kinds.h"
#include "core/yaml/key_table.h"
#include "core/yaml/map_reader.h"
#include "device_agent/sources/formats/csv_frames.h"
#include "device_agent/sources/formats/ndjson_frames.h"
#include "device_agent/sources/formats/raw_frames.h"
#include "signal/window_cutter.h"
#include "signal/window_gate.h"

namespace biglittle {

using SampleFormat = std::variant<CsvFormat, NdjsonFormat, RawFormat>;

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

struct StreamOptions {
  SampleFormat format = CsvFormat{};
  std::optional<float> rate_hz;  // at which the sensor samples
  bool resample = false;         // to the task's rate
  StreamWindow window;
  OnGap on_gap = OnGap::kRestart;
  StreamGate gate;
  float scale = 1.0F;  // of each value, then the offset is added
  float offset = 0.0F;

  bool operator==(const StreamOptions&) const = default;
};

const KeyTable<StreamWindow>& StreamWindowKeys();
const KeyTable<StreamGate>& StreamGateKeys();
std::span<const Choice<OnGap>> OnGapChoices();
// A map with a type, and the keys of that type.
void ReadSampleFormat(const YamlNode& node, SampleFormat& format, Problems& problems);
ValueShape SampleFormatShape();

// The keys of a section whose struct derives from StreamOptions.
template <typename Options>
std::vector<Key<Options>> StreamKeys() {
  return {
      KeyReadBy<Options, SampleFormat>(
          "format", &StreamOptions::format, ReadSampleFormat, SampleFormatShape(),
          {.help = "how samples are written", .absent = "`csv` of one column"}),
      FractionKey<Options, std::optional<float>>(
          "rate_hz", &StreamOptions::rate_hz, {0, 1e7, true},
          {.help =
               "at which the sensor samples; another one than the task's `rate_hz` is a mistake "
               "unless `resample` says otherwise",
           .unit = "Hz",
           .absent = "not known: windows have the time at which their last sample was read"}),
      BoolKey<Options>("resample", &StreamOptions::resample, {.help = "to the task's rate"}),
      SectionKey<Options, StreamWindow>("window", &StreamOptions::window, StreamWindowKeys(), {}),
      ChoiceKey<Options, OnGap>("on_gap", &StreamOptions::on_gap, OnGapChoices(),
                                {.help = "what a gap in the stream means for windows"}),
      SectionKey<Options, StreamGate>("gate", &StreamOptions::gate, StreamGateKeys(), {}),
      FractionKey<Options, float>("scale", &StreamOptions::scale, {-1e9, 1e9},
                                  {.help = "each value is multiplied by it, before all else"}),
      FractionKey<Options, float>("offset", &StreamOptions::offset, {-1e9, 1e9},
                                  {.help = "then it is added"}),
  };
}

}  // namespace biglittle
