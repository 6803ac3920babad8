// Frames as binary numbers, one behind the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "device_agent/sources/formats/frame_reader.h"

namespace biglittle {

enum class RawType : std::uint8_t { kUint8, kInt8, kInt16, kUint16, kInt32, kFloat32, kFloat64 };

struct RawFormat {
  RawType dtype = RawType::kInt16;
  std::size_t channels = 1;
  bool big_endian = false;

  bool operator==(const RawFormat&) const = default;
};

std::size_t SizeOf(RawType type);

// Refuses a frame with a value that is not finite ("number"), and at the end a part of one
// ("part").
class RawFrames final : public FrameReader {
 public:
  explicit RawFrames(const RawFormat& format) : format_(format) {}

  std::size_t channels() const override { return format_.channels; }
  absl::Status Read(std::string_view bytes, FrameSink& sink) override;
  absl::Status Finish(FrameSink& sink) override;
  void Reset() override { rest_.clear(); }

 private:
  std::size_t frame_bytes() const { return SizeOf(format_.dtype) * format_.channels; }
  void ReadFrames(std::string_view whole, FrameSink& sink);

  const RawFormat format_;
  std::string rest_;  // less than a frame
  std::vector<float> values_;
};

}  // namespace biglittle
