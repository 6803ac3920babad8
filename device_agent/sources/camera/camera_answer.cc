#include "device_agent/sources/camera/camera_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::uint32_t Code(std::string_view text) {
  std::uint32_t code = 0;
  for (std::size_t i = 4; i-- > 0;) code = (code << 8U) | static_cast<unsigned char>(text[i]);
  return code;
}

// The first of each is the one to ask for.
constexpr std::array<std::pair<CameraPixels, std::uint32_t>, 5> kCodes{{
    {CameraPixels::kYuyv, Code("YUYV")},
    {CameraPixels::kMjpeg, Code("MJPG")},
    {CameraPixels::kMjpeg, Code("JPEG")},
    {CameraPixels::kRgb24, Code("RGB3")},
    {CameraPixels::kGrey, Code("GREY")},
}};

std::string TextOf(std::uint32_t code) {
  std::string text;
  for (; code != 0; code >>= 8U) text += static_cast<char>(code & 0xFFU);
  return Quoted(text);
}

}  // namespace

std::uint32_t FourCcOf(CameraPixels pixels) {
  const auto* found = std::ranges::find(kCodes, pixels, &decltype(kCodes)::value_type::first);
  return found->second;
}

std::size_t PixelBytesOfRow(CameraPixels pixels, std::size_t width) {
  switch (pixels) {
    case CameraPixels::kYuyv:
      return (width + 1) / 2 * 4;
    case CameraPixels::kRgb24:
      return width * 3;
    case CameraPixels::kGrey:
      return width;
    case CameraPixels::kMjpeg:
      break;
  }
  return 0;
}

absl::StatusOr<CameraFormat> FormatOf(const CameraAnswer& answer) {
  const auto* known =
      std::ranges::find(kCodes, answer.four_cc, &decltype(kCodes)::value_type::second);
  if (known == kCodes.end()) {
    return absl::UnavailableError(
        fmt::format("gives pixels of format {}, which cannot be read: try another 'pixel_format'",
                    TextOf(answer.four_cc)));
  }
  const CameraPixels pixels = known->first;
  const auto fits = [](std::size_t side) { return side >= 1 && side <= kMostImageSide; };
  if (!fits(answer.width) || !fits(answer.height) ||
      answer.width * answer.height > kMostImagePixels) {
    return absl::UnavailableError(
        fmt::format("gives images of {} x {} pixels; the most are {} a side, {} in all",
                    answer.width, answer.height, kMostImageSide, kMostImagePixels));
  }
  const std::size_t row = PixelBytesOfRow(pixels, answer.width);
  if (row == 0) return CameraFormat{pixels, {answer.width, answer.height}, 0};
  // Some drivers leave it out.
  const std::size_t line = answer.bytes_per_line == 0 ? row : answer.bytes_per_line;
  if (line < row || line > 16 * kMostImageSide) {
    return absl::UnavailableError(
        fmt::format("gives rows of {} bytes; {} pixels take {}", line, answer.width, row));
  }
  return CameraFormat{pixels, {answer.width, answer.height}, line};
}

}  // namespace biglittle
