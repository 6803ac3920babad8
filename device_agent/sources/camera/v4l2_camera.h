// A camera of Video4Linux.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "device_agent/sources/camera/camera_device.h"

namespace biglittle {

struct V4l2Request {
  std::filesystem::path device;
  ImageSize size;
  CameraPixels pixels = CameraPixels::kYuyv;
};

// Through libv4l2, which makes RGB of what a camera has, and by a few buffers that it and the
// driver share. Images that nobody reads in time are lost in the driver.
class V4l2Camera final : public CameraDevice {
 public:
  explicit V4l2Camera(V4l2Request request) : request_(std::move(request)) {}
  ~V4l2Camera() override { Close(); }
  V4l2Camera(const V4l2Camera&) = delete;
  V4l2Camera& operator=(const V4l2Camera&) = delete;

  std::string name() const override { return request_.device.string(); }
  absl::StatusOr<CameraFormat> Open() override;
  absl::StatusOr<std::optional<CameraFrame>> Read(Milliseconds patience) override;
  void Close() override;

 private:
  absl::Status OpenDevice();
  absl::StatusOr<CameraFormat> Negotiate();
  absl::Status ShareBuffers();
  absl::Status ShareBuffer(std::uint32_t index);
  absl::Status Begin();
  absl::Status GiveBack();
  absl::Status Failed(std::string_view what) const;  // with errno's words
  absl::Status Lacks(const absl::Status& library) const;

  const V4l2Request request_;

  int fd_ = -1;  // of libv4l2
  std::vector<std::span<std::uint8_t>> buffers_;
  std::optional<std::uint32_t> held_;  // the buffer that was read last
};

}  // namespace biglittle
