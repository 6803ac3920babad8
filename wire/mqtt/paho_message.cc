#include "wire/mqtt/paho_message.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <utility>

namespace biglittle::wire {
namespace {

using mqtt::properties;
using mqtt::property;

// MQTT counts whole seconds: round up, for the deadline itself travels in the payload.
std::int32_t ExpirySeconds(SteadyTime::duration left) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(seconds, 1, std::numeric_limits<std::int32_t>::max()));
}

std::string StringProperty(const properties& from, property::code code) {
  return from.contains(code) ? mqtt::get<std::string>(from, code) : std::string();
}

template <typename Whole>
std::optional<Whole> WholeProperty(const properties& from, property::code code) {
  if (!from.contains(code)) return std::nullopt;
  return mqtt::get<Whole>(from, code);
}

bool IsAvailable(const properties& from, property::code code) {
  return WholeProperty<std::uint8_t>(from, code).value_or(1) != 0;
}

// The broker's host name, chain and, by SetRevocationCheck, revocation are verified. Paho has an
// option for the lowest TLS version and passes it over; the security level that it sets, 1, leaves
// TLS 1.2 and 1.3.
mqtt::ssl_options SslOptions(const TlsFiles& files) {
  mqtt::ssl_options options;
  options.set_trust_store(files.authority.string());
  options.set_key_store(files.certificate.string());
  options.set_private_key(files.key.string());
  options.set_enable_server_cert_auth(true);
  options.set_verify(true);
  return options;
}

// By MQTT 5's number (2.2.2.2): Paho C++ 1.2 and 1.5 spell its name differently.
constexpr auto kAssignedClientIdentifier = static_cast<property::code>(18);

}  // namespace

mqtt::const_message_ptr ToPaho(const SharedMessage& message, SteadyTime now) {
  const Message& header = *message;
  properties list;
  if (!header.content_type.empty()) list.add({property::CONTENT_TYPE, header.content_type});
  if (!header.response_topic.empty()) list.add({property::RESPONSE_TOPIC, header.response_topic});
  if (!header.correlation_data.empty()) {
    list.add({property::CORRELATION_DATA, header.correlation_data});
  }
  if (header.expires_at) {
    list.add({property::MESSAGE_EXPIRY_INTERVAL, ExpirySeconds(*header.expires_at - now)});
  }
  const auto shared = [&](const std::string& text) {
    return std::shared_ptr<const std::string>(message, &text);
  };
  auto out =
      mqtt::message::create(mqtt::string_ref(shared(header.topic)),
                            mqtt::binary_ref(shared(header.payload)), header.qos, header.retained);
  out->set_properties(std::move(list));
  return out;
}

Message FromPaho(const mqtt::message& message, SteadyTime received_at) {
  Message out;
  out.topic = message.get_topic();
  out.payload = message.get_payload_str();
  out.qos = message.get_qos();
  out.retained = message.is_retained();
  const properties& list = message.get_properties();
  out.content_type = StringProperty(list, property::CONTENT_TYPE);
  out.response_topic = StringProperty(list, property::RESPONSE_TOPIC);
  out.correlation_data = StringProperty(list, property::CORRELATION_DATA);
  out.received_at = received_at;
  return out;
}

std::string ReasonStringOf(const properties& list) {
  return StringProperty(list, property::REASON_STRING);
}

std::string ServerReferenceOf(const properties& list) {
  return StringProperty(list, property::SERVER_REFERENCE);
}

Connack ToConnack(const mqtt::connect_response& response) {
  const properties& list = response.get_properties();
  Connack connack;
  connack.session_present = response.is_session_present();
  connack.maximum_packet_size =
      WholeProperty<std::uint32_t>(list, property::MAXIMUM_PACKET_SIZE).value_or(kMaxPacketBytes);
  connack.receive_maximum =
      WholeProperty<std::uint16_t>(list, property::RECEIVE_MAXIMUM).value_or(65'535);
  connack.maximum_qos = WholeProperty<std::uint8_t>(list, property::MAXIMUM_QOS).value_or(2);
  connack.retain_available = IsAvailable(list, property::RETAIN_AVAILABLE);
  connack.wildcard_subscription_available =
      IsAvailable(list, property::WILDCARD_SUBSCRIPTION_AVAILABLE);
  connack.shared_subscription_available =
      IsAvailable(list, property::SHARED_SUBSCRIPTION_AVAILABLE);
  connack.topic_alias_maximum =
      WholeProperty<std::uint16_t>(list, property::TOPIC_ALIAS_MAXIMUM).value_or(0);
  connack.server_keep_alive = WholeProperty<std::uint16_t>(list, property::SERVER_KEEP_ALIVE);
  connack.session_expiry = WholeProperty<std::uint32_t>(list, property::SESSION_EXPIRY_INTERVAL);
  connack.assigned_client_identifier = StringProperty(list, kAssignedClientIdentifier);
  connack.reason_string = ReasonStringOf(list);
  connack.server_reference = ServerReferenceOf(list);
  return connack;
}

mqtt::connect_options ConnectOptions(const BrokerConfig& broker, const Credentials& credentials,
                                     bool clean_start, const std::optional<Message>& will) {
  mqtt::connect_options options;
  options.set_mqtt_version(MQTTVERSION_5);
  options.set_clean_start(clean_start);
  options.set_keep_alive_interval(broker.keep_alive);
  options.set_connect_timeout(std::chrono::ceil<std::chrono::seconds>(broker.connect_timeout));
  options.set_max_inflight(static_cast<int>(broker.max_in_flight_messages));
  if (will)
    options.set_will(
        mqtt::will_options(*ToPaho(std::make_shared<const Message>(*will), SteadyTime())));
  if (credentials.tls) options.set_ssl(SslOptions(*credentials.tls));
  if (!credentials.username.empty()) {
    options.set_user_name(credentials.username);
    options.set_password(credentials.password);
  }
  properties list;
  // A clean start means that nothing is worth keeping when the connection ends.
  const auto expiry = clean_start ? std::chrono::seconds(0) : broker.session_expiry;
  list.add({property::SESSION_EXPIRY_INTERVAL, static_cast<std::int32_t>(expiry.count())});
  list.add({property::RECEIVE_MAXIMUM, static_cast<std::uint16_t>(broker.max_in_flight_messages)});
  // On the finished object: the builder of Paho C++ 1.2.0 leaves a dangling pointer.
  options.set_properties(std::move(list));
  return options;
}

}  // namespace biglittle::wire
