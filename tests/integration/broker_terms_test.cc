// What a broker says of itself when it takes a connection, and how it says no: the session reads it
// and acts on it. Against a scripted broker, for no real one shows all of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/fakes/raw_broker.h"
#include "tests/support/eventually.h"
#include "tests/support/log_capture.h"
#include "tests/support/messages.h"
#include "wire/mqtt/mqtt_session.h"

using std::string_literals::operator""s;

namespace biglittle::wire {
namespace {

using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kConnect = 1;
constexpr int kPublish = 3;
constexpr int kSubscribe = 8;

std::string Connack(const std::string& properties, char reason = 0) {
  std::string body = {'\0', reason, static_cast<char>(properties.size())};
  body += properties;
  return "\x20"s + static_cast<char>(body.size()) + body;
}

std::string ReasonString(const std::string& text) {
  return "\x1f\0"s + static_cast<char>(text.size()) + text;
}

// An acknowledgement (PUBACK 0x40, SUBACK 0x90) of the packet with this identifier.
std::string Ack(char type, const std::string& packet_id, char reason, const std::string& words) {
  const std::string properties = words.empty() ? "" : ReasonString(words);
  std::string body = packet_id;
  if (type == '\x40') body += reason;
  body += static_cast<char>(properties.size());
  body += properties;
  if (type != '\x40') body += reason;
  return std::string(1, type) + static_cast<char>(body.size()) + body;
}

std::string PacketIdOf(const RawBroker::Packet& packet) {
  const std::size_t at = packet.type == kPublish ? 2 + Number16(packet.body, 0) : 0;
  return packet.body.substr(at, 2);
}

std::string PayloadOf(const RawBroker::Packet& packet) {
  const std::size_t properties = 2 + Number16(packet.body, 0) + 2;
  return packet.body.substr(properties + 1 + static_cast<std::uint8_t>(packet.body[properties]));
}

class BrokerTermsTest : public testing::Test {
 protected:
  static constexpr int kPatience = 20;

  BrokerTermsTest() {
    options_.broker.port = broker_.port();
    options_.broker.reconnect_delay_min = Milliseconds(20);
    options_.broker.reconnect_delay_max = Milliseconds(50);
    options_.client_id = "peer";
    options_.on_delivered = [this](std::uint64_t tag, Delivery delivery) {
      if (delivery == Delivery::kRefused) refused_ = tag;
    };
    options_.on_too_large = [this](Message&& message) {
      const std::lock_guard lock(mutex_);
      too_large_.push_back(std::move(message));
    };
  }
  void Start() {
    session_.emplace(options_);
    session_->Start();
  }
  // The next connection's CONNECT is answered with `connack`.
  RawBroker::Packet Greet(const std::string& connack) {
    broker_.Accept();
    const auto connect = broker_.Receive(kPatience);
    EXPECT_TRUE(connect && connect->type == kConnect);
    broker_.Send(connack);
    return connect.value_or(RawBroker::Packet{});
  }
  // The next packet of this type.
  RawBroker::Packet Next(int type) {
    while (const auto packet = broker_.Receive(kPatience)) {
      if (packet->type == type) return *packet;
    }
    ADD_FAILURE() << "no packet of type " << type;
    return {0, 0, std::string(8, '\0')};
  }
  std::string LogUntil(const std::string& text) {
    std::string found;
    EXPECT_TRUE(Eventually([&] {
      for (const std::string& line : log_.lines()) {
        if (line.find(text) != std::string::npos) found = line;
      }
      return !found.empty();
    })) << text
        << " was not logged";
    return found;
  }

  LogCapture log_;
  RawBroker broker_;
  MqttSession::Options options_;
  std::atomic<std::uint64_t> refused_ = 0;
  std::mutex mutex_;
  std::vector<Message> too_large_;
  std::optional<MqttSession> session_;
};

TEST_F(BrokerTermsTest, NoMoreAreUnderWayThanItsReceiveMaximum) {
  constexpr std::size_t kReceiveMaximum = 3;
  Start();
  Greet(Connack("\x21\0\3"s));
  ASSERT_TRUE(session_->WaitConnected(Soon()));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(session_->Publish(To("t", std::to_string(i))).ok());
  std::vector<std::string> ids;
  while (const auto packet = broker_.Receive(1)) {
    if (packet->type == kPublish) ids.push_back(PacketIdOf(*packet));
  }
  ASSERT_EQ(ids.size(), kReceiveMaximum);
  // And the next ones at once: Paho itself would look once a second.
  const SteadyTime begin = steady_clock::now();
  for (int sent = static_cast<int>(kReceiveMaximum); sent < 10; ++sent) {
    broker_.Send(Ack('\x40', ids.front(), 0, ""));
    ids.erase(ids.begin());
    ids.push_back(PacketIdOf(Next(kPublish)));
  }
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(BrokerTermsTest, WhatIsTooLargeForItIsRefusedWithItsBound) {
  Start();
  EXPECT_EQ(session_->max_packet_bytes(), 268'435'460U);
  Greet(Connack("\x27\0\0\1\0"s));
  ASSERT_TRUE(session_->WaitConnected(Soon()));
  EXPECT_EQ(session_->max_packet_bytes(), 256U);
  const absl::Status refused = session_->Publish(To("t", std::string(300, 'x')));
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("larger than the broker takes (256 bytes)"));
  EXPECT_EQ(session_->counters().refused_too_large, 1U);
  EXPECT_TRUE(session_->Publish(To("t", "small")).ok());
  EXPECT_EQ(PayloadOf(Next(kPublish)), "small");
}

TEST_F(BrokerTermsTest, WhatWasTakenBeforeItWasKnownIsGivenBack) {
  Start();
  Message large = To("t", std::string(300, 'x'));
  large.tag = 7;
  ASSERT_TRUE(session_->Publish(large).ok());
  ASSERT_TRUE(session_->Publish(To("t", "small")).ok());
  Greet(Connack("\x27\0\0\1\0"s));
  EXPECT_EQ(PayloadOf(Next(kPublish)), "small");
  ASSERT_TRUE(Eventually([&] {
    const std::lock_guard lock(mutex_);
    return too_large_.size() == 1;
  }));
  EXPECT_EQ(too_large_[0].tag, 7U);
  EXPECT_EQ(too_large_[0].payload.size(), 300U);
  EXPECT_EQ(session_->counters().refused_too_large, 1U);
}

// It never said how much it takes, and would end each connection over the same message.
TEST_F(BrokerTermsTest, WhatItEndedTheConnectionOverIsNotSentAgain) {
  Start();
  Message large = To("t", std::string(300, 'x'));
  large.tag = 7;
  ASSERT_TRUE(session_->Publish(To("t", "small")).ok());
  ASSERT_TRUE(session_->Publish(large).ok());
  Greet(Connack(""));
  Next(kPublish);
  EXPECT_EQ(PayloadOf(Next(kPublish)).size(), 300U);
  broker_.Send("\xe0\2\x95\0"s);  // DISCONNECT: packet too large
  Greet(Connack(""));
  EXPECT_EQ(PayloadOf(Next(kPublish)), "small");
  EXPECT_FALSE(broker_.Receive(1).has_value());
  const std::lock_guard lock(mutex_);
  ASSERT_EQ(too_large_.size(), 1U);
  EXPECT_EQ(too_large_[0].tag, 7U);
}

TEST_F(BrokerTermsTest, ItsKeepAliveReplacesOurs) {
  options_.broker.keep_alive = std::chrono::seconds(20);
  Start();
  Greet(Connack("\x13\0\5"s));
  const RawBroker::Packet again = Greet(Connack("\x13\0\5"s));
  EXPECT_EQ(Number16(again.body, 8), 5U);
  EXPECT_TRUE(session_->WaitConnected(Soon()));
}

TEST_F(BrokerTermsTest, AQuietConnectionIsKeptByPingsInItsTime) {
  Start();
  Greet(Connack("\x13\0\2"s));
  Greet(Connack("\x13\0\2"s));
  constexpr int kPing = 12;
  const SteadyTime begin = steady_clock::now();
  for (int i = 0; i < 2; ++i) {
    Next(kPing);
    broker_.Send("\xd0\0"s);
  }
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(6));
}

TEST_F(BrokerTermsTest, ABrokerWithoutWhatWeNeedIsNamedAtOnceWithItsOwnWords) {
  options_.subscriptions = {"$share/workers/a"};
  options_.will = To("w", "gone");
  options_.will->retained = true;
  Start();
  Greet(Connack("\x24\0\x25\0\x2a\0"s + ReasonString("free plan")));
  const std::string line = LogUntil("cannot connect");
  EXPECT_THAT(line, HasSubstr("no QoS 1"));
  EXPECT_THAT(line, HasSubstr("no retained messages"));
  EXPECT_THAT(line, HasSubstr("no shared subscriptions"));
  EXPECT_THAT(line, HasSubstr("(it says 'free plan')"));
  EXPECT_FALSE(session_->connected());
  EXPECT_THAT(session_->trouble(), HasSubstr("no QoS 1"));
}

TEST_F(BrokerTermsTest, ARefusedConnectionIsToldInItsWords) {
  Start();
  const std::string refusal =
      Connack(ReasonString("come back\x1b[2J\n") + "\x1c\0\5other"s, '\x9c');
  Greet(refusal);
  Greet(refusal);  // the look for the reason
  EXPECT_THAT(LogUntil("cannot connect"),
              HasSubstr("to use another server for now (156) (to 'other') (it says 'come "
                        "back\\x1b[2J\\x0a')"));
}

TEST_F(BrokerTermsTest, ABrokerOfMqtt311IsToldByItsAnswer) {
  Start();
  Greet("\x20\2\0\1"s);
  Greet("\x20\2\0\1"s);
  EXPECT_THAT(LogUntil("cannot connect"), HasSubstr("does not speak MQTT 5"));
}

TEST_F(BrokerTermsTest, ABrokerThatHangsUpAtTheGreetingIsNotTakenForOneOfTls) {
  Start();
  for (int i = 0; i < 2; ++i) {
    broker_.Accept();
    ASSERT_TRUE(broker_.Receive(kPatience).has_value());
    broker_.Close();
  }
  broker_.Accept();  // a greeting of TLS
  broker_.Close();
  EXPECT_THAT(LogUntil("cannot connect"), HasSubstr("does not speak MQTT 5"));
}

TEST_F(BrokerTermsTest, ARefusedMessageIsCountedAndToldInItsWords) {
  Start();
  Greet(Connack(""));
  Message message = To("a/results", "x");
  message.tag = 9;
  ASSERT_TRUE(session_->Publish(message).ok());
  broker_.Send(Ack('\x40', PacketIdOf(Next(kPublish)), '\x87', "no rights"));
  EXPECT_THAT(LogUntil("refuses"), HasSubstr("refuses a message to a/results: the broker does not "
                                             "authorize this program (135)"));
  EXPECT_THAT(LogUntil("refuses"), HasSubstr("(it says 'no rights')"));
  EXPECT_EQ(session_->counters().refused_by_broker, 1U);
  EXPECT_TRUE(Eventually([&] { return refused_ == 9; }));
}

TEST_F(BrokerTermsTest, ARefusedSubscriptionIsToldInItsWords) {
  options_.subscriptions = {"a/reply"};
  Start();
  Greet(Connack(""));
  broker_.Send(Ack('\x90', PacketIdOf(Next(kSubscribe)), '\x87', "not yours"));
  const std::string line = LogUntil("cannot connect");
  EXPECT_THAT(line,
              HasSubstr("it refuses the subscription a/reply: the broker does not authorize"));
  EXPECT_THAT(line, HasSubstr("(it says 'not yours')"));
  EXPECT_EQ(session_->counters().subscriptions_refused, 1U);
}

TEST_F(BrokerTermsTest, AConnectionThatItEndsIsToldInItsWords) {
  Start();
  Greet(Connack(""));
  ASSERT_TRUE(session_->WaitConnected(Soon()));
  const std::string words = ReasonString("maintenance");
  broker_.Send("\xe0"s + static_cast<char>(words.size() + 2) + "\x8b"s +
               static_cast<char>(words.size()) + words);
  EXPECT_THAT(LogUntil("lost"), HasSubstr("shutting down (139) (it says 'maintenance')"));
}

}  // namespace
}  // namespace biglittle::wire
