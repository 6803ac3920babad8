#include "device_agent/sources/formats/raw_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace biglittle {
namespace {

template <typename Number>
float Load(const char* bytes, bool big_endian) {
  char copy[sizeof(Number)];
  std::memcpy(copy, bytes, sizeof(copy));
  if (big_endian != (std::endian::native == std::endian::big))
    std::reverse(copy, copy + sizeof(copy));
  Number number;
  std::memcpy(&number, copy, sizeof(number));
  return static_cast<float>(number);
}

float LoadAs(RawType type, const char* bytes, bool big_endian) {
  switch (type) {
    case RawType::kUint8:
      return Load<std::uint8_t>(bytes, big_endian);
    case RawType::kInt8:
      return Load<std::int8_t>(bytes, big_endian);
    case RawType::kInt16:
      return Load<std::int16_t>(bytes, big_endian);
    case RawType::kUint16:
      return Load<std::uint16_t>(bytes, big_endian);
    case RawType::kInt32:
      return Load<std::int32_t>(bytes, big_endian);
    case RawType::kFloat32:
      return Load<float>(bytes, big_endian);
    case RawType::kFloat64:
      return Load<double>(bytes, big_endian);
  }
  return 0.0F;
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
  const std::size_t size = SizeOf(format_.dtype);
  values_.clear();
  for (std::size_t at = 0; at < whole.size(); at += frame_bytes()) {
    const std::size_t begin = values_.size();
    for (std::size_t channel = 0; channel < format_.channels; ++channel) {
      values_.push_back(
          LoadAs(format_.dtype, whole.data() + at + channel * size, format_.big_endian));
    }
    if (std::all_of(values_.begin() + static_cast<std::ptrdiff_t>(begin), values_.end(),
                    [](float value) { return std::isfinite(value); })) {
      continue;
    }
    values_.resize(begin);
    if (!values_.empty()) sink.OnFrames(values_);
    values_.clear();
    sink.OnRefused("number", "a frame has a value that is not finite");
  }
  if (!values_.empty()) sink.OnFrames(values_);
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
