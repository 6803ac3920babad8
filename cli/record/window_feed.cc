#include "cli/record/window_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/task/normalisation.h"
#include "device_agent/sources/source_registry.h"
#include "device_agent/sources/source_shares.h"
#include "wire/tls/credentials.h"

namespace biglittle {
namespace {

constexpr std::chrono::seconds kSourceGrace{5};

std::unique_ptr<wire::MqttSession> SessionFor(const FleetConfig& fleet, const DeviceConfig& device,
                                              std::shared_ptr<wire::TopicListener> listener) {
  if (listener == nullptr) return nullptr;
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.identity = {wire::Role::kDevice, device.id};
  options.client_id = fmt::format("biglittle-{}-record-{}", fleet.fleet, device.id);
  options.clean_start = true;
  options.listeners = {std::move(listener)};
  options.on_message = [](wire::Message&&) {};
  return std::make_unique<wire::MqttSession>(std::move(options));
}

}  // namespace

absl::StatusOr<std::unique_ptr<WindowFeed>> WindowFeed::Make(const FleetConfig& fleet,
                                                             const DeviceConfig& device,
                                                             const Task& task) {
  SourceShares shares;
  auto source = MakeSource(device.source, task, shares);
  if (!source.ok()) return source.status();
  auto readings = MakeReadings(*std::move(source), device, task);
  if (!readings.ok()) return readings.status();
  if (readings->listener != nullptr) {
    const auto usable = wire::LoadCredentials(fleet.broker, {wire::Role::kDevice, device.id});
    if (!usable.ok()) return usable.status();
  }
  return std::unique_ptr<WindowFeed>(new WindowFeed(fleet, device, task, *std::move(readings)));
}

WindowFeed::WindowFeed(const FleetConfig& fleet, const DeviceConfig& device, Task task,
                       DeviceReadings readings)
    : task_(std::move(task)),
      intake_(std::move(readings.intake)),
      session_(SessionFor(fleet, device, std::move(readings.listener))) {
  intake_->Start(0, Clock::Real().Now(), [this] { Wake(); });
  if (session_ != nullptr) session_->Start();
}

std::optional<Tensor> WindowFeed::Next(SteadyTime until) {
  std::optional<Tensor> window;
  while (!stop_asked_) {
    if (Take(window)) {
      if (window) return window;
      continue;
    }
    if (intake_->ended() || Clock::Real().Now() >= until) break;
    WaitUntil(std::min(until, intake_->NextTake({})));
  }
  return std::nullopt;
}

// Whether anything had come.
bool WindowFeed::Take(std::optional<Tensor>& window) {
  Arrivals arrivals = intake_->Take(Clock::Real().Now(), {});
  overruns_ += arrivals.dropped.size();
  if (!arrivals.sample) return !arrivals.dropped.empty();
  Tensor& taken = arrivals.sample->sample.window;
  if (CheckWindow(task_, taken).ok()) {
    window = std::move(taken);
  } else {
    ++invalid_;
  }
  return true;
}

bool WindowFeed::ended() const { return stop_asked_ || intake_->ended(); }

void WindowFeed::Stop() {
  if (std::exchange(stopped_, true)) return;
  intake_->Stop(Clock::Real().Now() + kSourceGrace);
  if (session_ != nullptr) session_->Stop();
}

void WindowFeed::AskToStop() {
  stop_asked_ = true;
  Wake();
}

std::string WindowFeed::Trouble() const {
  const std::string trouble = intake_->Trouble();
  return trouble.empty() ? std::string(intake_->status().message()) : trouble;
}

std::map<std::string, std::uint64_t> WindowFeed::Counters() const {
  std::map<std::string, std::uint64_t> counters;
  intake_->AddCounters(counters);
  counters["overrun"] = overruns_;
  counters["invalid_reading"] = invalid_;
  return counters;
}

void WindowFeed::Wake() {
  {
    const std::lock_guard lock(mutex_);
    wake_ = true;
  }
  woken_.notify_one();
}

void WindowFeed::WaitUntil(SteadyTime time) {
  std::unique_lock lock(mutex_);
  woken_.wait_until(lock, time, [this] { return wake_; });
  wake_ = false;
}

}  // namespace biglittle
