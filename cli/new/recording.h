// Recordings of a sensor, whatever kind of file they are in.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "device_agent/sources/formats/csv_frames.h"

namespace biglittle {

struct Recording {
  std::size_t channels = 0;
  std::optional<float> rate_hz;   // where the file says it
  std::vector<float> frames;      // interleaved
  bool is_int16 = false;          // every value is one
  std::uint64_t refused = 0;      // lines that could not be read; each is a gap
  std::vector<std::size_t> gaps;  // the frames that they stood before, ascending
};

inline constexpr std::size_t kMaxRecordingBytes = std::size_t{1} << 30;  // of a file

// What a folder of recordings may hold: .wav, .csv, .txt, .npy.
bool IsRecording(const std::filesystem::path& file);
// Of these, lines of numbers.
bool HasLines(const std::filesystem::path& file);

// A .wav; a .npy of [samples] or [samples, channels]; anything else as lines of numbers. `csv` with
// no columns: as many as the first line with numbers has. Errors in one line that begins with the
// file.
absl::StatusOr<Recording> ReadRecording(const std::filesystem::path& file, const CsvFormat& csv);

}  // namespace biglittle
