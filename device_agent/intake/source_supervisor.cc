#include "device_agent/intake/source_supervisor.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/program/exception_status.h"

namespace biglittle {

SourceSupervisor::SourceSupervisor(std::unique_ptr<LiveSource> source,
                                   const BoundedInbox::Options& inbox, Options options,
                                   std::function<void()> wake)
    : options_(std::move(options)),
      source_(std::move(source)),
      inbox_(inbox, Clock::Real(), std::move(wake)) {}

void SourceSupervisor::Run() {
  Milliseconds pause = source_->restart_delay();
  std::uint64_t came = 0;
  while (const std::optional<absl::Status> why = RunOnce()) {
    if (inbox_.came() > came) pause = source_->restart_delay();
    came = inbox_.came();
    if (why->ok()) continue;  // as it was asked to
    NoteFailure(*why, pause);
    if (!inbox_.Pause(pause)) break;
    pause = std::max(pause, std::min(pause * 2, options_.longest_pause));
  }
  const std::lock_guard lock(mutex_);
  done_ = true;
  ended_.notify_all();
}

// Why it failed; nullopt: it has ended, or is not wanted any more.
std::optional<absl::Status> SourceSupervisor::RunOnce() {
  absl::Status started = StatusOrException([this] { return source_->Start(inbox_); });
  if (!started.ok()) inbox_.Fail(std::move(started));
  std::optional<absl::Status> why = inbox_.WaitForFailure();
  source_->Stop();
  return why;
}

void SourceSupervisor::NoteFailure(const absl::Status& why, Milliseconds pause) {
  if (said_.MaySay(Clock::Real().Now())) {
    spdlog::warn("{}: the source has failed: {}; it is started again in {} ms", options_.device,
                 std::string(why.message()), pause.count());
  }
  const std::lock_guard lock(mutex_);
  ++failures_;
  failed_at_ = inbox_.came();
  trouble_ = std::string(why.message());
}

absl::Status SourceSupervisor::Restart() {
  if (!inbox_.AskRestart()) return absl::FailedPreconditionError("the source has ended");
  const std::lock_guard lock(mutex_);
  ++restarts_;
  return absl::OkStatus();
}

std::uint64_t SourceSupervisor::restarts() const {
  const std::lock_guard lock(mutex_);
  return restarts_;
}

bool SourceSupervisor::WaitUntilDone(SteadyTime deadline) {
  std::unique_lock lock(mutex_);
  return ended_.wait_until(lock, deadline, [this] { return done_; });
}

// A window that came since tells that it is well.
std::string SourceSupervisor::Trouble() const {
  const std::lock_guard lock(mutex_);
  return inbox_.came() > failed_at_ ? "" : trouble_;
}

std::uint64_t SourceSupervisor::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

}  // namespace biglittle
