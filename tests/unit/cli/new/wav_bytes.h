// WAV files made for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace biglittle {

struct WavHead {
  std::uint16_t kind = 1;  // 1 PCM, 3 floats
  std::uint16_t channels = 1;
  std::uint32_t rate_hz = 1000;
  std::uint16_t bits = 16;
};

inline std::string LittleEndian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFFU);
  return text;
}

inline std::string FormatChunk(const WavHead& head) {
  const std::uint32_t frame = head.channels * head.bits / 8U;
  return "fmt " + LittleEndian(16, 4) + LittleEndian(head.kind, 2) +
         LittleEndian(head.channels, 2) + LittleEndian(head.rate_hz, 4) +
         LittleEndian(head.rate_hz * frame, 4) + LittleEndian(frame, 2) +
         LittleEndian(head.bits, 2);
}

inline std::string Riff(const std::string& chunks) {
  return "RIFF" + LittleEndian(static_cast<std::uint32_t>(chunks.size() + 4), 4) + "WAVE" + chunks;
}

inline std::string WavBytes(const WavHead& head, const std::vector<std::uint32_t>& samples) {
  std::string data;
  for (const std::uint32_t sample : samples) data += LittleEndian(sample, head.bits / 8);
  return Riff(FormatChunk(head) + "data" +
              LittleEndian(static_cast<std::uint32_t>(data.size()), 4) + data);
}

}  // namespace biglittle
