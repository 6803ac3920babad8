#include "cli/control/control_command.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <ostream>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "cli/command_end.h"
#include "cli/control/control_words.h"
#include "cli/device_pattern.h"
#include "core/bounded_queue.h"
#include "core/clock.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/program/core_dumps.h"
#include "core/program/exit_code.h"
#include "core/program/stop_signal.h"
#include "core/run_id.h"
#include "core/shown_text.h"
#include "core/text.h"
#include "device_agent/sources/source_registry.h"
#include "wire/message.h"
#include "wire/messages/control.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/tls/credentials.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxInbox = 100'000;
constexpr std::size_t kMostInLine = 1000;

absl::StatusOr<FleetConfig> FleetOf(const ControlOptions& options) {
  if (!options.as.empty() && !IsIdentifier(options.as)) {
    return absl::InvalidArgumentError(
        "--as must be 1 to 64 characters of A-Z a-z 0-9 _ . -: an operator's id");
  }
  Parsed<FleetConfig> fleet = LoadFleet(options.config, &AllSources(), ModelsNeeded::kNone);
  if (!fleet.ok()) return absl::InvalidArgumentError(ToString(fleet.problems));
  if (fleet.value->broker.has_secrets()) KeepKeysOutOfCoreDumps();
  return *std::move(fleet.value);
}

// What differs from the file, in a few words: ": paused, threshold 0.9".
std::string InWords(const std::string& status) {
  const Json json = Json::parse(status, nullptr, false);
  if (!json.is_object()) return "";
  std::string words = json.value("paused", Json()) == true ? "paused" : "";
  const Json differs = json.value("differs", Json());
  if (differs.is_object()) {
    for (const auto& [key, one] : differs.items()) {
      const Json value = one.is_object() ? one.value("value", Json()) : Json();
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", key, text);
    }
  }
  const std::string note = json.value("note", Json()).is_string() && !words.empty()
                               ? "; " + json["note"].get<std::string>()
                               : "";
  return words.empty() ? ": as its file says" : fmt::format(": {}{}", words, note);
}

// One run: the devices that were asked, and what came of it.
class Asking {
 public:
  Asking(const ControlOptions& options, const FleetConfig& fleet, wire::ControlRequest request,
         std::ostream& out)
      : options_(options),
        topics_(fleet.topic_root, fleet.fleet),
        request_(std::move(request)),
        inbox_(kMaxInbox),
        out_(out) {
    for (const DeviceConfig& device : fleet.devices) {
      if (IsLike(device.id, options.device)) open_.emplace(device.id, false);
    }
  }

  absl::Status Run(const FleetConfig& fleet);

 private:
  wire::MqttSession::Options SessionOptions(const FleetConfig& fleet);
  absl::Status Ask(wire::MqttSession& session, SteadyTime deadline);
  void Hear(const wire::Message& message);
  void Answered(const std::string& device, const wire::ControlReply& reply,
                const std::string& payload);
  void Line(const std::string& device, std::string_view text) {
    fmt::print(out_, "{}: {}\n", device, Shown(text, kMostInLine));
  }

  const ControlOptions& options_;
  const wire::Topics topics_;
  wire::ControlRequest request_;
  BoundedQueue<wire::Message> inbox_;
  std::ostream& out_;
  std::map<std::string, bool> open_;  // who has not answered
  std::size_t refused_ = 0;
};

wire::MqttSession::Options Asking::SessionOptions(const FleetConfig& fleet) {
  wire::MqttSession::Options options;
  options.broker = fleet.broker;
  options.identity = {wire::Role::kOperator, options_.as};
  options.client_id = fmt::format("biglittle-control-{}", getpid());
  options.clean_start = true;
  options.subscriptions = {topics_.AllControlReplies()};
  if (request_.verb == wire::ControlVerb::kSnapshot) {
    options.subscriptions.push_back(topics_.AllSnapshots());
  }
  options.on_message = [this](wire::Message&& message) {
    static_cast<void>(inbox_.TryPush(std::move(message)));
  };
  return options;
}

absl::Status Asking::Run(const FleetConfig& fleet) {
  const SteadyTime deadline = Clock::Real().Now() + Milliseconds(options_.timeout_ms);
  // Who hears others' answers as well knows his own by it.
  request_.id = NewRunId();
  StopSignal stop;
  wire::MqttSession session(SessionOptions(fleet));
  stop.OnStop([this] { inbox_.Close(); });
  session.Start();
  absl::Status asked = Ask(session, deadline);
  while (asked.ok() && !open_.empty()) {
    const std::optional<wire::Message> message = inbox_.PopUntil(deadline);
    if (!message) break;
    Hear(*message);
  }
  stop.OnStop({});
  session.Stop();
  if (!asked.ok()) return asked;
  for (const auto& [device, unused] : open_) {
    if (options_.json) {
      const Json silent{{"device", device}, {"ok", false}, {"error", "no answer"}};
      fmt::print(out_, "{}\n", silent.dump());
    } else {
      Line(device, fmt::format("no answer within {} ms", options_.timeout_ms));
    }
  }
  if (open_.empty() && refused_ == 0) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("{} refused, {} did not answer", refused_, open_.size()));
}

absl::Status Asking::Ask(wire::MqttSession& session, SteadyTime deadline) {
  if (!session.WaitConnected(deadline)) {
    return absl::UnavailableError(session.WhyNotConnected());
  }
  for (const auto& [device, unused] : open_) {
    wire::Message message;
    message.topic = topics_.Control(device);
    message.payload = Encode(request_);
    message.content_type = wire::kJsonContent;
    // Nobody waits for what a device that is away would do later.
    message.expires_at = deadline;
    if (absl::Status taken = session.Publish(std::move(message)); !taken.ok()) return taken;
  }
  return absl::OkStatus();
}

// Of whom a message is says its topic, which the broker has checked.
void Asking::Hear(const wire::Message& message) {
  if (message.retained) return;
  if (const auto device = topics_.DeviceOfSnapshot(message.topic)) {
    if (open_.count(*device) == 0) return;
    if (options_.json) {
      fmt::print(out_, "{}\n", ShownJson(message.payload));
    } else {
      Line(*device, "a window on " + message.topic);
    }
    return;
  }
  const auto device = topics_.DeviceOfControlReply(message.topic);
  if (!device || open_.count(*device) == 0) return;
  const auto reply = wire::DecodeControlReply(message.payload);
  if (!reply.ok() || reply->id != request_.id) return;
  Answered(*device, *reply, message.payload);
}

void Asking::Answered(const std::string& device, const wire::ControlReply& reply,
                      const std::string& payload) {
  open_.erase(device);
  if (!reply.ok) ++refused_;
  if (options_.json) {
    Json json{{"device", device}};
    json.update(Json::parse(payload, nullptr, false));
    json["device"] = device;  // whatever it says
    fmt::print(out_, "{}\n", ShownJson(json.dump()));
  } else if (!reply.ok) {
    Line(device, "refused: " + reply.error);
  } else if (request_.verb == wire::ControlVerb::kStatus) {
    Line(device, "ok" + InWords(reply.status));
    fmt::print(out_, "  {}\n", ShownJson(reply.status));
  } else {
    Line(device, "ok" + InWords(reply.status));
  }
  out_.flush();
}

absl::Status Control(const ControlOptions& options, std::ostream& out) {
  auto request = RequestOf(options.verb, options.settings, options.lasts);
  if (!request.ok()) return request.status();
  const auto fleet = FleetOf(options);
  if (!fleet.ok()) return fleet.status();
  if (absl::Status known = ExpectDevices(*fleet, options.device, options.config); !known.ok()) {
    return known;
  }
  Asking asking(options, *fleet, *std::move(request), out);
  const wire::Identity identity{wire::Role::kOperator, options.as};
  if (absl::Status usable = wire::LoadCredentials(fleet->broker, identity).status(); !usable.ok()) {
    return usable;
  }
  return asking.Run(*fleet);
}

}  // namespace

int RunControl(const ControlOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("control", Control(options, out), err);
}

}  // namespace biglittle
