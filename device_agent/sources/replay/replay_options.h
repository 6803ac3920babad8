// What a `source` of type replay has of its own: windows from a file, in the file's order or
// shuffled; it starts again at the end if more readings are asked for than the file has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/fleet/source_config.h"
#include "core/yaml/key_table.h"

namespace biglittle {

inline constexpr char kReplayType[] = "replay";

struct ReplaySource {
  std::filesystem::path windows;                // .npy, .npy.gz, IDX or gzip-compressed IDX
  std::optional<std::filesystem::path> labels;  // same kinds; one integer a window
  std::uint64_t start = 0;                      // position of the first window
  std::uint64_t stride = 1;                     // take every stride-th
  std::optional<std::uint64_t> shuffle_seed;    // permute the windows first, the same way each time

  bool operator==(const ReplaySource&) const = default;
};

const KeyTable<ReplaySource>& ReplayKeys();

// A source with these, and the defaults of all sources.
SourceConfig AsSourceConfig(ReplaySource options);

}  // namespace biglittle
