#include "wire/mqtt_packets.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

namespace biglittle::wire {
namespace {

constexpr int kConnect = 0x10;
constexpr int kConnack = 0x20;
constexpr std::uint8_t kVersion = 5;
constexpr std::size_t kMostSizeBytes = 4;

// Properties, section 2.2.2.2.
enum Property : std::uint8_t {
  kMessageExpiry = 0x02,
  kContentType = 0x03,
  kSessionExpiry = 0x11,
  kAssignedClientIdentifier = 0x12,
  kServerKeepAlive = 0x13,
  kAuthenticationMethod = 0x15,
  kAuthenticationData = 0x16,
  kResponseInformation = 0x1A,
  kServerReference = 0x1C,
  kReasonString = 0x1F,
  kReceiveMaximum = 0x21,
  kTopicAliasMaximum = 0x22,
  kMaximumQos = 0x24,
  kRetainAvailable = 0x25,
  kUserProperty = 0x26,
  kMaximumPacketSize = 0x27,
  kWildcardSubscriptionAvailable = 0x28,
  kSubscriptionIdentifierAvailable = 0x29,
  kSharedSubscriptionAvailable = 0x2A,
};

char Byte(std::size_t value) { return static_cast<char>(static_cast<unsigned char>(value & 0xFF)); }

void AppendShort(std::size_t value, std::string& to) {
  to += Byte(value >> 8U);
  to += Byte(value);
}

void AppendLong(std::size_t value, std::string& to) {
  AppendShort(value >> 16U, to);
  AppendShort(value, to);
}

void AppendText(std::string_view text, std::string& to) {
  AppendShort(text.size(), to);
  to += text;
}

void AppendSize(std::size_t size, std::string& to) {
  do {
    const std::size_t more = size > 0x7F ? 0x80 : 0;
    to += Byte((size & 0x7F) | more);
    size >>= 7U;
  } while (size > 0);
}

std::string WithSize(const std::string& content) {
  std::string text;
  AppendSize(content.size(), text);
  return text + content;
}

std::string PropertiesOf(const ConnectPacket& packet) {
  std::string list;
  list += Byte(kSessionExpiry);
  AppendLong(packet.session_expiry, list);
  list += Byte(kReceiveMaximum);
  AppendShort(packet.receive_maximum, list);
  return list;
}

std::string PropertiesOf(const Message& will) {
  std::string list;
  if (will.content_type.empty()) return list;
  list += Byte(kContentType);
  AppendText(will.content_type, list);
  return list;
}

std::size_t FlagsOf(const ConnectPacket& packet) {
  std::size_t flags = packet.clean_start ? 0x02 : 0;
  if (packet.will) {
    flags |= 0x04U | static_cast<std::size_t>(packet.will->qos) << 3U;
    if (packet.will->retained) flags |= 0x20U;
  }
  if (!packet.username.empty()) flags |= 0x80U | 0x40U;
  return flags;
}

// Reads a packet from its front; once something is missing all that follows is nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  bool ok() const { return ok_; }
  bool done() const { return left_.empty() || !ok_; }
  std::uint32_t Whole(std::size_t bytes) {
    std::uint32_t value = 0;
    for (const char byte : Take(bytes)) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
  }
  std::uint16_t Short() { return static_cast<std::uint16_t>(Whole(2)); }
  std::string Text() { return std::string(Take(Short())); }
  std::string_view Take(std::size_t bytes) {
    ok_ = ok_ && bytes <= left_.size();
    const std::string_view taken = ok_ ? left_.substr(0, bytes) : std::string_view();
    if (ok_) left_.remove_prefix(bytes);
    return taken;
  }
  std::size_t Size() {
    std::size_t size = 0;
    for (std::size_t i = 0; i < kMostSizeBytes && ok_; ++i) {
      const std::uint32_t byte = Whole(1);
      size |= static_cast<std::size_t>(byte & 0x7FU) << (7 * i);
      if (byte < 0x80) return size;
    }
    ok_ = false;
    return 0;
  }
  void Fail() { ok_ = false; }

 private:
  std::string_view left_;
  bool ok_ = true;
};

void ReadProperty(Reader& from, Connack& into) {
  switch (from.Whole(1)) {
    case kSessionExpiry:
      into.session_expiry = from.Whole(4);
      break;
    case kReceiveMaximum:
      into.receive_maximum = from.Short();
      break;
    case kMaximumQos:
      into.maximum_qos = static_cast<int>(from.Whole(1));
      break;
    case kRetainAvailable:
      into.retain_available = from.Whole(1) != 0;
      break;
    case kMaximumPacketSize:
      into.maximum_packet_size = from.Whole(4);
      break;
    case kAssignedClientIdentifier:
      into.assigned_client_identifier = from.Text();
      break;
    case kTopicAliasMaximum:
      into.topic_alias_maximum = from.Short();
      break;
    case kReasonString:
      into.reason_string = from.Text();
      break;
    case kUserProperty:
      static_cast<void>(from.Text());
      static_cast<void>(from.Text());
      break;
    case kWildcardSubscriptionAvailable:
      into.wildcard_subscription_available = from.Whole(1) != 0;
      break;
    case kSubscriptionIdentifierAvailable:
      static_cast<void>(from.Whole(1));
      break;
    case kSharedSubscriptionAvailable:
      into.shared_subscription_available = from.Whole(1) != 0;
      break;
    case kServerKeepAlive:
      into.server_keep_alive = from.Short();
      break;
    case kServerReference:
      into.server_reference = from.Text();
      break;
    case kResponseInformation:
    case kAuthenticationMethod:
    case kAuthenticationData:
      static_cast<void>(from.Text());
      break;
    default:
      from.Fail();
  }
}

}  // namespace

std::string Encode(const ConnectPacket& packet) {
  std::string body;
  AppendText("MQTT", body);
  body += Byte(kVersion);
  body += Byte(FlagsOf(packet));
  AppendShort(packet.keep_alive, body);
  body += WithSize(PropertiesOf(packet));
  AppendText(packet.client_id, body);
  if (packet.will) {
    body += WithSize(PropertiesOf(*packet.will));
    AppendText(packet.will->topic, body);
    AppendText(packet.will->payload, body);
  }
  if (!packet.username.empty()) {
    AppendText(packet.username, body);
    AppendText(packet.password, body);
  }
  return Byte(kConnect) + WithSize(body);
}

absl::StatusOr<std::optional<std::size_t>> PacketSize(std::string_view bytes) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < kMostSizeBytes; ++i) {
    if (bytes.size() < i + 2) return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes[i + 1]);
    size |= std::size_t{byte & 0x7FU} << (7 * i);
    if (byte < 0x80) return i + 2 + size;
  }
  return absl::OutOfRangeError("no MQTT packet has such a size");
}

absl::StatusOr<Connack> DecodeConnack(std::string_view packet) {
  Reader whole(packet);
  const std::uint32_t type = whole.Whole(1);
  const std::size_t size = whole.Size();
  Reader body(whole.Take(size));
  if (type != kConnack || !whole.ok() || size < 2) {
    return absl::InvalidArgumentError("it is no CONNACK");
  }
  Connack connack;
  connack.session_present = (body.Whole(1) & 1U) != 0;
  connack.reason_code = static_cast<int>(body.Whole(1));
  if (size == 2) return absl::UnimplementedError("a CONNACK of MQTT 3.1.1");
  Reader properties(body.Take(body.Size()));
  while (!properties.done()) ReadProperty(properties, connack);
  if (!body.ok() || !body.done() || !properties.ok()) {
    return absl::InvalidArgumentError("the CONNACK is malformed");
  }
  return connack;
}

std::size_t PacketBytes(const Message& message) {
  // Each property: its code, and two bytes of length before a text.
  std::size_t properties = 0;
  for (const std::string* text :
       {&message.content_type, &message.response_topic, &message.correlation_data}) {
    if (!text->empty()) properties += 3 + text->size();
  }
  if (message.expires_at) properties += 5;
  // Type, length, topic's length, packet identifier, properties' length.
  constexpr std::size_t kFrame = 1 + kMostSizeBytes + 2 + 2 + kMostSizeBytes;
  return kFrame + message.topic.size() + properties + message.payload.size();
}

}  // namespace biglittle::wire
