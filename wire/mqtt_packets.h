// The few MQTT 5 packets that we make or read ourselves, because Paho says too little of them
// (OASIS MQTT 5.0, sections 3.1 to 3.3).
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "wire/message.h"

namespace biglittle::wire {

// MQTT 5: reason codes from here on are failures.
inline constexpr int kFirstFailure = 0x80;
// The largest packet that MQTT can carry: what a broker takes that names no bound.
inline constexpr std::uint32_t kMaxPacketBytes = 268'435'460;

// What a broker says when it takes a connection or refuses it. The defaults are those that MQTT
// names for what is not said.
struct Connack {
  int reason_code = 0;
  bool session_present = false;
  std::uint32_t maximum_packet_size = kMaxPacketBytes;  // of a whole packet, in bytes
  std::uint16_t receive_maximum = 65'535;  // messages of ours that it lets wait for their PUBACK
  int maximum_qos = 2;
  bool retain_available = true;
  bool wildcard_subscription_available = true;
  bool shared_subscription_available = true;
  std::uint16_t topic_alias_maximum = 0;           // we send no aliases
  std::optional<std::uint16_t> server_keep_alive;  // seconds; replaces what we asked for
  std::optional<std::uint32_t> session_expiry;     // seconds; likewise
  std::string assigned_client_identifier;
  std::string reason_string;     // the broker's own words; a stranger's bytes
  std::string server_reference;  // another server to go to
};

struct ConnectPacket {
  std::string client_id;
  bool clean_start = true;
  std::uint16_t keep_alive = 0;      // seconds
  std::uint32_t session_expiry = 0;  // seconds
  std::uint16_t receive_maximum = 65'535;
  std::optional<Message> will;
  std::string username;  // empty: none, and no password
  std::string password;
};

std::string Encode(const ConnectPacket& packet);

// Of the packet that `bytes` begins with; nullopt while too few are there to tell. OutOfRange: no
// packet of MQTT begins like that.
absl::StatusOr<std::optional<std::size_t>> PacketSize(std::string_view bytes);

// One whole packet. Unimplemented: a CONNACK of an older MQTT. InvalidArgument: no CONNACK at all.
absl::StatusOr<Connack> DecodeConnack(std::string_view packet);

// The size of the PUBLISH that carries the message at QoS 1, in bytes: never less than it will be.
std::size_t PacketBytes(const Message& message);

}  // namespace biglittle::wire
