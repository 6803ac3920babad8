#include "wire/messages/device_state.h"

#include <google/protobuf/util/time_util.h>

#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include <google/protobuf/timestamp.pb.h>
#include <nlohmann/json.hpp>

#include "core/date_time.h"
#include "wire/messages/json.h"

namespace biglittle::wire {
namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
bool Get(const Json& json, const char* key, Value& value) {
  const auto at = json.find(key);
  if (at == json.end()) return false;
  const bool fits = std::is_same_v<Value, std::string> ? at->is_string()
                    : std::is_same_v<Value, bool>      ? at->is_boolean()
                                                       : at->is_number();
  if (fits) value = at->get<Value>();
  return fits;
}

bool GetTime(const Json& json, const char* key, WallTime& time) {
  std::string text;
  google::protobuf::Timestamp timestamp;
  if (!Get(json, key, text) || !google::protobuf::util::TimeUtil::FromString(text, &timestamp)) {
    return false;
  }
  time = FromTimestamp(timestamp);
  return true;
}

}  // namespace

std::string Encode(const DeviceState& state) {
  const Json json{{"fleet", state.fleet},
                  {"device", state.device},
                  {"task", state.task},
                  {"class", state.class_index},
                  {"label", state.label},
                  {"prioritised", state.prioritised},
                  {"confidence", state.confidence},
                  {"since", ToDateTimeMs(state.since)},
                  {"time", ToDateTimeMs(state.time)},
                  {"readings", state.readings},
                  {"sequence", state.sequence}};
  // Labels are the task's, which are UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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
  const Json json = Json::parse(payload, nullptr, false);
  DeviceState state;
  const bool whole = json.is_object() && Get(json, "fleet", state.fleet) &&
                     Get(json, "device", state.device) && Get(json, "task", state.task) &&
                     Get(json, "class", state.class_index) && Get(json, "label", state.label) &&
                     Get(json, "prioritised", state.prioritised) &&
                     Get(json, "confidence", state.confidence) &&
                     GetTime(json, "since", state.since) && GetTime(json, "time", state.time) &&
                     Get(json, "readings", state.readings) && Get(json, "sequence", state.sequence);
  if (!whole) return absl::InvalidArgumentError("no JSON of a device's state");
  return state;
}

}  // namespace biglittle::wire
