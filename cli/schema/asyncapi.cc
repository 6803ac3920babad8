#include "cli/schema/asyncapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/schema/json_schema.h"
#include "cli/schema/key_words.h"
#include "cli/yaml_text.h"
#include "core/fleet/fleet_config.h"
#include "wire/messages/channels.h"
#include "wire/messages/message_facts.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchemas = "#/components/schemas/";
constexpr std::string_view kProtobuf = "application/vnd.google.protobuf;version=3";
constexpr std::string_view kMqttBinding = "0.2.0";

struct PlaceholderRow {
  std::string_view name;
  std::string_view help;
};
constexpr PlaceholderRow kPlaceholders[] = {
    {"fleet", "The fleet's name."},
    {"device", "The device's id. Take it from the topic, which the broker has checked."},
    {"worker", "The worker's id."},
    {"sequence", "The reading's number."},
    {"sensor", "A name that the fleet file gives the sensor's topic."},
};

Json Reference(std::string_view section, std::string_view name) {
  return {{"$ref", fmt::format("#/{}/{}", section, name)}};
}

Json Info() {
  return {
      {"title", "BigLittle"},
      {"version", "1"},
      {"description",
       "Devices with a little net escalate to workers with a big one. Every reading ends in "
       "exactly one final result by its deadline. MQTT 5, QoS 1; the topics begin with "
       "`biglittle/v1` unless the fleet's topic_root says otherwise. What JSON has beyond these "
       "fields comes from a newer sender and is to be ignored, but in what an operator asks."},
      {"license", {{"name", "MIT"}}}};
}

Json Server(std::string_view protocol, std::string_view port, std::string_view help) {
  return {
      {"host", "{host}:{port}"},
      {"protocol", protocol},
      {"protocolVersion", "5.0"},
      {"description", help},
      {"variables",
       {{"host", {{"default", "127.0.0.1"}, {"description", "`broker.host` of the fleet file"}}},
        {"port", {{"default", port}, {"description", "`broker.port` of the fleet file"}}}}}};
}

Json Servers() {
  Json secure = Server("mqtts", "8883", "A provisioned broker: each client has a certificate.");
  secure["security"].push_back(Reference("components/securitySchemes", "certificate"));
  return {{"broker", Server("mqtt", "1883", "A broker for development.")},
          {"provisionedBroker", std::move(secure)}};
}

class Document {
 public:
  std::string Write() {
    const wire::Topics topics(FleetConfig().topic_root, "{fleet}");
    Json channels = Json::object();
    Json operations = Json::object();
    for (const wire::Channel& channel : wire::Channels(topics)) {
      channels[std::string(channel.id)] = ChannelOf(channel);
      AddOperations(channel, operations);
    }
    Json parameters = Json::object();
    for (const PlaceholderRow& row : kPlaceholders) {
      parameters[std::string(row.name)] = {{"description", row.help}};
    }
    const Json document{
        {"asyncapi", "3.0.0"},
        {"info", Info()},
        {"defaultContentType", "application/json"},
        {"servers", Servers()},
        {"channels", std::move(channels)},
        {"operations", std::move(operations)},
        {"components",
         {{"messages", std::move(messages_)},
          {"schemas", std::move(schemas_)},
          {"parameters", std::move(parameters)},
          {"securitySchemes",
           {{"certificate",
             {{"type", "X509"}, {"description", "`biglittle provision` makes it"}}}}}}}};
    return ToYaml(document);
  }

 private:
  Json ChannelOf(const wire::Channel& channel) {
    Json parameters = Json::object();
    for (const PlaceholderRow& row : kPlaceholders) {
      if (channel.address.find(fmt::format("{{{}}}", row.name)) == std::string::npos) continue;
      parameters[std::string(row.name)] = Reference("components/parameters", row.name);
    }
    Json messages = Json::object();
    for (const wire::ChannelMessage& message : channel.messages) {
      const std::string id(message.id);
      messages_[id] = MessageOf(channel, message);
      messages[id] = Reference("components/messages", id);
    }
    return {{"address", channel.address},
            {"description", channel.help},
            {"messages", std::move(messages)},
            {"parameters", std::move(parameters)}};
  }

  Json MessageOf(const wire::Channel& channel, const wire::ChannelMessage& message) {
    Json json{{"name", message.proto.empty() ? message.id : message.proto},
              {"summary", message.help}};
    Json mqtt = Json::object();
    if (!message.content_type.empty()) {
      json["contentType"] = message.content_type;
      mqtt["contentType"] = message.content_type;
    }
    if (channel.has_correlation_data) mqtt["correlationData"] = {{"type", "string"}};
    if (channel.has_response_topic) mqtt["responseTopic"] = {{"type", "string"}};
    mqtt["bindingVersion"] = kMqttBinding;
    json["payload"] = PayloadOf(message);
    json["bindings"]["mqtt"] = std::move(mqtt);
    return json;
  }

  Json PayloadOf(const wire::ChannelMessage& message) {
    if (!message.proto.empty()) {
      schemas_["Escalation"] = {{"schemaFormat", kProtobuf}, {"schema", wire::EscalationProto()}};
      return Reference("components/schemas", "Escalation");
    }
    if (message.json.empty()) return {{"description", message.help}};
    const auto& all = wire::AllMessageFacts();
    const auto facts = std::ranges::find(all, message.json, &wire::MessageFacts::name);
    Json one =
        JsonSchemaPart(facts->shape, facts->closed ? OtherKeys::kRefused : OtherKeys::kIgnored,
                       kSchemas, schemas_);
    if (!message.content_type.ends_with("ndjson")) return one;
    return {{"type", "string"},
            {"description", fmt::format("Each line, which \\n ends, is one of {}.",
                                        one["$ref"].get<std::string>())}};
  }

  // What devices and workers send and hear.
  static void AddOperations(const wire::Channel& channel, Json& operations) {
    const auto add = [&](wire::Party party, std::string_view action) {
      if (party != wire::Party::kDevice && party != wire::Party::kWorker) return;
      operations[fmt::format("{}.{}.{}", Name(party), action, channel.id)] =
          OperationOf(channel, action);
    };
    add(channel.sender, "send");
    add(channel.hearer, "receive");
  }

  static Json OperationOf(const wire::Channel& channel, std::string_view action) {
    Json json = Json::object();
    json["action"] = action;
    json["channel"] = Reference("channels", channel.id);
    Json& mqtt = json["bindings"]["mqtt"];
    if (channel.sender != wire::Party::kSensor) {  // which does as it likes
      mqtt["qos"] = 1;
      mqtt["retain"] = channel.retained;
    }
    if (channel.expires && action == "send") {
      mqtt["messageExpiryInterval"] = {{"type", "integer"}, {"minimum", 1}};
    }
    mqtt["bindingVersion"] = kMqttBinding;
    if (!channel.answered_on.empty()) {
      json["reply"] = {{"channel", Reference("channels", channel.answered_on)}};
    }
    return json;
  }

  Json messages_ = Json::object();
  Json schemas_ = Json::object();
};

}  // namespace

std::string AsyncApiText() { return Document().Write(); }

}  // namespace biglittle
