#include "device_agent/sources/camera/image_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "core/text.h"
#include "device_agent/sources/camera/camera_answer.h"
#include "device_agent/sources/camera/camera_libraries.h"

namespace biglittle {
namespace {

// Out of 0 to 255 where it began with levels that are beyond the limited range.
std::uint8_t Clamped(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

// BT.601 of limited range (16 to 235, 16 to 240), in 256ths: 255/219, and 1.596, 0.813,
// 0.392, 2.017.
void FromYuv(int y, int u, int v, std::size_t channels, std::uint8_t* pixel) {
  const int luma = 298 * (y - 16) + 128;
  if (channels == 1) {
    *pixel = Clamped(luma >> 8);
    return;
  }
  pixel[0] = Clamped((luma + 409 * (v - 128)) >> 8);
  pixel[1] = Clamped((luma - 100 * (u - 128) - 208 * (v - 128)) >> 8);
  pixel[2] = Clamped((luma + 516 * (u - 128)) >> 8);
}

void YuyvRow(const std::uint8_t* row, std::size_t width, std::size_t channels,
             std::uint8_t* output) {
  for (std::size_t x = 0; x < width; ++x) {
    const std::uint8_t* pair = row + x / 2 * 4;
    FromYuv(pair[x % 2 * 2], pair[1], pair[3], channels, output + x * channels);
  }
}

void RgbRow(const std::uint8_t* row, std::size_t width, std::size_t channels,
            std::uint8_t* output) {
  if (channels == 3) {
    std::copy_n(row, 3 * width, output);
    return;
  }
  // 0.299, 0.587 and 0.114 in 65536ths, as Pillow has them.
  for (std::size_t x = 0; x < width; ++x, row += 3) {
    const std::uint32_t luma = 19'595U * row[0] + 38'470U * row[1] + 7'471U * row[2] + 32'768U;
    output[x] = static_cast<std::uint8_t>(luma >> 16U);
  }
}

void GreyRow(const std::uint8_t* row, std::size_t width, std::size_t channels,
             std::uint8_t* output) {
  for (std::size_t x = 0; x < width; ++x) std::fill_n(output + x * channels, channels, row[x]);
}

// A few cameras always put some bytes too many between two parts of a JPEG; no pixel is wrong then.
bool IsHarmless(std::string_view warning) {
  return warning.find("extraneous bytes before marker") != std::string_view::npos;
}

struct FreeJpeg {
  const JpegLibrary* library;
  void operator()(void* handle) const { library->destroy(handle); }
};

absl::Status NoJpeg(std::size_t bytes, std::string_view why) {
  return absl::DataLossError(
      fmt::format("an image of {} bytes is no JPEG that can be read: {}", bytes, why));
}

}  // namespace

absl::StatusOr<DecodedImage> ImageDecoder::Decode(const CameraFormat& format,
                                                  std::span<const std::uint8_t> bytes) {
  return format.pixels == CameraPixels::kMjpeg ? DecodeJpeg(bytes) : DecodeRows(format, bytes);
}

absl::StatusOr<DecodedImage> ImageDecoder::DecodeRows(const CameraFormat& format,
                                                      std::span<const std::uint8_t> bytes) {
  const auto [width, height] = format.size;
  const std::size_t row = PixelBytesOfRow(format.pixels, width);
  const std::size_t line = std::max(format.row_bytes, row);
  const std::size_t needed = line * (height - 1) + row;
  if (bytes.size() < needed) {
    return absl::DataLossError(fmt::format("an image has {} bytes; {} x {} pixels take {}",
                                           bytes.size(), width, height, needed));
  }
  image_.resize(width * height * channels_);
  const auto convert = format.pixels == CameraPixels::kYuyv    ? YuyvRow
                       : format.pixels == CameraPixels::kRgb24 ? RgbRow
                                                               : GreyRow;
  for (std::size_t y = 0; y < height; ++y) {
    convert(bytes.data() + y * line, width, channels_, image_.data() + y * width * channels_);
  }
  return DecodedImage{format.size, image_};
}

absl::StatusOr<DecodedImage> ImageDecoder::DecodeJpeg(std::span<const std::uint8_t> bytes) {
  const auto loaded = LoadJpegLibrary();
  if (!loaded.ok()) return loaded.status();
  const JpegLibrary& library = **loaded;
  // A new one each time: a damaged JPEG leaves tables behind, by which the next one is read.
  const std::unique_ptr<void, FreeJpeg> jpeg(library.init_decompress(), FreeJpeg{&library});
  if (jpeg == nullptr) return absl::ResourceExhaustedError("no memory to read JPEGs");
  int width = 0;
  int height = 0;
  int sampling = 0;
  int colours = 0;
  if (library.decompress_header(jpeg.get(), bytes.data(), bytes.size(), &width, &height, &sampling,
                                &colours) != 0) {
    return NoJpeg(bytes.size(), Quoted(library.error_text(jpeg.get())));
  }
  const ImageSize size{static_cast<std::size_t>(width), static_cast<std::size_t>(height)};
  if (size.width * size.height > kMostImagePixels) {
    return NoJpeg(bytes.size(), fmt::format("it says that it has {} x {} pixels, {} are the most",
                                            width, height, kMostImagePixels));
  }
  image_.resize(size.width * size.height * channels_);
  if (library.decompress(jpeg.get(), bytes.data(), bytes.size(), image_.data(), width, 0, height,
                         channels_ == 1 ? TJPF_GRAY : TJPF_RGB,
                         TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS) != 0 &&
      !IsHarmless(library.error_text(jpeg.get()))) {
    return NoJpeg(bytes.size(), Quoted(library.error_text(jpeg.get())));
  }
  return DecodedImage{size, image_};
}

}  // namespace biglittle
