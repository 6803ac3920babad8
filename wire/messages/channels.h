// What travels on a fleet's topics: who sends it, who hears it, how, and what it holds. The
// AsyncAPI document is made of it; a test holds it against what a broker passes on.
//
// Pure function, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/topics.h"

namespace biglittle::wire {

enum class Party : std::uint8_t { kDevice, kWorker, kOperator, kSensor, kConsumer };
// "device", ..., "consumer".
std::string_view Name(Party party);

// One kind of message of a channel.
struct ChannelMessage {
  std::string_view id;  // among all channels: "resultLines"
  std::string_view content_type;
  // The JSON message that it is, or of which it has several, a line each (MessageFacts::name);
  // empty: a message of escalation.proto, or what a sensor says.
  std::string_view json;
  std::string_view proto;  // its name there; empty: none
  std::string_view help;
};

struct Channel {
  std::string_view id;
  std::string address;
  std::string_view help;
  Party sender;
  Party hearer;
  std::vector<ChannelMessage> messages;
  bool retained = false;
  // The channel of the answers, and what they are told by; empty: none is asked for.
  std::string_view answered_on = {};
  // MQTT 5's properties that a message has besides its content type.
  bool has_response_topic = false;
  bool has_correlation_data = false;
  bool expires = false;
};

// Addresses have placeholders where a name varies: {device}, {worker}, {sequence}, {sensor}; and
// the fleet's as `topics` says.
std::vector<Channel> Channels(const Topics& topics);

}  // namespace biglittle::wire
