#include "device_agent/sources/alsa/alsa_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <utility>
#include <variant>

#include "core/program/exception_status.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr std::size_t kReadFrames = 1024;
// Of a device that is ready and has nothing: plugins are.
constexpr Milliseconds kPause{2};

SteadyTime::duration LengthOf(std::size_t frames, std::uint32_t rate_hz) {
  return std::chrono::duration_cast<SteadyTime::duration>(
      std::chrono::duration<double>(static_cast<double>(frames) / rate_hz));
}

}  // namespace

std::uint64_t FramesLost(SteadyTime last_at, SteadyTime now, std::uint32_t rate_hz) {
  const double seconds = std::chrono::duration<double>(now - last_at).count();
  return static_cast<std::uint64_t>(std::max(1.0, std::round(seconds * rate_hz)));
}

AlsaSource::AlsaSource(std::unique_ptr<CaptureDevice> device, std::unique_ptr<FrameFeed> feed,
                       CaptureLine line, Milliseconds patience)
    : device_(std::move(device)),
      feed_(std::move(feed)),
      line_(std::move(line)),
      patience_(patience),
      samples_(kReadFrames * line_.channels) {}

absl::Status AlsaSource::Start(SampleInbox& inbox) {
  feed_->Begin(inbox, Clock::Real().Now());
  if (absl::Status armed = stop_.Arm(); !armed.ok()) return armed;
  if (absl::Status opened = device_->Open(); !opened.ok()) return opened;
  last_at_ = last_sign_ = Clock::Real().Now();
  thread_ = std::thread([this, &inbox] { Run(inbox); });
  return absl::OkStatus();
}

void AlsaSource::Stop() {
  if (thread_.joinable()) {
    stop_.Raise();
    thread_.join();
  }
  device_->Close();
  stop_.Disarm();
}

void AlsaSource::Run(SampleInbox& inbox) {
  bool goes_on = true;
  while (goes_on) {
    const absl::Status went = StatusOrException([&] {
      goes_on = Wait();
      return goes_on ? ReadOnce() : absl::OkStatus();
    });
    if (!went.ok()) return inbox.Fail(went);
  }
}

bool AlsaSource::Wait() {
  std::vector<pollfd> polled = device_->Descriptors();
  polled.push_back(stop_.Polled());
  const auto left =
      std::chrono::ceil<Milliseconds>(last_sign_ + patience_ - Clock::Real().Now()).count();
  poll(polled.data(), polled.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
  // Whatever else it was, a look does no harm.
  return polled.back().revents == 0;
}

absl::Status AlsaSource::ReadOnce() {
  const absl::StatusOr<Captured> captured = device_->Read(samples_);
  const SteadyTime now = Clock::Real().Now();
  if (!captured.ok()) return captured.status();
  if (std::holds_alternative<NothingCaptured>(*captured)) return OnNothing(now);
  last_sign_ = now;
  if (const auto* frames = std::get_if<CapturedFrames>(&*captured)) {
    Take(*frames, now);
  } else {
    feed_->Gap(FramesLost(last_at_, now, line_.rate_hz));
    last_at_ = now;
  }
  return absl::OkStatus();
}

absl::Status AlsaSource::OnNothing(SteadyTime now) const {
  if (now - last_sign_ < patience_) {
    stop_.Pause(kPause);
    return absl::OkStatus();
  }
  return absl::UnavailableError(
      fmt::format("the ALSA device {} is open and has given nothing for {} ms",
                  Quoted(line_.device), patience_.count()));
}

void AlsaSource::Take(const CapturedFrames& captured, SteadyTime now) {
  last_at_ = now - LengthOf(captured.waiting, line_.rate_hz);
  const auto samples = std::span(samples_).first(captured.frames * line_.channels);
  frames_.assign(samples.begin(), samples.end());
  feed_->Push(frames_, last_at_);
}

}  // namespace biglittle
