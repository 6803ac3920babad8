#include "device_agent/sources/camera/camera_source.h"

#include <fmt/format.h>

#include <utility>

#include "core/program/exception_status.h"

namespace biglittle {
namespace {

constexpr Milliseconds kStep(50);  // Stop waits so long at most

}  // namespace

CameraSource::CameraSource(std::unique_ptr<CameraDevice> device, ImageWindow window,
                           std::unique_ptr<FrameFeed> feed, std::optional<double> rate_hz,
                           Milliseconds silence)
    : device_(std::move(device)),
      feed_(std::move(feed)),
      rate_hz_(rate_hz),
      silence_(silence),
      window_(std::move(window)),
      decoder_(window_.channels()),
      pacer_(rate_hz) {}

absl::Status CameraSource::Start(SampleInbox& inbox) {
  feed_->Begin(inbox, Clock::Real().Now());
  const absl::StatusOr<CameraFormat> format = device_->Open();
  if (!format.ok()) return format.status();
  format_ = *format;
  pacer_ = FramePacer(rate_hz_);
  stopping_ = false;
  thread_ = std::thread([this, &inbox] { Run(inbox); });
  return absl::OkStatus();
}

void CameraSource::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  device_->Close();
}

void CameraSource::Run(SampleInbox& inbox) {
  const absl::Status ended = StatusOrException([this] { return ReadAll(); });
  if (!ended.ok() && !stopping_) inbox.Fail(ended);
}

absl::Status CameraSource::ReadAll() {
  SteadyTime heard = Clock::Real().Now();
  while (!stopping_) {
    const auto frame = device_->Read(kStep);
    if (!frame.ok()) return frame.status();
    const SteadyTime now = Clock::Real().Now();
    if (*frame) {
      heard = now;
      if (pacer_.Takes((*frame)->taken_at)) Take(**frame);
    } else if (now - heard >= silence_) {
      return absl::UnavailableError(
          fmt::format("{} has given no image for {} ms", device_->name(), silence_.count()));
    }
  }
  return absl::OkStatus();
}

void CameraSource::Take(const CameraFrame& frame) {
  const absl::Status delivered = Deliver(frame);
  if (delivered.ok()) return;
  feed_->Refuse("image", fmt::format("{}: {}", device_->name(), std::string(delivered.message())));
}

absl::Status CameraSource::Deliver(const CameraFrame& frame) {
  if (frame.damaged) return absl::DataLossError("the driver says that an image is damaged");
  const auto image = decoder_.Decode(format_, frame.bytes);
  if (!image.ok()) return image.status();
  const auto window = window_.Of(*image);
  if (!window.ok()) return window.status();
  feed_->Push(*window, frame.taken_at);
  return absl::OkStatus();
}

}  // namespace biglittle
