// What a `source` that reads samples as somebody else writes them has: how they are written, and
// how they become windows.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/yaml/key_kinds.h"
#include "core/yaml/key_table.h"
#include "core/yaml/map_reader.h"
#include "device_agent/sources/formats/csv_frames.h"
#include "device_agent/sources/formats/ndjson_frames.h"
#include "device_agent/sources/formats/npy_frames.h"
#include "device_agent/sources/formats/raw_frames.h"
#include "device_agent/sources/stream/windowing_options.h"

namespace biglittle {

// Which clock says when a window was whole.
enum class TimestampBy : std::uint8_t {
  kArrival,  // that of this machine, when its last sample was read
  kSource,   // the sensor's own, by the `time` of the format
};

using SampleFormat = std::variant<CsvFormat, NdjsonFormat, RawFormat, NpyFormat>;

struct StreamOptions : WindowingOptions {
  SampleFormat format = CsvFormat{};
  TimestampBy timestamp = TimestampBy::kArrival;
  Milliseconds max_age{100};  // by the sensor's clock; what is older is not believed

  bool operator==(const StreamOptions&) const = default;
};

// A map with a type, and the keys of that type.
void ReadSampleFormat(const YamlNode& node, SampleFormat& format, Problems& problems);
ValueShape SampleFormatShape();
std::span<const Choice<TimestampBy>> TimestampChoices();

// The keys of a section whose struct derives from StreamOptions.
template <typename Options>
std::vector<Key<Options>> StreamKeys() {
  std::vector<Key<Options>> keys = WindowingKeys<Options>();
  keys.insert(
      keys.begin(),
      {KeyReadBy<Options, SampleFormat>(
           "format", &StreamOptions::format, ReadSampleFormat, SampleFormatShape(),
           {.help = "how samples are written", .absent = "`csv` of one column"}),
       SensorRateKey<Options>(),
       ChoiceKey<Options, TimestampBy>("timestamp", &StreamOptions::timestamp, TimestampChoices(),
                                       {.help = "what says when a sample was taken"}),
       WholeKey<Options, Milliseconds>(
           "max_age_ms", &StreamOptions::max_age, {1, 86'400'000},
           {.help = "how old a sample may come, by a `timestamp` of the source: what seems "
                    "older counts from its arrival. A deadline counts from the time of the "
                    "sample, so this is part of it"})});
  return keys;
}

}  // namespace biglittle
