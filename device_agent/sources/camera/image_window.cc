#include "device_agent/sources/camera/image_window.h"

#include <fmt/format.h>

#include <utility>

#include "absl/status/status.h"

#include "core/tensor.h"

namespace biglittle {
namespace {

bool AreChannels(std::int64_t size) { return size == 1 || size == 3; }

// The least image, to see whether its like can be brought to that of the task at all.
constexpr ImageSize kLeast{1, 1};

absl::Status NoImages(const Task& task) {
  return absl::InvalidArgumentError(fmt::format(
      "a camera needs a task whose windows are images, CxHxW or HxWxC with 1 or 3 channels, or "
      "HxW; those of task {} are {}",
      task.name, ToString(task.input_shape)));
}

absl::StatusOr<ImageResizer> ResizerOf(ImageSize from, ImageSize to, std::size_t channels,
                                       ImageFit fit) {
  return ImageResizer::Make({.from = from, .to = to, .channels = channels, .fit = fit});
}

}  // namespace

absl::StatusOr<ImageWindow> ImageWindow::Make(const Task& task, ImageFit fit) {
  Shape shape = task.input_shape;
  while (shape.size() > 3 && shape.front() == 1) shape.erase(shape.begin());
  bool planar = false;
  std::int64_t channels = 1;
  if (shape.size() == 3 && AreChannels(shape.front())) {
    planar = true;
    channels = shape.front();
    shape.erase(shape.begin());
  } else if (shape.size() == 3 && AreChannels(shape.back())) {
    channels = shape.back();
    shape.pop_back();
  }
  if (shape.size() != 2) return NoImages(task);
  const ImageSize size{static_cast<std::size_t>(shape[1]), static_cast<std::size_t>(shape[0])};
  const auto resizer = ResizerOf(kLeast, size, static_cast<std::size_t>(channels), fit);
  if (!resizer.ok()) return resizer.status();
  return ImageWindow(size, static_cast<std::size_t>(channels), planar, fit);
}

ImageWindow::ImageWindow(ImageSize size, std::size_t channels, bool planar, ImageFit fit)
    : size_(size),
      channels_(channels),
      planar_(planar),
      fit_(fit),
      resized_(size.width * size.height * channels),
      window_(resized_.size()) {}

absl::StatusOr<std::span<const float>> ImageWindow::Of(const DecodedImage& image) {
  const bool same = image.size.width == from_.width && image.size.height == from_.height;
  if (!resizer_ || !same) {
    auto resizer = ResizerOf(image.size, size_, channels_, fit_);
    if (!resizer.ok()) return resizer.status();
    resizer_.emplace(*std::move(resizer));
    from_ = image.size;
  }
  resizer_->Resize(image.values, std::span(resized_));
  // The task's order of what lies as [height, width, channels].
  const std::size_t pixels = size_.width * size_.height;
  const std::size_t pixel_step = planar_ ? 1 : channels_;
  const std::size_t channel_step = planar_ ? pixels : 1;
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t c = 0; c < channels_; ++c) {
      window_[i * pixel_step + c * channel_step] = resized_[i * channels_ + c];
    }
  }
  return std::span<const float>(window_);
}

}  // namespace biglittle
