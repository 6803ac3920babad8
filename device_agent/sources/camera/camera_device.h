// What takes images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"
#include "signal/image_resizer.h"

namespace biglittle {

enum class CameraPixels : std::uint8_t {
  kYuyv,   // four bytes for two pixels: Y U Y V, BT.601 of limited range
  kMjpeg,  // a JPEG an image
  kRgb24,  // R G B
  kGrey,   // a byte a pixel
};

// The most pixels of an image and of a side of it, whoever it comes from.
inline constexpr std::size_t kMostImagePixels = std::size_t{1} << 24U;
inline constexpr std::size_t kMostImageSide = 16'384;

struct CameraFormat {
  CameraPixels pixels = CameraPixels::kYuyv;
  ImageSize size;             // of kMjpeg each JPEG says its own
  std::size_t row_bytes = 0;  // from one row to the next; 0: rows have no bytes between them
};

struct CameraFrame {
  std::span<const std::uint8_t> bytes;
  SteadyTime taken_at;
  bool damaged = false;  // as the device itself says
};

// Who implements it: all functions are called in turn, on threads that may wait. Errors in one line
// that says what and where.
class CameraDevice {
 public:
  virtual ~CameraDevice() = default;

  // As people call it, for messages.
  virtual std::string name() const = 0;
  // Begins to take images, and says what they will be: maybe not what was asked for, but
  // never empty nor above the two bounds.
  virtual absl::StatusOr<CameraFormat> Open() = 0;
  // The next image, whose bytes are there until Read or Close is called; nullopt: there was none
  // within `patience`. An error is the end of what Open opened.
  virtual absl::StatusOr<std::optional<CameraFrame>> Read(Milliseconds patience) = 0;
  // Ends and forgets what Open opened, also where it failed. Throws nothing.
  virtual void Close() = 0;
};

}  // namespace biglittle
