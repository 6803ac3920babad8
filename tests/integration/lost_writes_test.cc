// What Paho makes of connections that end while it writes.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "MQTTAsync.h"
#include "core/random.h"
#include "tests/chaos/tcp_proxy.h"
#include "tests/support/test_broker.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle::wire {
namespace {

using std::chrono::steady_clock;

#if !defined(__SANITIZE_THREAD__)

std::atomic<int> freed_twice = 0;

// Paho counts its memory, and says so when it is given back what it does not have.
void OnTrace(MQTTASYNC_TRACE_LEVELS, char* message) {
  if (std::strstr(message, "Failed to remove heap item") != nullptr) ++freed_twice;
}

TEST(LostWritesTest, PahoFreesNothingTwice) {
  TestBroker broker;
  chaos::TcpProxy link(broker.port());
  MqttSession::Options options;
  options.broker = broker.config();
  options.broker.port = link.port();
  options.broker.reconnect_delay_min = Milliseconds(5);
  options.broker.reconnect_delay_max = Milliseconds(20);
  options.client_id = "writer";
  MqttSession session(options);
  MQTTAsync_setTraceCallback(OnTrace);
  MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
  session.Start();

  std::atomic<bool> done = false;
  std::thread writer([&] {
    while (!done) {
      Message message;
      message.topic = "readings";
      message.payload.assign(800, 'x');
      message.urgent = true;
      static_cast<void>(session.Publish(std::move(message)));  // a full backlog is no matter here
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  Random random(1);
  const SteadyTime end = steady_clock::now() + std::chrono::seconds(8);
  while (steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random.Below(100)));
    link.CutAfter(1 + random.Below(3000));
  }
  done = true;
  writer.join();
  session.Stop();
  EXPECT_GE(session.counters().connections_lost, 5U);
  EXPECT_EQ(freed_twice, 0);
}

#endif

}  // namespace
}  // namespace biglittle::wire
