// What a camera says to the format that it is asked for. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

#include "device_agent/sources/camera/camera_device.h"

namespace biglittle {

// In the words of Video4Linux.
struct CameraAnswer {
  std::uint32_t four_cc = 0;
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t bytes_per_line = 0;
};

// The code of Video4Linux.
std::uint32_t FourCcOf(CameraPixels pixels);
// A driver may give other pixels and another size than it was asked for. Any that can be decoded
// will do. Unavailable, one line without the camera's name, for those that cannot.
absl::StatusOr<CameraFormat> FormatOf(const CameraAnswer& answer);
// Bytes of a row's pixels; 0 of kMjpeg.
std::size_t PixelBytesOfRow(CameraPixels pixels, std::size_t width);

}  // namespace biglittle
