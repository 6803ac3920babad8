#pragma once

#include <cstdint>
#include <filesystem>

#include "core/yaml/key_table.h"
#include "device_agent/sources/camera/camera_device.h"
#include "device_agent/sources/source_kind.h"
#include "device_agent/sources/stream/windowing_options.h"
#include "signal/image_resizer.h"

namespace biglittle {

inline constexpr char kCameraType[] = "camera";

struct CameraOptions : WindowingOptions {
  std::filesystem::path device = "/dev/video0";
  std::uint32_t width = 640;
  std::uint32_t height = 480;
  CameraPixels pixels = CameraPixels::kYuyv;
  ImageFit fit = ImageFit::kSquash;

  bool operator==(const CameraOptions&) const = default;
};

const KeyTable<CameraOptions>& CameraKeys();
// Images of a camera, a window each.
const DeviceSourceKind& CameraKind();

}  // namespace biglittle
