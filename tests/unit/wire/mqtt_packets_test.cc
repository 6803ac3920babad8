#include "wire/mqtt_packets.h"

#include <gtest/gtest.h>

#include <string>

using std::string_literals::operator""s;

namespace biglittle::wire {
namespace {

std::string ConnackWith(const std::string& properties, char reason = 0) {
  std::string body = {'\1', reason, static_cast<char>(properties.size())};
  body += properties;
  return "\x20"s + static_cast<char>(body.size()) + body;
}

TEST(DecodeConnack, HasTheDefaultsOfTheStandardWhereNothingIsSaid) {
  const auto connack = DecodeConnack(ConnackWith(""));
  ASSERT_TRUE(connack.ok());
  EXPECT_TRUE(connack->session_present);
  EXPECT_EQ(connack->reason_code, 0);
  EXPECT_EQ(connack->maximum_packet_size, kMaxPacketBytes);
  EXPECT_EQ(connack->receive_maximum, 65'535);
  EXPECT_EQ(connack->maximum_qos, 2);
  EXPECT_TRUE(connack->retain_available);
  EXPECT_TRUE(connack->shared_subscription_available);
  EXPECT_TRUE(connack->wildcard_subscription_available);
  EXPECT_FALSE(connack->server_keep_alive.has_value());
}

TEST(DecodeConnack, ReadsAllThatABrokerMaySay) {
  const auto connack = DecodeConnack(ConnackWith(
      "\x11\0\0\0\x3c\x21\0\x0a\x24\0\x25\0\x27\0\2\0\0\x12\0\2me\x22\0\7\x1f\0\3why"s
      "\x26\0\1k\0\1v\x28\0\x29\0\x2a\0\x13\0\x05\x1a\0\1r\x1c\0\5other\x15\0\1m\x16\0\1d"s,
      '\x9d'));
  ASSERT_TRUE(connack.ok()) << connack.status();
  EXPECT_EQ(connack->reason_code, 0x9D);
  EXPECT_EQ(connack->session_expiry, 60U);
  EXPECT_EQ(connack->receive_maximum, 10);
  EXPECT_EQ(connack->maximum_qos, 0);
  EXPECT_FALSE(connack->retain_available);
  EXPECT_EQ(connack->maximum_packet_size, 131'072U);
  EXPECT_EQ(connack->assigned_client_identifier, "me");
  EXPECT_EQ(connack->topic_alias_maximum, 7);
  EXPECT_EQ(connack->reason_string, "why");
  EXPECT_FALSE(connack->wildcard_subscription_available);
  EXPECT_FALSE(connack->shared_subscription_available);
  EXPECT_EQ(connack->server_keep_alive, 5);
  EXPECT_EQ(connack->server_reference, "other");
}

TEST(DecodeConnack, KnowsAnOlderMqttByItsSize) {
  EXPECT_EQ(DecodeConnack("\x20\2\0\1"s).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(DecodeConnack, RefusesWhatIsNone) {
  const std::string whole = ConnackWith("\x1f\0\3why"s);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(DecodeConnack(whole.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodeConnack("HTTP/1.1 400"s).ok());
  EXPECT_FALSE(DecodeConnack(ConnackWith("\x1f\0\4why"s)).ok()) << "a text beyond its end";
  EXPECT_FALSE(DecodeConnack(ConnackWith("\x7f\0"s)).ok()) << "no such property";
  EXPECT_FALSE(DecodeConnack("\x20\4\0\0\0\0"s).ok()) << "bytes after the properties";
}

TEST(PacketSize, IsKnownAsSoonAsItCanBe) {
  EXPECT_EQ(PacketSize("")->has_value(), false);
  EXPECT_EQ(PacketSize("\x20"s)->has_value(), false);
  EXPECT_EQ(PacketSize("\x20\x80"s)->has_value(), false);
  EXPECT_EQ(PacketSize("\x20\x80\1"s)->value(), 3U + 128U);
  EXPECT_FALSE(PacketSize("\x20\xff\xff\xff\xff"s).ok());
}

TEST(EncodeConnect, IsWhatTheStandardSays) {
  Message will;
  will.topic = "w";
  will.payload = "gone";
  will.retained = true;
  const ConnectPacket packet{.client_id = "me",
                             .clean_start = false,
                             .keep_alive = 20,
                             .session_expiry = 60,
                             .receive_maximum = 256,
                             .will = will,
                             .username = "u",
                             .password = "p"};
  EXPECT_EQ(Encode(packet),
            "\x10\x27\0\4MQTT\5\xec\0\x14"
            "\x08\x11\0\0\0\x3c\x21\1\0"
            "\0\2me"
            "\0\0\1w\0\4gone"
            "\0\1u\0\1p"s);
}

TEST(PacketBytes, IsNeverLessThanWhatIsSent) {
  Message message;
  message.topic = "topic";
  message.payload = std::string(1000, 'x');
  EXPECT_GE(PacketBytes(message), 1000U + 3 + 2 + 5 + 2 + 1);
  EXPECT_LE(PacketBytes(message), 1000U + 5 + 16);
  const std::size_t plain = PacketBytes(message);
  message.content_type = "text";
  message.response_topic = "r";
  message.correlation_data = "c";
  message.expires_at = SteadyTime();
  EXPECT_EQ(PacketBytes(message), plain + (3 + 4) + (3 + 1) + (3 + 1) + 5);
}

}  // namespace
}  // namespace biglittle::wire
