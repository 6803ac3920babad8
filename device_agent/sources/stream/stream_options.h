// What a `source` that reads samples as somebody else writes them has: how they are written, and
// how they become windows.
#pragma once

#include <variant>
#include <vector>

#include "core/yaml/key_kinds.h"
#include "core/yaml/key_table.h"
#include "core/yaml/map_reader.h"
#include "device_agent/sources/formats/csv_frames.h"
#include "device_agent/sources/formats/ndjson_frames.h"
#include "device_agent/sources/formats/npy_frames.h"
#include "device_agent/sources/formats/raw_frames.h"
#include "device_agent/sources/stream/windowing_options.h"

namespace biglittle {

using SampleFormat = std::variant<CsvFormat, NdjsonFormat, RawFormat, NpyFormat>;

struct StreamOptions : WindowingOptions {
  SampleFormat format = CsvFormat{};

  bool operator==(const StreamOptions&) const = default;
};

// A map with a type, and the keys of that type.
void ReadSampleFormat(const YamlNode& node, SampleFormat& format, Problems& problems);
ValueShape SampleFormatShape();

// The keys of a section whose struct derives from StreamOptions.
template <typename Options>
std::vector<Key<Options>> StreamKeys() {
  std::vector<Key<Options>> keys = WindowingKeys<Options>();
  keys.insert(keys.begin(),
              {KeyReadBy<Options, SampleFormat>(
                   "format", &StreamOptions::format, ReadSampleFormat, SampleFormatShape(),
                   {.help = "how samples are written", .absent = "`csv` of one column"}),
               SensorRateKey<Options>()});
  return keys;
}

}  // namespace biglittle
