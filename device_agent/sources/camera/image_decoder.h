// From what a camera gives to pixels of 8 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "device_agent/sources/camera/camera_device.h"
#include "signal/image_resizer.h"

namespace biglittle {

struct DecodedImage {
  ImageSize size;
  std::span<const std::uint8_t> values;  // [height, width, channels]
};

// Colours are RGB, grey is BT.601's luma; both from 0 to 255. Not thread-safe.
class ImageDecoder {
 public:
  // `channels`: 1, grey, or 3, colours.
  explicit ImageDecoder(std::size_t channels) : channels_(channels) {}

  // There until the next call. The bytes may be anything. DataLoss, one line, if they are no such
  // image: too short, or a JPEG that is damaged or of more than kMostImagePixels;
  // FailedPrecondition if the library that reads JPEGs is not on this machine.
  absl::StatusOr<DecodedImage> Decode(const CameraFormat& format,
                                      std::span<const std::uint8_t> bytes);

 private:
  absl::StatusOr<DecodedImage> DecodeJpeg(std::span<const std::uint8_t> bytes);
  absl::StatusOr<DecodedImage> DecodeRows(const CameraFormat& format,
                                          std::span<const std::uint8_t> bytes);

  const std::size_t channels_;
  std::vector<std::uint8_t> image_;
};

}  // namespace biglittle
