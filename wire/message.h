// One MQTT message with the MQTT 5 properties that we use, free of any client library's types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"

namespace biglittle::wire {

inline constexpr char kProtobufContent[] = "application/x-protobuf";
inline constexpr char kJsonContent[] = "application/json";
// Several values, a line each.
inline constexpr char kJsonLinesContent[] = "application/x-ndjson";

// What became of a published message.
enum class Delivery : std::uint8_t {
  kTaken,    // the broker has it; whether anybody subscribes to it Paho does not tell
  kRefused,  // the broker's acknowledgement says no
};

struct Message {
  std::string topic;
  std::string payload;
  int qos = 1;
  bool retained = false;
  std::string content_type;
  std::string response_topic;    // empty: none
  std::string correlation_data;  // empty: none
  // Outgoing: not sent any more after this time, and the broker keeps it no longer (whole seconds,
  // rounded up). Incoming: not set.
  std::optional<SteadyTime> expires_at;
  // Outgoing: if not 0, the session says what became of it (MqttSession::Options::on_delivered).
  std::uint64_t tag = 0;
  // Outgoing: hand it over on the thread that publishes it, where that cannot block. Spares the
  // wake-up of the session's thread.
  bool urgent = false;
  // Outgoing: since when its owner was at it, for MqttSession::Options::on_handed_over.
  std::optional<SteadyTime> begun_at;
  // Incoming: the steady time at which the session got it.
  SteadyTime received_at;
};

}  // namespace biglittle::wire
