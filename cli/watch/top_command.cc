#include "cli/watch/top_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/watch/top_lines.h"
#include "cli/watch/watched_fleet.h"
#include "core/bounded_queue.h"
#include "core/clock.h"
#include "core/program/kept_log.h"
#include "core/program/stop_signal.h"
#include "core/program/terminal_screen.h"
#include "wire/message.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostWaiting = 10'000;
constexpr std::size_t kMostWaitingBytes = std::size_t{64} << 20U;
constexpr Milliseconds kRepaint{500};
constexpr std::chrono::seconds kLogShown{60};
constexpr Milliseconds kLook{50};  // for messages, another size of the terminal, the end
constexpr char kEscape = 0x1b;

// What came and was not looked at yet: a bound on both, number and bytes.
class MessageInbox {
 public:
  void Push(wire::Message&& message) {
    const std::size_t size = message.payload.size() + message.topic.size();
    const bool fits = bytes_.fetch_add(size) + size <= kMostWaitingBytes;
    if (fits && queue_.TryPush(std::move(message))) return;
    bytes_ -= size;
    ++dropped_;
  }
  std::optional<wire::Message> Pop() {
    auto message = queue_.TryPop();
    if (message) bytes_ -= message->payload.size() + message->topic.size();
    return message;
  }
  std::uint64_t dropped() const { return dropped_; }

 private:
  BoundedQueue<wire::Message> queue_{kMostWaiting};
  std::atomic<std::size_t> bytes_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
};

class Top {
 public:
  Top(const WatchTarget& target, TerminalScreen& screen)
      : screen_(screen),
        topics_(target.topic_root, target.fleet),
        fleet_(topics_, target.tasks, target.filter.device),
        session_(Options(target)) {
    view_.label = target.filter.label;
    view_.since = target.filter.since;
    view_.expected = target.devices;
  }

  absl::Status Run(const KeptLog& log, const StopSignal& stop) {
    session_.Start();
    absl::Status shown;
    while (shown.ok() && !stop.requested() && !quits_) {
      Hear();
      shown = Paint(log);
      if (const auto key = screen_.WaitKey(Clock::Real().Now() + kLook)) Obey(*key);
    }
    session_.Stop();
    return shown;
  }

 private:
  wire::MqttSession::Options Options(const WatchTarget& target) {
    auto options = SessionOptions(target, {topics_.AllResults(), topics_.AllDeviceStates(),
                                           topics_.AllDeviceStatus(), topics_.AllWorkerStatus()});
    options.on_message = [this](wire::Message&& message) { inbox_.Push(std::move(message)); };
    return options;
  }

  // Not for ever: the screen and the keys have their turn however fast they come.
  void Hear() {
    const WallTime now = Clock::Real().WallNow();
    for (std::size_t i = 0; i < kMostWaiting; ++i) {
      const auto message = inbox_.Pop();
      if (!message) break;
      fleet_.Apply(*message, now);
    }
  }

  void Obey(char key) {
    if (key == 'q' || key == 'Q' || key == '\x04') quits_ = true;
    if (key == 's') view_.order = NextOrder(view_.order);
    // What an arrow sends is no letter of ours.
    while (key == kEscape && screen_.WaitKey(Clock::Real().Now())) {
    }
    painted_ = {};
  }

  absl::Status Paint(const KeptLog& log) {
    const SteadyTime now = Clock::Real().Now();
    const ScreenSize size = screen_.Size();
    if (size == size_ && now - painted_ < kRepaint) return absl::OkStatus();
    painted_ = now;
    size_ = size;
    view_.trouble = session_.connected() ? "" : session_.WhyNotConnected();
    view_.dropped = inbox_.dropped();
    ReadLog(log, now);
    return screen_.Show(TopLines(fleet_, view_, Clock::Real().WallNow(), size));
  }

  // What was logged long ago is not how things are.
  void ReadLog(const KeptLog& log, SteadyTime now) {
    if (log.Count() != logged_) {
      logged_ = log.Count();
      logged_at_ = now;
      view_.log = log.Lines().back();
    } else if (now - logged_at_ > kLogShown) {
      view_.log.clear();
    }
  }

  TerminalScreen& screen_;
  const wire::Topics topics_;
  WatchedFleet fleet_;
  TopView view_;
  MessageInbox inbox_;
  SteadyTime painted_;
  ScreenSize size_;
  std::uint64_t logged_ = 0;
  SteadyTime logged_at_;
  bool quits_ = false;
  wire::MqttSession session_;  // last, so that its callbacks end first
};

}  // namespace

absl::Status ShowTop(const WatchTarget& target, std::ostream& err) {
  const StopSignal stop;
  KeptLog log;
  auto screen = TerminalScreen::Open();
  if (!screen.ok()) {
    return absl::FailedPreconditionError(
        fmt::format("--top wants the whole terminal, and {}: leave it out, or run it in one",
                    std::string(screen.status().message())));
  }
  absl::Status shown;
  {
    const std::unique_ptr<TerminalScreen> open = *std::move(screen);
    Top top(target, *open);
    shown = top.Run(log, stop);
  }
  for (const std::string& line : log.Lines()) fmt::print(err, "log: {}\n", line);
  return shown;
}

}  // namespace biglittle
