#include "device_agent/recording/window_recorder.h"

#include <spdlog/spdlog.h>

#include <functional>
#include <utility>

#include "core/program/exception_status.h"

namespace biglittle {
namespace {

// How much a program that is killed has not committed.
constexpr std::chrono::seconds kCommitEvery{5};

}  // namespace

absl::StatusOr<std::unique_ptr<WindowRecorder>> WindowRecorder::Start(const RecordConfig& config,
                                                                      const std::string& device,
                                                                      const Task& task) {
  auto ring = WindowRing::Open({.folder = config.folder / device,
                                .max_bytes = config.max_bytes,
                                .dtype = task.input_dtype,
                                .window = task.input_shape});
  if (!ring.ok()) return ring.status();
  return std::unique_ptr<WindowRecorder>(new WindowRecorder(config, device, *std::move(ring)));
}

WindowRecorder::WindowRecorder(const RecordConfig& config, std::string device, WindowRing ring)
    : config_(config),
      device_(std::move(device)),
      random_(std::hash<std::string>()(device_) ^
              static_cast<std::uint64_t>(Clock::Real().WallNow().time_since_epoch().count())),
      ring_(std::move(ring)),
      bytes_(ring_.bytes()),
      thread_([this] { Run(); }) {}

WindowRecorder::~WindowRecorder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void WindowRecorder::OnEscalated(std::uint64_t sequence, const Tensor& window) {
  if (config_.escalated == RecordEscalated::kAll) escalated_.emplace(sequence, window.data);
}

void WindowRecorder::OnFinal(const wire::Result& result) {
  const auto kept = escalated_.find(result.sequence);
  if (kept == escalated_.end()) return;
  Offer(std::move(kept->second), Encode(result));
  escalated_.erase(kept);
}

void WindowRecorder::OnAnswered(const Tensor& window, const wire::Result& result) {
  if (config_.others <= 0 || random_.Uniform() >= static_cast<double>(config_.others)) return;
  Offer(window.data, Encode(result));
}

void WindowRecorder::Offer(std::vector<std::byte> window, std::string line) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_bytes_ > 0 && waiting_bytes_ + window.size() > kMaxWaitingBytes) {
      ++left_out_;
      return;
    }
    waiting_bytes_ += window.size();
    waiting_.push_back({std::move(window), std::move(line)});
  }
  changed_.notify_one();
}

void WindowRecorder::Run() {
  bool stopping = false;
  SteadyTime next_commit = Clock::Real().Now() + kCommitEvery;
  while (!stopping) {
    std::deque<Kept> batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, next_commit, [this] { return stopping_ || !waiting_.empty(); });
      stopping = stopping_;
      batch.swap(waiting_);
      waiting_bytes_ = 0;
    }
    absl::Status written = StatusOrException([&] { return WriteAll(batch); });
    if (Clock::Real().Now() >= next_commit || stopping) {
      const absl::Status committed = ring_.Commit();
      if (written.ok()) written = committed;
      next_commit = Clock::Real().Now() + kCommitEvery;
    }
    if (!written.ok()) Note(written);
  }
}

// The first error; the others are tried all the same.
absl::Status WindowRecorder::WriteAll(const std::deque<Kept>& batch) {
  absl::Status first;
  std::uint64_t written = 0;
  for (const Kept& kept : batch) {
    const absl::Status added = ring_.Add(kept.window, kept.line);
    if (added.ok()) ++written;
    first.Update(added);
  }
  const std::lock_guard lock(mutex_);
  recorded_ += written;
  left_out_ += batch.size() - written;
  bytes_ = ring_.bytes();
  return first;
}

void WindowRecorder::Note(const absl::Status& trouble) {
  if (!said_.MaySay(Clock::Real().Now())) return;
  spdlog::warn("{}: windows are not recorded: {}", device_, std::string(trouble.message()));
}

void WindowRecorder::AddCounters(std::map<std::string, std::uint64_t>& counters) const {
  const std::lock_guard lock(mutex_);
  counters["windows_recorded"] = recorded_;
  counters["windows_not_recorded"] = left_out_;
  counters["recorded_bytes"] = bytes_;
}

}  // namespace biglittle
