// WAV files: RIFF with linear PCM or 32-bit floats.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

struct WavSound {
  std::uint32_t rate_hz = 0;
  std::size_t channels = 0;
  // Interleaved, as the file has them: 16-bit samples are -32768 to 32767, 8-bit ones 0 to 255;
  // floats may be no numbers.
  std::vector<float> frames;
  bool is_int16 = false;
};

// Of a whole file: PCM of 8, 16, 24 or 32 bits, floats of 32, also as WAVE_FORMAT_EXTENSIBLE. A
// data chunk that says it is longer than the file (a recorder that was killed) ends with the file.
// InvalidArgument in one line without the file's name. Source: Microsoft, "Multimedia Programming
// Interface and Data Specifications 1.0", 1991.
absl::StatusOr<WavSound> ParseWav(std::string_view bytes);

}  // namespace biglittle
