#include "signal/image_resizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxSide = 16'384;
constexpr std::size_t kMaxChannels = 16;
constexpr std::size_t kMaxValues = std::size_t{1} << 28;

// Where the image lies in the source, in pixels with a fraction, and in the output.
struct Placement {
  double left = 0, top = 0, right = 0, bottom = 0;
  std::size_t x = 0, y = 0, width = 0, height = 0;
};

Placement Squashed(const ImageSize& from, const ImageSize& to) {
  return {
      0,        0,        static_cast<double>(from.width), static_cast<double>(from.height), 0, 0,
      to.width, to.height};
}

// As Pillow's ImageOps.fit.
Placement Cropped(const ImageSize& from, const ImageSize& to) {
  Placement placement = Squashed(from, to);
  const double aspect = static_cast<double>(to.width) / static_cast<double>(to.height);
  const double width = std::min(placement.right, aspect * placement.bottom);
  const double height = std::min(placement.bottom, placement.right / aspect);
  placement.left = (placement.right - width) / 2;
  placement.top = (placement.bottom - height) / 2;
  placement.right = placement.left + width;
  placement.bottom = placement.top + height;
  return placement;
}

// Halves go to the even number, as in Python.
std::size_t Rounded(double value) { return static_cast<std::size_t>(std::nearbyint(value)); }

// As Pillow's ImageOps.pad, but never without a pixel.
Placement Letterboxed(const ImageSize& from, const ImageSize& to) {
  Placement placement = Squashed(from, to);
  const double aspect = placement.right / placement.bottom;
  const auto width = static_cast<double>(to.width);
  const auto height = static_cast<double>(to.height);
  if (aspect > width / height) {
    placement.height = std::max<std::size_t>(1, Rounded(width / aspect));
  } else {
    placement.width = std::max<std::size_t>(1, Rounded(height * aspect));
  }
  placement.x = Rounded(static_cast<double>(to.width - placement.width) / 2);
  placement.y = Rounded(static_cast<double>(to.height - placement.height) / 2);
  return placement;
}

Placement Place(const ImageResizeOptions& options) {
  switch (options.fit) {
    case ImageFit::kFitShortest:
      return Cropped(options.from, options.to);
    case ImageFit::kFitLongest:
      return Letterboxed(options.from, options.to);
    case ImageFit::kSquash:
      break;
  }
  return Squashed(options.from, options.to);
}

absl::Status CheckSize(std::string_view name, const ImageSize& size, std::size_t channels) {
  const auto fits = [](std::size_t side) { return side >= 1 && side <= kMaxSide; };
  if (fits(size.width) && fits(size.height) && size.width * size.height * channels <= kMaxValues) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("{} of {} x {} pixels: each side must be from 1 to {}, all values {} at most",
                  name, size.width, size.height, kMaxSide, kMaxValues));
}

void Assign(float value, float& output) { output = value; }
void Assign(float value, std::uint8_t& output) {
  output = static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
}

}  // namespace

absl::StatusOr<ImageResizer> ImageResizer::Make(const ImageResizeOptions& options) {
  if (options.channels < 1 || options.channels > kMaxChannels) {
    return absl::InvalidArgumentError(
        fmt::format("an image of {} channels: give 1 (grey), 3 (colours), {} at most",
                    options.channels, kMaxChannels));
  }
  absl::Status status = CheckSize("an image", options.from, options.channels);
  status.Update(CheckSize("a resize to an image", options.to, options.channels));
  if (!status.ok()) return status;
  if (!std::isfinite(options.fill)) {
    return absl::InvalidArgumentError("a fill that is no number: give the grey level, such as 0");
  }
  return ImageResizer(options);
}

ImageResizer::ImageResizer(const ImageResizeOptions& options)
    : options_(options),
      planes_(options.layout == ImageLayout::kChw ? options.channels : 1),
      depth_(options.channels / planes_) {
  const Placement place = Place(options);
  columns_ = MakeAxis(options.from.width, place.left, place.right, place.width, place.x);
  rows_ = MakeAxis(options.from.height, place.top, place.bottom, place.height, place.y);
  narrow_.resize(options.from.height * columns_.size() * depth_);
  line_.resize(columns_.size() * depth_);
}

// A triangle over each place, as wide as the distance of two places, or of two pixels if these are
// farther apart.
ImageResizer::Axis ImageResizer::MakeAxis(std::size_t pixels, double begin, double end,
                                          std::size_t places, std::size_t offset) {
  const double scale = (end - begin) / static_cast<double>(places);
  const double support = std::max(scale, 1.0);
  Axis axis;
  axis.offset = offset;
  axis.longest = static_cast<std::size_t>(2.0 * std::ceil(support)) + 1;
  axis.weights.resize(places * axis.longest);
  for (std::size_t i = 0; i < places; ++i) {
    const double centre = begin + (static_cast<double>(i) + 0.5) * scale;
    const auto first = static_cast<std::size_t>(std::max(0.0, centre - support + 0.5));
    const auto last = std::min(pixels, static_cast<std::size_t>(centre + support + 0.5));
    const auto weight = [&](std::size_t pixel) {
      const double distance = std::fabs(static_cast<double>(pixel) + 0.5 - centre) / support;
      return std::max(0.0, 1.0 - distance);
    };
    double sum = 0.0;
    for (std::size_t pixel = first; pixel < last; ++pixel) sum += weight(pixel);
    for (std::size_t pixel = first; pixel < last; ++pixel) {
      axis.weights[i * axis.longest + pixel - first] = static_cast<float>(weight(pixel) / sum);
    }
    axis.first.push_back(first);
    axis.count.push_back(last - first);
  }
  return axis;
}

std::size_t ImageResizer::input_values() const {
  return options_.from.width * options_.from.height * options_.channels;
}

std::size_t ImageResizer::output_values() const {
  return options_.to.width * options_.to.height * options_.channels;
}

void ImageResizer::Resize(std::span<const std::uint8_t> input, std::span<std::uint8_t> output) {
  ResizeAll(input, output);
}

void ImageResizer::Resize(std::span<const float> input, std::span<float> output) {
  ResizeAll(input, output);
}

template <typename Value>
void ImageResizer::ResizeAll(std::span<const Value> input, std::span<Value> output) {
  if (columns_.size() < options_.to.width || rows_.size() < options_.to.height) {
    Value fill{};
    Assign(options_.fill, fill);
    std::fill(output.begin(), output.end(), fill);
  }
  for (std::size_t plane = 0; plane < planes_; ++plane) {
    ScaleRows(input.subspan(plane * input_values() / planes_, input_values() / planes_).data());
    ScaleColumns(
        output.subspan(plane * output_values() / planes_, output_values() / planes_).data());
  }
}

// From a plane of the input to narrow_.
template <typename Value>
void ImageResizer::ScaleRows(const Value* plane) {
  float* out = narrow_.data();
  for (std::size_t y = 0; y < options_.from.height; ++y) {
    const Value* row = plane + y * options_.from.width * depth_;
    for (std::size_t x = 0; x < columns_.size(); ++x) {
      const float* weights = columns_.weights.data() + x * columns_.longest;
      for (std::size_t value = 0; value < depth_; ++value) {
        const Value* pixel = row + columns_.first[x] * depth_ + value;
        float sum = 0.0F;
        for (std::size_t i = 0; i < columns_.count[x]; ++i) {
          sum += weights[i] * static_cast<float>(pixel[i * depth_]);
        }
        *out++ = sum;
      }
    }
  }
}

// From narrow_ to a plane of the output.
template <typename Value>
void ImageResizer::ScaleColumns(Value* plane) {
  for (std::size_t y = 0; y < rows_.size(); ++y) {
    std::fill(line_.begin(), line_.end(), 0.0F);
    for (std::size_t i = 0; i < rows_.count[y]; ++i) {
      const float weight = rows_.weights[y * rows_.longest + i];
      const float* row = narrow_.data() + (rows_.first[y] + i) * line_.size();
      for (std::size_t x = 0; x < line_.size(); ++x) line_[x] += weight * row[x];
    }
    Value* out = plane + ((rows_.offset + y) * options_.to.width + columns_.offset) * depth_;
    for (std::size_t x = 0; x < line_.size(); ++x) Assign(line_[x], out[x]);
  }
}

}  // namespace biglittle
