// Brings images to the size that a net takes. Bilinear WITH antialias, as Pillow's Image.resize
// (BILINEAR) and torchvision's resize (antialias=True) do it: where an image shrinks, the triangle
// that weights the pixels grows with it, so that every pixel counts. This is not what OpenCV's
// INTER_LINEAR does, which looks at four pixels however much an image shrinks; a net that was
// trained with one and fed with the other loses accuracy. Source of the weights: Pillow,
// src/libImaging/ Resample.c. Against Pillow, which rounds between the two directions, uint8
// results differ by one grey level at most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

// What happens where the two sizes have different aspects.
enum class ImageFit : std::uint8_t {
  kSquash,       // each side is scaled on its own
  kFitShortest,  // the greatest part of the image with the wanted aspect, about its centre
  kFitLongest,   // the whole image, in the centre; what is left over gets `fill` (letterbox)
};

enum class ImageLayout : std::uint8_t {
  kHwc,  // [height, width, channels]
  kChw,  // [channels, height, width]
};

struct ImageSize {
  std::size_t width = 0;
  std::size_t height = 0;
};

struct ImageResizeOptions {
  ImageSize from;
  ImageSize to;
  std::size_t channels = 3;
  ImageLayout layout = ImageLayout::kHwc;
  ImageFit fit = ImageFit::kSquash;
  float fill = 0.0F;  // of kFitLongest, in the image's own units; for uint8 from 0 to 255
};

// For images of one size; holds the weights and the memory between the two directions, so that
// Resize allocates nothing. Not thread-safe.
class ImageResizer {
 public:
  // InvalidArgument, one line that says the mend, if a size or the fill is out of its range.
  static absl::StatusOr<ImageResizer> Make(const ImageResizeOptions& options);

  // Values of an image that comes in, and of one that goes out.
  std::size_t input_values() const;
  std::size_t output_values() const;

  // The spans hold as many values as the two above say, and do not overlap.
  void Resize(std::span<const std::uint8_t> input, std::span<std::uint8_t> output);
  void Resize(std::span<const float> input, std::span<float> output);

 private:
  // What one direction's places are made of: place i of pixels first[i], first[i] + 1 ..., with the
  // weights [i * longest, i * longest + count[i]).
  struct Axis {
    std::vector<std::size_t> first, count;
    std::vector<float> weights;
    std::size_t longest = 0;
    std::size_t offset = 0;  // where in the output its first place is

    std::size_t size() const { return first.size(); }
  };

  explicit ImageResizer(const ImageResizeOptions& options);

  static Axis MakeAxis(std::size_t pixels, double begin, double end, std::size_t places,
                       std::size_t offset);
  template <typename Value>
  void ResizeAll(std::span<const Value> input, std::span<Value> output);
  template <typename Value>
  void ScaleRows(const Value* plane);
  template <typename Value>
  void ScaleColumns(Value* plane);

  ImageResizeOptions options_;
  std::size_t planes_;  // that are scaled one by one
  std::size_t depth_;   // values of a pixel in a plane
  Axis columns_;
  Axis rows_;
  std::vector<float> narrow_;  // [from.height, columns, depth]: a plane, scaled in its width
  std::vector<float> line_;    // a row of the output
};

}  // namespace biglittle
