// A live source of images, each of them a window.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"

#include "core/clock.h"
#include "device_agent/sources/camera/camera_device.h"
#include "device_agent/sources/camera/frame_pacer.h"
#include "device_agent/sources/camera/image_decoder.h"
#include "device_agent/sources/camera/image_window.h"
#include "device_agent/sources/live_source.h"
#include "device_agent/sources/stream/frame_feed.h"

namespace biglittle {

// Reads with a thread of its own, from Start to Stop. An image that cannot be decoded is refused as
// "image"; a camera that is silent for `silence` has failed.
class CameraSource final : public LiveSource {
 public:
  // `rate_hz`: images beyond it are left out; absent: none are.
  CameraSource(std::unique_ptr<CameraDevice> device, ImageWindow window,
               std::unique_ptr<FrameFeed> feed, std::optional<double> rate_hz,
               Milliseconds silence = std::chrono::seconds(5));
  ~CameraSource() override { Stop(); }

  absl::Status Start(SampleInbox& inbox) override;
  void Stop() override;

 private:
  void Run(SampleInbox& inbox);
  absl::Status ReadAll();
  void Take(const CameraFrame& frame);
  absl::Status Deliver(const CameraFrame& frame);

  // Constant after construction.
  const std::unique_ptr<CameraDevice> device_;
  const std::unique_ptr<FrameFeed> feed_;
  const std::optional<double> rate_hz_;
  const Milliseconds silence_;

  // The thread's, while there is one.
  CameraFormat format_;
  ImageWindow window_;
  ImageDecoder decoder_;
  FramePacer pacer_;

  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace biglittle
