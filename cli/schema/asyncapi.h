// The AsyncAPI document of a fleet: all topics, and what travels on them.
#pragma once

#include <string>

namespace biglittle {

// AsyncAPI 3.0 as YAML, made of wire/messages/channels.h and message_facts.h. Operations are those
// of devices and workers: what they send, and what they hear.
std::string AsyncApiText();

}  // namespace biglittle
