// What keeps the message path fast, by its structure: who hands messages over, and how many may be
// on their way. TCP_NODELAY is in mqtt_session_test.cc.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "core/bounded_queue.h"
#include "tests/fakes/raw_broker.h"
#include "tests/fakes/test_broker.h"
#include "wire/mqtt_session.h"

namespace biglittle::wire {
namespace {

using std::chrono::steady_clock;

SteadyTime Soon() { return steady_clock::now() + std::chrono::seconds(20); }

Message To(const std::string& topic, const std::string& payload) {
  Message message;
  message.topic = topic;
  message.payload = payload;
  return message;
}

// Paho serves all sessions of a process with one thread: a callback that published would stall them
// all, so what it calls only enqueues.
TEST(SessionFlowTest, OneThreadHandsOverWhateverThreadPublishes) {
  TestBroker broker;
  constexpr int kHops = 50;
  std::mutex mutex;
  std::set<std::thread::id> handed_over_by;
  std::set<std::thread::id> received_on;
  std::thread::id session_thread;
  BoundedQueue<std::string> done{1};
  MqttSession* self = nullptr;

  MqttSession::Options options;
  options.broker = broker.config();
  options.client_id = "peer";
  options.subscriptions = {"hop"};
  options.birth = [&] {
    const std::lock_guard lock(mutex);
    session_thread = std::this_thread::get_id();  // as its contract says
    return To("born", "");
  };
  options.on_handed_over = [&](const Message&, SteadyTime, SteadyTime) {
    const std::lock_guard lock(mutex);
    handed_over_by.insert(std::this_thread::get_id());
  };
  options.on_message = [&](Message&& message) {
    {
      const std::lock_guard lock(mutex);
      received_on.insert(std::this_thread::get_id());
    }
    const int hop = std::stoi(message.payload) + 1;
    if (hop < kHops) {
      EXPECT_TRUE(self->Publish(To("hop", std::to_string(hop))).ok());
    } else {
      EXPECT_TRUE(done.TryPush("done"));
    }
  };
  MqttSession session(std::move(options));
  self = &session;
  session.Start();
  ASSERT_TRUE(session.WaitConnected(Soon()));
  ASSERT_TRUE(session.Publish(To("hop", "0")).ok());  // this thread's
  ASSERT_TRUE(done.PopUntil(Soon()).has_value());
  session.Stop();
  EXPECT_EQ(handed_over_by, std::set{session_thread});
  EXPECT_FALSE(received_on.contains(session_thread));
}

class FlowControlTest : public testing::Test {
 protected:
  static constexpr std::size_t kInFlight = 40;  // not one of anybody's defaults

  void Connect() {
    MqttSession::Options options;
    options.broker.port = broker_.port();
    options.broker.max_in_flight_messages = kInFlight;
    options.client_id = "peer";
    session_.emplace(std::move(options));
    session_->Start();
    broker_.Accept();
    const auto connect = broker_.Receive(20);
    ASSERT_TRUE(connect.has_value());
    ASSERT_EQ(connect->type, 1);
    connect_ = connect->body;
    broker_.Send(std::string("\x20\x03\x00\x00\x00", 5));  // CONNACK, without limits
    ASSERT_TRUE(session_->WaitConnected(Soon()));
  }
  // How many PUBLISH packets come before a second passes without one.
  std::size_t CountPublished() {
    std::size_t count = 0;
    while (const auto packet = broker_.Receive(1)) {
      if (packet->type != 3) continue;
      ++count;
      last_packet_id_ = packet->body.substr(2 + Number16(packet->body, 0), 2);
    }
    return count;
  }

  RawBroker broker_;
  std::string connect_;
  std::string last_packet_id_;
  std::optional<MqttSession> session_;
};

// Left at a default (20 with many clients), a burst becomes a queue.
TEST_F(FlowControlTest, TellsTheBrokerItsReceiveMaximum) {
  Connect();
  EXPECT_EQ(ReceiveMaximum(connect_), kInFlight);
}

TEST_F(FlowControlTest, SendsItsWholeWindowWithoutAnAcknowledgementAndNoMore) {
  Connect();
  for (std::size_t i = 0; i < 2 * kInFlight; ++i) {
    ASSERT_TRUE(session_->Publish(To("t", std::to_string(i))).ok());
  }
  EXPECT_EQ(CountPublished(), kInFlight);
  broker_.Send("\x40\x02" + last_packet_id_);  // PUBACK
  EXPECT_EQ(CountPublished(), 1U);
}

}  // namespace
}  // namespace biglittle::wire
