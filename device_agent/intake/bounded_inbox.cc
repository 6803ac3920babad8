#include "device_agent/intake/bounded_inbox.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace biglittle {
namespace {

// Of dropped readings, whose time and truth are kept: beyond it they are counted.
constexpr std::size_t kExactDropped = 4096;

}  // namespace

BoundedInbox::BoundedInbox(const Options& options, const Clock& clock, std::function<void()> wake)
    : options_(options), clock_(clock), dropped_(kExactDropped), wake_(std::move(wake)) {}

void BoundedInbox::Put(Sample sample, SteadyTime captured_at) {
  // The agent sees by its shape that it is none of the task's.
  if (sample.window.data.size() > options_.window_bytes) sample.window.data = {};
  captured_at = std::min(captured_at, clock_.Now());
  {
    const std::lock_guard lock(mutex_);
    if (over()) return;
    Enqueue(std::move(sample), captured_at);
    ended_ = options_.most.has_value() && came_ >= *options_.most;
    if (ended_) news_.notify_all();
  }
  Wake();
}

void BoundedInbox::Enqueue(Sample sample, SteadyTime captured_at) {
  const std::uint64_t number = came_++;
  if (waiting_.size() >= options_.capacity && options_.when_full == WhenFull::kDropNewest) {
    return dropped_.Add({captured_at, sample.truth}, number);
  }
  waiting_.push_back({std::move(sample), captured_at, number});
  if (waiting_.size() <= options_.capacity || options_.when_full == WhenFull::kWait) return;
  const Waiting& oldest = waiting_.front();
  dropped_.Add({oldest.captured_at, oldest.sample.truth}, oldest.number);
  waiting_.pop_front();
}

bool BoundedInbox::full() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() >= options_.capacity;
}

void BoundedInbox::Gap(std::uint64_t values) {
  const std::lock_guard lock(mutex_);
  if (!closed_) gaps_ += values;
}

void BoundedInbox::Refuse(std::string_view reason, const std::string& what) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    const auto at = refused_.find(reason);
    ++(at == refused_.end() ? refused_.emplace(reason, 0).first : at)->second;
  }
  if (!refusal_said_.MaySay(clock_.Now())) return;
  spdlog::warn("{}: the source gives what cannot be read: {}", options_.device, what);
}

void BoundedInbox::OffRate(const std::string& what) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    ++off_rate_;
  }
  if (!off_rate_said_.MaySay(clock_.Now())) return;
  spdlog::warn("{}: {}", options_.device, what);
}

void BoundedInbox::Spare() {
  const std::lock_guard lock(mutex_);
  if (!closed_) ++spared_;
}

void BoundedInbox::Fail(absl::Status why) {
  {
    const std::lock_guard lock(mutex_);
    if (over() || failure_) return;
    failure_ = std::move(why);
  }
  news_.notify_all();
}

void BoundedInbox::End() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    ended_ = true;
  }
  news_.notify_all();
  Wake();
}

void BoundedInbox::Wake() {
  const std::lock_guard lock(wake_mutex_);
  if (wake_) wake_();
}

Arrivals BoundedInbox::Take() {
  const std::lock_guard lock(mutex_);
  Arrivals arrivals;
  const std::uint64_t next =
      waiting_.empty() ? std::numeric_limits<std::uint64_t>::max() : waiting_.front().number;
  arrivals.dropped = dropped_.Take(Intake::kMaxDroppedAtOnce, next);
  if (waiting_.empty() || arrivals.dropped.size() == Intake::kMaxDroppedAtOnce) return arrivals;
  Waiting& first = waiting_.front();
  arrivals.sample = CapturedSample{std::move(first.sample), first.captured_at};
  waiting_.pop_front();
  return arrivals;
}

std::optional<SteadyTime> BoundedInbox::next_captured_at() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.front().captured_at);
}

bool BoundedInbox::empty() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() && dropped_.empty();
}

void BoundedInbox::AddCounters(std::map<std::string, std::uint64_t>& counters) const {
  const std::lock_guard lock(mutex_);
  if (gaps_ > 0) counters["source_gap_values"] = gaps_;
  if (off_rate_ > 0) counters["source_off_rate"] = off_rate_;
  if (spared_ > 0) counters["source_spared_windows"] = spared_;
  for (const auto& [reason, count] : refused_) counters["source_refused_" + reason] = count;
}

void BoundedInbox::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  news_.notify_all();
  const std::lock_guard lock(wake_mutex_);
  wake_ = nullptr;
}

std::optional<absl::Status> BoundedInbox::WaitForFailure() {
  std::unique_lock lock(mutex_);
  news_.wait(lock, [this] { return failure_.has_value() || restart_ || over(); });
  if (over()) return std::nullopt;
  restart_ = false;
  if (!failure_) return absl::OkStatus();
  return std::exchange(failure_, std::nullopt);
}

bool BoundedInbox::Pause(Milliseconds pause) {
  std::unique_lock lock(mutex_);
  news_.wait_for(lock, pause, [this] { return restart_ || over(); });
  restart_ = false;
  return !over();
}

bool BoundedInbox::AskRestart() {
  {
    const std::lock_guard lock(mutex_);
    if (over()) return false;
    restart_ = true;
  }
  news_.notify_all();
  return true;
}

std::uint64_t BoundedInbox::came() const {
  const std::lock_guard lock(mutex_);
  return came_;
}

bool BoundedInbox::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

}  // namespace biglittle
