#include "wire/messages/device_state.h"

#include <google/protobuf/util/time_util.h>

#include <utility>

#include "absl/status/status.h"
#include <google/protobuf/timestamp.pb.h>
#include <nlohmann/json.hpp>

#include "core/date_time.h"
#include "wire/messages/json.h"
#include "wire/messages/message_shapes.h"
#include "wire/messages/message_table.h"

namespace biglittle::wire {
namespace {

using Json = nlohmann::ordered_json;

bool ReadTime(const Json& json, WallTime& time) {
  google::protobuf::Timestamp timestamp;
  if (!json.is_string() ||
      !google::protobuf::util::TimeUtil::FromString(json.get<std::string>(), &timestamp)) {
    return false;
  }
  time = FromTimestamp(timestamp);
  return true;
}

MessageField<DeviceState> TimeField(std::string_view name, WallTime DeviceState::*member,
                                    std::string help) {
  return {{name, {.help = std::move(help)}, {TimeShape()}, ""},
          [member](const DeviceState& state) { return Json(ToDateTimeMs(state.*member)); },
          [member](const Json& json, DeviceState& state) { return ReadTime(json, state.*member); }};
}

const MessageTable<DeviceState>& Table() {
  using State = DeviceState;
  static const MessageTable<State> table(
      "State", "the class that the device has settled on",
      {Field("fleet", &State::fleet, {TextShape{}}, "the topic says which, and not this"),
       Field("device", &State::device, {TextShape{}}, "the topic says which, and not this"),
       Field("task", &State::task, {TextShape{}}, "what the device classifies"),
       Field("class", &State::class_index, {ClassShape()},
             "an index into the task's labels; -1 with the label \"other\": none of the "
             "prioritised ones"),
       Field("label", &State::label, {TextShape{}}, "of the class"),
       Field("prioritised", &State::prioritised, {BoolShape{}},
             "it is one of the task's priority_classes"),
       Field("confidence", &State::confidence, {ShareShape()},
             "the mean of those readings that the smoothing looked at and that had the class"),
       TimeField("since", &State::since, "capture of the first of the readings that settled it"),
       TimeField("time", &State::time, "when this was written"),
       Field("readings", &State::readings, {CountShape()}, "how many there were since"),
       Field("sequence", &State::sequence, {CountShape()}, "of the last of them")});
  return table;
}

}  // namespace

std::shared_ptr<const SectionFacts> DeviceStateFacts() { return Table().facts(); }

std::string Encode(const DeviceState& state) {
  // Labels are the task's, which are UTF-8.
  return Table().Write(state).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Message ToMessage(std::string topic, const DeviceState& state) {
  Message message;
  message.topic = std::move(topic);
  message.payload = Encode(state);
  message.content_type = kJsonContent;
  message.retained = true;
  return message;
}

absl::StatusOr<DeviceState> DecodeDeviceState(std::string_view payload) {
  DeviceState state;
  if (!Table().Read(Json::parse(payload, nullptr, false), state)) {
    return absl::InvalidArgumentError("no JSON of a device's state");
  }
  return state;
}

}  // namespace biglittle::wire
