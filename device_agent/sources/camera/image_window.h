// Makes the windows of a task of images of any size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "core/task/task.h"
#include "device_agent/sources/camera/image_decoder.h"
#include "signal/image_resizer.h"

namespace biglittle {

// Not thread-safe.
class ImageWindow {
 public:
  // InvalidArgument, one line: a task whose windows are no images, which are [C, H, W], [H, W, C],
  // with 1 or 3 channels, or [H, W], behind dimensions of 1.
  static absl::StatusOr<ImageWindow> Make(const Task& task, ImageFit fit);

  std::size_t channels() const { return channels_; }
  // All values of a window, in its order and from 0 to 255; there until the next call. `image` has
  // as many channels. InvalidArgument: images of its size cannot be brought to that of the task.
  absl::StatusOr<std::span<const float>> Of(const DecodedImage& image);

 private:
  ImageWindow(ImageSize size, std::size_t channels, bool planar, ImageFit fit);

  // Constant after construction.
  ImageSize size_;
  std::size_t channels_;
  bool planar_;
  ImageFit fit_;

  ImageSize from_;
  std::optional<ImageResizer> resizer_;  // for images of from_
  std::vector<std::uint8_t> resized_;
  std::vector<float> window_;
};

}  // namespace biglittle
