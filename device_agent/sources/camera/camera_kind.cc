#include "device_agent/sources/camera/camera_kind.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/yaml/key_kinds.h"
#include "device_agent/sources/camera/camera_source.h"
#include "device_agent/sources/camera/image_window.h"
#include "device_agent/sources/camera/v4l2_camera.h"
#include "device_agent/sources/stream/frame_feed.h"

namespace biglittle {
namespace {

constexpr std::int64_t kMostSide = kMostImageSide;

constexpr std::array<Choice<CameraPixels>, 4> kPixels{{
    {CameraPixels::kYuyv, "yuyv"},
    {CameraPixels::kMjpeg, "mjpeg", "a JPEG an image"},
    {CameraPixels::kRgb24, "rgb24"},
    {CameraPixels::kGrey, "grey"},
}};
constexpr std::array<Choice<ImageFit>, 3> kFits{{
    {ImageFit::kSquash, "squash", "each side on its own"},
    {ImageFit::kFitShortest, "fit_shortest", "the middle, what is beside it is cut off"},
    {ImageFit::kFitLongest, "fit_longest", "the whole, with black beside it"},
}};

void CheckPixels(MapReader& map, CameraOptions& options) {
  const std::size_t pixels = std::size_t{options.width} * options.height;
  if (pixels <= kMostImagePixels) return;
  map.problems().Add(
      map.node(), fmt::format("'width' {} and 'height' {} are {} pixels; at most {}", options.width,
                              options.height, pixels, kMostImagePixels));
}

void OfCopy(CameraOptions&, std::uint64_t) {}

absl::StatusOr<DeviceSource> Make(const CameraOptions& options, const SourceConfig&,
                                  const Task& task, SourceShares&) {
  auto window = ImageWindow::Make(task, options.fit);
  if (!window.ok()) return window.status();
  auto feed = FrameFeed::MakeOfWindows(options, task);
  if (!feed.ok()) return feed.status();
  std::optional<double> rate_hz;
  if (options.rate_hz) rate_hz = static_cast<double>(*options.rate_hz);
  return std::make_unique<CameraSource>(
      std::make_unique<V4l2Camera>(
          V4l2Request{options.device, {options.width, options.height}, options.pixels}),
      *std::move(window), *std::move(feed), rate_hz);
}

std::vector<Key<CameraOptions>> Keys() {
  std::vector<Key<CameraOptions>> keys{
      PathKey("device", &CameraOptions::device, "device",
              {.help = "of Video4Linux", .absent = "`/dev/video0`"}),
      WholeKey("width", &CameraOptions::width, {1, kMostSide},
               {.help = "that is asked for; a camera that has no such size gives another, which is "
                        "taken as well",
                .unit = "pixels"}),
      WholeKey("height", &CameraOptions::height, {1, kMostSide},
               {.help = "likewise; both together 16777216 pixels at most", .unit = "pixels"}),
      ChoiceKey("pixel_format", &CameraOptions::pixels, kPixels,
                {.help = "that is asked for; another one of these is taken as well"}),
      ChoiceKey(
          "resize", &CameraOptions::fit, kFits,
          {.help = "how an image becomes one of the task's size, where their aspects differ"}),
      FractionKey<CameraOptions, std::optional<float>>(
          "rate_hz", &WindowingOptions::rate_hz, {0.001, 1000},
          {.help = "images beyond so many a second are left out",
           .unit = "Hz",
           .absent = "every image that the camera gives"}),
  };
  // An image is a window: what else there is says how a stream becomes one.
  for (const Key<CameraOptions>& key : WindowingKeys<CameraOptions>()) {
    const std::string_view name = key.facts.name;
    if (name == "gate" || name == "scale" || name == "offset") keys.push_back(key);
  }
  return keys;
}

}  // namespace

const KeyTable<CameraOptions>& CameraKeys() {
  static const KeyTable<CameraOptions> keys("camera_source", "images of a camera, a window each",
                                            Keys(), CheckPixels);
  return keys;
}

const DeviceSourceKind& CameraKind() {
  static const SourceRow<CameraOptions> row(kCameraType, CameraKeys(), OfCopy, Make);
  return row;
}

}  // namespace biglittle
