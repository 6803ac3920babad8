#include "device_agent/device_control.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/date_time.h"
#include "core/text.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kSnapshotPatience{10};
constexpr std::size_t kMostWaiting = 8;
// Nobody waits longer for an answer.
constexpr std::chrono::seconds kAnswerExpires{60};
// The clock of the day was set.
constexpr std::chrono::seconds kClockJump{5};
// So often is what ends by itself written anew, that a wrong clock cannot prolong it by more.
constexpr std::chrono::minutes kSaveAgain{10};

std::string Words(const absl::Status& status) { return std::string(status.message()); }

Json JsonOf(const SettingValue& value) { return Json::parse(wire::ToJson(value), nullptr, false); }

// All that may be set, null where it has no value: {"policy": ..., "budget": {...}}.
Json InEffectJson(const DeviceSettings& settings) {
  const SettingValues values = Written(settings);
  Json json;
  for (const std::string_view key : kSettable) {
    const auto at = values.find(key);
    const Json value = at == values.end() ? Json() : JsonOf(at->second);
    const std::size_t dot = key.find('.');
    if (dot == std::string_view::npos) {
      json[std::string(key)] = value;
    } else {
      json[std::string(key.substr(0, dot))][std::string(key.substr(dot + 1))] = value;
    }
  }
  return json;
}

}  // namespace

DeviceControl::DeviceControl(const DeviceConfig& device, const wire::Topics& topics, Parts parts,
                             std::optional<KeptFile> file)
    : device_(device.id),
      topics_(topics),
      parts_(std::move(parts)),
      file_(std::move(file)),
      owner_(OwnerOf(device.id, parts_.agent.task())),
      steering_(parts_.agent.task(), {device.escalation, device.answer_mode}) {
  if (file_) Restore();
}

// A file that cannot be used keeps no device from its readings.
void DeviceControl::Restore() {
  const SteadyTime now = parts_.clock.Now();
  std::vector<std::string> notes;
  const auto text = file_->Read();
  if (text.ok() && !*text) return;
  const auto set = text.ok() ? DecodeSteering(**text, owner_, now, parts_.clock.WallNow(), notes)
                             : absl::StatusOr<Steering::Set>(text.status());
  if (!set.ok()) {
    spdlog::error("{}: what an operator has set is not known: {}: {}; put aside, begun anew",
                  device_, file_->path().string(), Words(set.status()));
    return file_->PutAside();
  }
  for (std::string& note : steering_.Restore(*set)) notes.push_back(std::move(note));
  Say(notes);
  TakeEffect(now);
  Save(now);
}

void DeviceControl::OnTime() {
  const SteadyTime now = parts_.clock.Now();
  if (const Ending next = steering_.NextExpiry(); next && *next <= now) {
    Say(steering_.Expire(now));
    TakeEffect(now);
    Save(now);
  }
  if (const auto payload = parts_.inbox.Take()) Carry(*payload);
  ShowSnapshot();
  GiveUpSnapshots(now);
  SaveAgainIfDue(now);
}

std::optional<SteadyTime> DeviceControl::NextWake() const {
  Ending wake = steering_.NextExpiry();
  for (const Waiting& each : waiting_) wake = std::min(wake.value_or(each.until), each.until);
  if (!parts_.inbox.empty()) wake = SteadyTime();  // at once
  return wake;
}

void DeviceControl::Carry(std::string_view payload) {
  std::string id;
  const auto request = wire::DecodeControlRequest(payload, id);
  ++requests_;
  if (!request.ok()) return Answer(id, request.status());
  const SteadyTime now = parts_.clock.Now();
  if (request->verb == wire::ControlVerb::kSnapshot) {
    if (absl::Status asked = Snapshot(*request, now); !asked.ok()) Answer(id, asked);
    return;
  }
  const absl::Status done = Do(*request, now);
  if (done.ok() && request->verb != wire::ControlVerb::kStatus) {
    spdlog::warn("{}: an operator asked for {}{}", device_, Name(request->verb),
                 request->lasts ? fmt::format(" for {} s", request->lasts->count()) : "");
  }
  Answer(id, done, request->verb == wire::ControlVerb::kStatus);
}

absl::Status DeviceControl::Do(const wire::ControlRequest& request, SteadyTime now) {
  switch (request.verb) {
    case wire::ControlVerb::kStatus:
    case wire::ControlVerb::kSnapshot:
      return absl::OkStatus();
    case wire::ControlVerb::kRestartSource:
      return parts_.intake.Restart();
    case wire::ControlVerb::kPause:
      steering_.Pause(request.lasts, now);
      break;
    case wire::ControlVerb::kResume:
      steering_.Resume();
      break;
    case wire::ControlVerb::kReset:
      steering_.Reset();
      break;
    case wire::ControlVerb::kSet:
      if (absl::Status set = steering_.Apply(request.values, request.lasts, now); !set.ok()) {
        return set;
      }
      break;
  }
  TakeEffect(now);
  Save(now);
  return absl::OkStatus();
}

void DeviceControl::TakeEffect(SteadyTime now) {
  if (steering_.paused()) {
    paused_.Begin(now);
  } else {
    paused_.End(now);
  }
  parts_.agent.Set(steering_.rule(), steering_.in_effect());
  changed_ = true;
}

absl::Status DeviceControl::Snapshot(const wire::ControlRequest& request, SteadyTime now) {
  if (parts_.agent.task().EscalatesFeatures()) {
    return absl::FailedPreconditionError(
        "its task says 'escalate: features', so that no window leaves the device");
  }
  SnapshotKeeper& snapshots = parts_.agent.snapshots();
  if (steering_.paused() && (request.next || snapshots.empty())) {
    return absl::FailedPreconditionError(
        "it is paused, so that no reading comes, and kept no window: resume it");
  }
  if (waiting_.size() >= kMostWaiting) {
    return absl::ResourceExhaustedError(
        fmt::format("{} wait for a snapshot already", waiting_.size()));
  }
  snapshots.Ask(request.next);
  waiting_.push_back({request.id, now + kSnapshotPatience});
  return absl::OkStatus();
}

void DeviceControl::ShowSnapshot() {
  if (waiting_.empty()) return;
  const auto snapshot = parts_.agent.snapshots().Take();
  if (!snapshot) return;
  absl::Status shown;
  Publish(topics_.Snapshot(device_, std::to_string(snapshot->sequence)), Encode(*snapshot), shown);
  if (shown.ok()) ++snapshots_;
  if (absl::IsInvalidArgument(shown)) {
    shown = absl::InvalidArgumentError("the window is too large: " + Words(shown));
  }
  for (const Waiting& each : std::exchange(waiting_, {})) Answer(each.id, shown);
}

void DeviceControl::GiveUpSnapshots(SteadyTime now) {
  const auto late = [now](const Waiting& each) { return each.until <= now; };
  for (const Waiting& each : waiting_) {
    if (!late(each)) continue;
    Answer(each.id, absl::DeadlineExceededError(
                        fmt::format("no reading came within {} s", kSnapshotPatience.count())));
  }
  if (std::erase_if(waiting_, late) > 0 && waiting_.empty()) parts_.agent.snapshots().Forget();
}

void DeviceControl::Save(SteadyTime now) {
  if (!file_) return;
  const WallTime wall = parts_.clock.WallNow();
  const Steering::Set& set = steering_.set();
  const bool nothing = !set.paused && set.settings.empty();
  const absl::Status saved = file_->Write(nothing ? "" : EncodeSteering(set, owner_, now, wall));
  unkept_ = Words(saved);
  if (!saved.ok()) spdlog::error("{}: what was set ends with this process: {}", device_, unkept_);
  saved_at_ = now;
  clock_offset_ = wall.time_since_epoch() -
                  std::chrono::duration_cast<WallTime::duration>(now.time_since_epoch());
}

// What was written when the clock was wrong would end at a wrong time after a restart.
void DeviceControl::SaveAgainIfDue(SteadyTime now) {
  if (!file_ || !saved_at_ || !steering_.NextExpiry()) return;
  const WallTime::duration offset =
      parts_.clock.WallNow().time_since_epoch() -
      std::chrono::duration_cast<WallTime::duration>(now.time_since_epoch());
  if (now - *saved_at_ < kSaveAgain && std::chrono::abs(offset - clock_offset_) < kClockJump) {
    return;
  }
  Save(now);
}

Arrivals DeviceControl::Admit(Arrivals arrivals) {
  while_paused_ += std::erase_if(arrivals.dropped, [this](const DroppedReading& reading) {
    return paused_.Cover(reading.captured_at);
  });
  if (arrivals.sample && paused_.Cover(arrivals.sample->captured_at)) {
    ++while_paused_;
    arrivals.sample.reset();
  }
  return arrivals;
}

void DeviceControl::Answer(const std::string& id, const absl::Status& done, bool with_counters) {
  if (!done.ok()) ++refused_;
  absl::Status taken;
  Publish(topics_.ControlReply(device_),
          Encode(wire::ControlReply{id, done.ok(), Words(done), Status(with_counters)}), taken);
  if (!taken.ok()) spdlog::warn("{}: an operator is not answered: {}", device_, Words(taken));
}

void DeviceControl::Publish(std::string topic, std::string payload, absl::Status& taken) {
  wire::Message message;
  message.topic = std::move(topic);
  message.payload = std::move(payload);
  message.content_type = wire::kJsonContent;
  message.expires_at = parts_.clock.Now() + kAnswerExpires;
  taken = parts_.publish(std::move(message));
}

std::string DeviceControl::Status(bool with_counters) const {
  const Steering::Set& set = steering_.set();
  Json json{{"paused", set.paused}};
  if (set.paused && set.paused_until) json["paused_until"] = TimeOf(*set.paused_until);
  json["in_effect"] = InEffectJson(steering_.in_effect());
  json["differs"] = Json::object();
  const SettingValues file = Written(steering_.file());
  for (const auto& [key, setting] : steering_.Differing()) {
    const auto in_file = file.find(key);
    Json one{{"value", JsonOf(setting.value)},
             {"file", in_file == file.end() ? Json() : JsonOf(in_file->second)}};
    if (setting.until) one["until"] = TimeOf(*setting.until);
    json["differs"][key] = std::move(one);
  }
  const bool kept = file_ && unkept_.empty();
  json["survives_restart"] = kept;
  if (!kept) {
    json["note"] = file_ ? "what is set ends with the process: " + unkept_
                         : "what is set ends with the process: the device has no store";
  }
  if (with_counters) json["counters"] = parts_.counters();
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string DeviceControl::TimeOf(SteadyTime time) const {
  return ToDateTime(parts_.clock.WallNow() +
                    std::chrono::duration_cast<WallTime::duration>(time - parts_.clock.Now()));
}

std::map<std::string, std::string> DeviceControl::InEffect() const {
  std::map<std::string, std::string> in_effect;
  for (const auto& [key, value] : Written(steering_.in_effect())) in_effect[key] = value.text;
  return in_effect;
}

std::map<std::string, std::string> DeviceControl::Differing() const {
  std::map<std::string, std::string> differing;
  for (const auto& [key, setting] : steering_.Differing()) differing[key] = setting.value.text;
  return differing;
}

std::optional<WallTime> DeviceControl::DiffersUntil() const {
  const Ending next = steering_.NextExpiry();
  if (!next) return std::nullopt;
  return parts_.clock.WallNow() +
         std::chrono::duration_cast<WallTime::duration>(*next - parts_.clock.Now());
}

std::string DeviceControl::Sentence() const {
  std::string text;
  const auto add = [&text](const std::string& part) { text += "; " + part; };
  const Steering::Set& set = steering_.set();
  if (set.paused) {
    add(fmt::format("paused by an operator{}: no reading is taken",
                    set.paused_until ? " until " + TimeOf(*set.paused_until) : ""));
  }
  for (const auto& [key, setting] : steering_.Differing()) {
    add(fmt::format("an operator has set {} to {}{}", key, setting.value.text,
                    setting.until ? " until " + TimeOf(*setting.until) : ""));
  }
  if (const std::string trouble = parts_.inbox.Trouble(); !trouble.empty()) {
    add("no operator can steer it: the broker: " + trouble);
  }
  return text;
}

void DeviceControl::AddCounters(std::map<std::string, std::uint64_t>& counters) const {
  const auto add = [&counters](const char* name, std::uint64_t count) {
    if (count > 0) counters[name] = count;
  };
  add("control_requests", requests_);
  add("control_refused", refused_);
  add("readings_while_paused", while_paused_);
  add("snapshots_sent", snapshots_);
  parts_.inbox.AddCounters(counters);
}

void DeviceControl::Say(const std::vector<std::string>& notes) const {
  for (const std::string& note : notes) {
    spdlog::warn("{}: of what an operator has set, {}", device_, note);
  }
}

}  // namespace biglittle
