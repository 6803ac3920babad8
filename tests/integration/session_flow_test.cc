// What keeps the message path fast, by its structure: who hands messages over, and how many may be
// on their way. TCP_NODELAY is in mqtt_session_test.cc.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/bounded_queue.h"
#include "tests/fakes/raw_broker.h"
#include "tests/support/messages.h"
#include "tests/support/test_broker.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle::wire {
namespace {

// Paho serves all sessions of a process with one thread: a callback that published would stall them
// all, so what it calls only enqueues.
class HandOverTest : public testing::TestWithParam<bool> {
 protected:
  static constexpr int kHops = 50;

  // Each message is answered by the callback that it comes in.
  MqttSession::Options Options(const std::string& id) {
    MqttSession::Options options;
    options.broker = broker_.config();
    options.client_id = id;
    options.subscriptions = {"hop"};
    options.birth = [&] {
      const std::lock_guard lock(mutex_);
      session_thread_ = std::this_thread::get_id();  // as its contract says
      return To("born", "");
    };
    options.on_handed_over = [&](const Message&, SteadyTime, SteadyTime) {
      const std::lock_guard lock(mutex_);
      handed_over_by_.insert(std::this_thread::get_id());
    };
    options.on_message = [&](Message&& message) {
      {
        const std::lock_guard lock(mutex_);
        received_on_.insert(std::this_thread::get_id());
      }
      const int hop = std::stoi(message.payload) + 1;
      if (hop >= kHops) return static_cast<void>(done_.TryPush("done"));
      EXPECT_TRUE(session_->Publish(Hop(hop)).ok());
    };
    return options;
  }
  static Message Hop(int hop) {
    Message message = To("hop", std::to_string(hop));
    message.urgent = GetParam();
    return message;
  }
  void Run() {
    session_.emplace(Options("peer"));
    session_->Start();
    ASSERT_TRUE(session_->WaitConnected(Soon()));
    ASSERT_TRUE(session_->Publish(Hop(0)).ok());  // this thread's
    ASSERT_TRUE(done_.PopUntil(Soon()).has_value());
    session_->Stop();
    for (const std::thread::id paho : received_on_) EXPECT_FALSE(handed_over_by_.contains(paho));
  }

  TestBroker broker_;
  std::mutex mutex_;
  std::set<std::thread::id> handed_over_by_;
  std::set<std::thread::id> received_on_;
  std::thread::id session_thread_;
  BoundedQueue<std::string> done_{1};
  std::optional<MqttSession> session_;
};

INSTANTIATE_TEST_SUITE_P(, HandOverTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "Urgent" : "Ordinary"; });

TEST_P(HandOverTest, NeverInsideACallback) {
  Run();
  // What came from callbacks is left to the session's thread, urgent or not.
  EXPECT_TRUE(handed_over_by_.contains(session_thread_));
  handed_over_by_.erase(session_thread_);
  if (GetParam()) handed_over_by_.erase(std::this_thread::get_id());
  EXPECT_TRUE(handed_over_by_.empty());
}

// While another one connects, Paho may hold its lock for long.
TEST_P(HandOverTest, BesideAnotherSessionByTheSessionsOwnThreadAlone) {
  MqttSession::Options options;
  options.broker = broker_.config();
  options.client_id = "another";
  MqttSession another(std::move(options));
  another.Start();
  Run();
  EXPECT_EQ(handed_over_by_, std::set{session_thread_});
}

TEST(UrgentTest, ACallerHandsItsMessageOverItself) {
  TestBroker broker;
  std::mutex mutex;
  std::set<std::thread::id> handed_over_by;
  MqttSession::Options options;
  options.broker = broker.config();
  options.client_id = "peer";
  options.on_handed_over = [&](const Message&, SteadyTime, SteadyTime) {
    const std::lock_guard lock(mutex);
    handed_over_by.insert(std::this_thread::get_id());
  };
  MqttSession session(std::move(options));
  session.Start();
  ASSERT_TRUE(session.WaitConnected(Soon()));
  Message message = To("t", "p");
  message.urgent = true;
  ASSERT_TRUE(session.Publish(std::move(message)).ok());
  const std::lock_guard lock(mutex);
  EXPECT_EQ(handed_over_by, std::set{std::this_thread::get_id()});
}

// Many threads, urgent and not: all arrives, each thread's in its order.
TEST(UrgentTest, NothingStaysBehindWhoeverHandsOver) {
  TestBroker broker;
  constexpr int kThreads = 4;
  constexpr int kMessages = 500;
  std::mutex mutex;
  std::map<int, int> next;  // of each thread
  std::atomic<int> received = 0;
  BoundedQueue<int> all{1};
  MqttSession::Options options;
  options.broker = broker.config();
  options.client_id = "peer";
  options.subscriptions = {"t"};
  options.on_message = [&](Message&& message) {
    const std::size_t space = message.payload.find(' ');
    const int thread = std::stoi(message.payload);
    const int number = std::stoi(message.payload.substr(space));
    const std::lock_guard lock(mutex);
    EXPECT_EQ(next[thread]++, number);
    if (++received == kThreads * kMessages) static_cast<void>(all.TryPush(1));
  };
  MqttSession session(std::move(options));
  session.Start();
  ASSERT_TRUE(session.WaitConnected(Soon()));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&session, thread] {
      for (int i = 0; i < kMessages; ++i) {
        Message message = To("t", std::to_string(thread) + " " + std::to_string(i));
        message.urgent = (thread + i) % 3 != 0;
        EXPECT_TRUE(session.Publish(std::move(message)).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(all.PopUntil(Soon()).has_value());
  EXPECT_EQ(session.Drain(Soon()), 0U);
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
