#include "device_agent/sources/stream/sampled_source.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "core/program/exception_status.h"

namespace biglittle {

SampledSource::SampledSource(std::unique_ptr<FrameSampler> sampler, std::unique_ptr<FrameFeed> feed,
                             std::size_t channels, double rate_hz)
    : sampler_(std::move(sampler)),
      feed_(std::move(feed)),
      period_(std::chrono::duration_cast<SteadyTime::duration>(
          std::chrono::duration<double>(1.0 / rate_hz))),
      frame_(channels) {}

absl::Status SampledSource::Start(SampleInbox& inbox) {
  feed_->Begin(inbox, Clock::Real().Now());
  if (absl::Status opened = sampler_->Open(); !opened.ok()) return opened;
  stopping_ = false;
  thread_ = std::thread([this, &inbox] { Run(inbox); });
  return absl::OkStatus();
}

void SampledSource::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) {
    sampler_->Interrupt();
    thread_.join();
  }
  sampler_->Close();
}

void SampledSource::Run(SampleInbox& inbox) {
  SteadyTime due = Clock::Real().Now();
  while (WaitUntil(due)) {
    const absl::Status sampled = StatusOrException([this] { return SampleOnce(); });
    if (stopping()) return;
    if (!sampled.ok()) return inbox.Fail(sampled);
    due += period_;
    const SteadyTime now = Clock::Real().Now();
    if (now < due) continue;
    // The one that is due now is not late yet.
    const auto missed = (now - due) / period_;
    if (missed > 0) feed_->Gap(static_cast<std::uint64_t>(missed));
    due += missed * period_;
  }
}

absl::Status SampledSource::SampleOnce() {
  const absl::Status sampled = sampler_->Sample(frame_);
  if (absl::IsDataLoss(sampled)) {
    feed_->Refuse("sample", std::string(sampled.message()));
    return absl::OkStatus();
  }
  if (sampled.ok()) feed_->Push(frame_, Clock::Real().Now());
  return sampled;
}

bool SampledSource::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

bool SampledSource::WaitUntil(SteadyTime time) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_until(lock, time, [this] { return stopping_; });
}

}  // namespace biglittle
