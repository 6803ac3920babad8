#include "device_agent/sources/formats/raw_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <type_traits>

#include "signal/finite.h"

namespace biglittle {
namespace {

// As the machine has them, or with their bytes turned around.
template <typename Number, bool kTurned>
void LoadAll(std::string_view bytes, std::vector<float>& values) {
  values.resize(bytes.size() / sizeof(Number));
  if constexpr (std::is_same_v<Number, float> && !kTurned) {
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(Number));
    return;
  }
  const char* next = bytes.data();
  for (float& value : values) {
    char copy[sizeof(Number)];
    std::memcpy(copy, next, sizeof(copy));
    if constexpr (kTurned) std::reverse(copy, copy + sizeof(copy));
    Number number;
    std::memcpy(&number, copy, sizeof(number));
    value = static_cast<float>(number);
    next += sizeof(Number);
  }
}

template <typename Number>
void LoadAll(std::string_view bytes, bool big_endian, std::vector<float>& values) {
  const bool turned = big_endian != (std::endian::native == std::endian::big);
  turned ? LoadAll<Number, true>(bytes, values) : LoadAll<Number, false>(bytes, values);
}

void LoadAllAs(RawType type, std::string_view bytes, bool big_endian, std::vector<float>& values) {
  switch (type) {
    case RawType::kUint8:
      return LoadAll<std::uint8_t>(bytes, big_endian, values);
    case RawType::kInt8:
      return LoadAll<std::int8_t>(bytes, big_endian, values);
    case RawType::kInt16:
      return LoadAll<std::int16_t>(bytes, big_endian, values);
    case RawType::kUint16:
      return LoadAll<std::uint16_t>(bytes, big_endian, values);
    case RawType::kInt32:
      return LoadAll<std::int32_t>(bytes, big_endian, values);
    case RawType::kFloat32:
      return LoadAll<float>(bytes, big_endian, values);
    case RawType::kFloat64:
      return LoadAll<double>(bytes, big_endian, values);
  }
}

}  // namespace

std::size_t SizeOf(RawType type) {
  switch (type) {
    case RawType::kUint8:
    case RawType::kInt8:
      return 1;
    case RawType::kInt16:
    case RawType::kUint16:
      return 2;
    case RawType::kInt32:
    case RawType::kFloat32:
      return 4;
    case RawType::kFloat64:
      return 8;
  }
  return 1;
}

absl::Status RawFrames::Read(std::string_view bytes, FrameSink& sink) {
  if (!rest_.empty()) {
    const std::size_t missing = std::min(frame_bytes() - rest_.size(), bytes.size());
    rest_ += bytes.substr(0, missing);
    bytes.remove_prefix(missing);
    if (rest_.size() < frame_bytes()) return absl::OkStatus();
    ReadFrames(rest_, sink);
    rest_.clear();
  }
  const std::size_t whole = bytes.size() / frame_bytes() * frame_bytes();
  ReadFrames(bytes.substr(0, whole), sink);
  rest_ = bytes.substr(whole);
  return absl::OkStatus();
}

void RawFrames::ReadFrames(std::string_view whole, FrameSink& sink) {
  if (whole.empty()) return;
  LoadAllAs(format_.dtype, whole, format_.big_endian, values_);
  if (AllFinite(values_)) return sink.OnFrames(values_);
  const std::size_t channels = format_.channels;
  for (std::size_t at = 0; at < values_.size(); at += channels) {
    const auto frame = std::span<const float>(values_).subspan(at, channels);
    if (AllFinite(frame)) {
      sink.OnFrames(frame);
    } else {
      sink.OnRefused("number", "a frame has a value that is not finite");
    }
  }
}

absl::Status RawFrames::Finish(FrameSink& sink) {
  if (!rest_.empty()) {
    sink.OnRefused("part",
                   fmt::format("{} bytes are left, a frame has {}", rest_.size(), frame_bytes()));
  }
  rest_.clear();
  return absl::OkStatus();
}

}  // namespace biglittle
