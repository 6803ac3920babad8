#include "cli/new/wav_file.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>

#include "absl/status/status.h"

#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::uint16_t kPcm = 1;
constexpr std::uint16_t kFloat = 3;
constexpr std::uint16_t kExtensible = 0xFFFE;
constexpr std::size_t kMostChannels = 64;

// Little endian; demands that they are there.
std::uint32_t Unsigned(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i > 0; --i) {
    value = value << 8U | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return value;
}

struct Format {
  std::uint16_t kind = 0;
  std::size_t channels = 0;
  std::uint32_t rate_hz = 0;
  std::size_t bits = 0;
};

std::optional<Format> ParseFormat(std::string_view chunk) {
  if (chunk.size() < 16) return std::nullopt;
  Format format{.kind = static_cast<std::uint16_t>(Unsigned(chunk, 0, 2)),
                .channels = Unsigned(chunk, 2, 2),
                .rate_hz = Unsigned(chunk, 4, 4),
                .bits = Unsigned(chunk, 14, 2)};
  // The kind stands at the beginning of its GUID.
  if (format.kind == kExtensible && chunk.size() >= 26) {
    format.kind = static_cast<std::uint16_t>(Unsigned(chunk, 24, 2));
  }
  return format;
}

absl::Status CheckFormat(const Format& format) {
  const bool pcm = format.kind == kPcm && (format.bits == 8 || format.bits == 16 ||
                                           format.bits == 24 || format.bits == 32);
  if (!pcm && !(format.kind == kFloat && format.bits == 32)) {
    return absl::InvalidArgumentError(fmt::format(
        "its samples are of WAV format {} with {} bits; convert it to 16-bit PCM, for instance by "
        "'sox IN -b 16 OUT.wav'",
        format.kind, format.bits));
  }
  if (format.channels == 0 || format.channels > kMostChannels || format.rate_hz == 0) {
    return absl::InvalidArgumentError(
        fmt::format("it has {} channels at {} Hz", format.channels, format.rate_hz));
  }
  return absl::OkStatus();
}

float SampleAt(std::string_view data, std::size_t at, const Format& format) {
  const std::uint32_t bits = Unsigned(data, at, format.bits / 8);
  if (format.kind == kFloat) {
    float value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  }
  if (format.bits == 8) return static_cast<float>(bits);
  // The sign's bit goes to the front, and comes back with the shift.
  const unsigned unused = 32 - static_cast<unsigned>(format.bits);
  return static_cast<float>(static_cast<std::int32_t>(bits << unused) >> unused);
}

}  // namespace

absl::StatusOr<WavSound> ParseWav(std::string_view bytes) {
  if (!bytes.starts_with("RIFF") || bytes.size() < 12 || bytes.substr(8, 4) != "WAVE") {
    return absl::InvalidArgumentError("it is no WAV file");
  }
  std::optional<Format> format;
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    const std::string_view id = bytes.substr(at, 4);
    const std::size_t size = Unsigned(bytes, at + 4, 4);
    const std::string_view chunk = bytes.substr(at + 8, size);
    if (id == "fmt ") format = ParseFormat(chunk);
    if (id == "data") {
      if (!format) return absl::InvalidArgumentError("its samples come before their format");
      if (absl::Status good = CheckFormat(*format); !good.ok()) return good;
      WavSound sound{.rate_hz = format->rate_hz,
                     .channels = format->channels,
                     .is_int16 = format->kind == kPcm && format->bits == 16};
      const std::size_t bytes_a_sample = format->bits / 8;
      const std::size_t frames = chunk.size() / (bytes_a_sample * format->channels);
      sound.frames.reserve(frames * format->channels);
      for (std::size_t i = 0; i < frames * format->channels; ++i) {
        sound.frames.push_back(SampleAt(chunk, i * bytes_a_sample, *format));
      }
      return sound;
    }
    // Chunks begin at even places.
    at += 8 + size + size % 2;
  }
  return absl::InvalidArgumentError("it has no samples");
}

}  // namespace biglittle
