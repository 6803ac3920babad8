#include "cli/watch/result_list.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <map>
#include <ostream>
#include <string>
#include <utility>

#include "cli/watch/watch_words.h"
#include "core/bounded_queue.h"
#include "core/date_time.h"
#include "core/program/stop_signal.h"
#include "core/shown_text.h"
#include "wire/message.h"
#include "wire/messages/consumed.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxInbox = 100'000;
// Names that are meant have at most 64 characters.
constexpr std::size_t kMostInColumn = 64;
constexpr std::size_t kMostInComplaint = 1000;
// Whose last state is remembered, so that it is said once.
constexpr std::size_t kMostStates = 10'000;

std::string Hour(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%H:%M:%S}", CalendarOf(seconds));
}

std::string Line(const wire::Result& result) {
  std::string line = fmt::format("{}  {:<16} {:>8}  {:<24} {:5.3f}  {:<8} {:8.2f} ms",
                                 Hour(result.capture_time), Shown(result.device, kMostInColumn),
                                 result.sequence, Shown(result.label, kMostInColumn),
                                 result.confidence, Name(result.decided_by), result.total_ms);
  if (!result.reason.empty()) line += "  " + Shown(result.reason);
  if (result.stage == wire::Stage::kProvisional) line += "  provisional";
  return line;
}

std::string Line(const wire::DeviceState& state) {
  return fmt::format("{}  {:<16} {:>8}  {:<24} {:5.3f}  settled", Hour(state.since),
                     Shown(state.device, kMostInColumn), "", Shown(state.label, kMostInColumn),
                     state.confidence, "settled");
}

class ResultList {
 public:
  ResultList(const WatchTarget& target, const ListOptions& options, std::ostream& out,
             std::ostream& err)
      : target_(target),
        options_(options),
        topics_(target.topic_root, target.fleet),
        out_(out),
        err_(err) {}

  bool wants_states() const { return target_.filter.since && !options_.json; }
  bool is_full() const { return options_.count && written_ >= *options_.count; }
  const wire::Topics& topics() const { return topics_; }

  void Take(const wire::Message& message) {
    const auto state_of = topics_.DeviceOfState(message.topic);
    const auto device = state_of ? state_of : topics_.DeviceOfResult(message.topic);
    if (device && !target_.filter.TakesDevice(*device)) return;
    const absl::Status taken = state_of ? TakeState(message) : TakeResults(message);
    if (taken.ok()) return;
    fmt::print(err_, "{}: {}\n", Shown(message.topic),
               Shown(std::string(taken.message()), kMostInComplaint));
  }

 private:
  absl::Status TakeResults(const wire::Message& message) {
    const auto results = wire::ReadResults(message, topics_);
    if (!results.ok()) return results.status();
    for (const wire::Result& result : *results) {
      if (is_full()) break;
      if (!target_.filter.Takes(result)) continue;
      ++written_;
      fmt::print(out_, "{}\n", options_.json ? ShownJson(Encode(result)) : Line(result));
    }
    return absl::OkStatus();
  }

  // It comes again and again; what is new is said.
  absl::Status TakeState(const wire::Message& message) {
    if (message.payload.empty()) return absl::OkStatus();  // it was taken out of the fleet
    const auto state = wire::ReadDeviceState(message, topics_);
    if (!state.ok()) return state.status();
    if (!target_.filter.Takes(*state)) return absl::OkStatus();
    std::pair<std::string, WallTime> is(state->label, state->since);
    if (const auto was = states_.find(state->device); was != states_.end() && was->second == is) {
      return absl::OkStatus();
    }
    if (states_.size() < kMostStates) states_.insert_or_assign(state->device, std::move(is));
    fmt::print(out_, "{}\n", Line(*state));
    return absl::OkStatus();
  }

  const WatchTarget& target_;
  const ListOptions options_;
  const wire::Topics topics_;
  std::ostream& out_;
  std::ostream& err_;
  std::uint64_t written_ = 0;
  std::map<std::string, std::pair<std::string, WallTime>> states_;
};

}  // namespace

void ListResults(const WatchTarget& target, const ListOptions& options, std::ostream& out,
                 std::ostream& err) {
  ResultList list(target, options, out, err);
  StopSignal stop;
  BoundedQueue<wire::Message> inbox(kMaxInbox);
  std::vector<std::string> subscriptions{list.topics().AllResults()};
  if (list.wants_states()) subscriptions.push_back(list.topics().AllDeviceStates());
  wire::MqttSession::Options session_options = SessionOptions(target, std::move(subscriptions));
  session_options.on_message = [&inbox, &err](wire::Message&& message) {
    if (!inbox.TryPush(std::move(message))) fmt::print(err, "results come too fast: one dropped\n");
  };
  wire::MqttSession session(std::move(session_options));
  stop.OnStop([&inbox] { inbox.Close(); });
  session.Start();
  while (!list.is_full()) {
    const std::optional<wire::Message> message = inbox.Pop();
    if (!message) break;
    list.Take(*message);
    out.flush();
    if (!out) break;  // nobody sees what comes; main says so
  }
  stop.OnStop({});
  session.Stop();
}

}  // namespace biglittle
