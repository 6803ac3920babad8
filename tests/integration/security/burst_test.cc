// One device's burst and another's results, which wait for the same consumer.
#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "tests/integration/security/secure_broker.h"
#include "tests/support/test_fleet.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle {
namespace {

const Identity& kGood = kPump1;
const Identity& kBursting = kPump2;
const Identity kScreen{Role::kDashboard, "screen"};
const std::string kTopics = "biglittle/v1/test/devices/";
constexpr int kResults = 25;  // before the burst, and after it
constexpr std::size_t kBurst = 140U << 20U;

class SecurityBurst : public testing::Test {
 protected:
  wire::MqttSession::Options Screen() {
    wire::MqttSession::Options options;
    options.broker.port = broker_.port();
    options.broker.tls = TlsConfig{.credentials = broker_.Of(kScreen)};
    options.broker.max_payload_bytes = 2U << 20U;
    options.client_id = "screen";
    options.subscriptions = {kTopics + "+/result"};
    options.on_message = [this](wire::Message&& message) {
      const std::lock_guard lock(mutex_);
      if (message.topic == kTopics + "pump-1/result") seen_.insert(message.payload);
    };
    return options;
  }
  std::size_t seen() {
    const std::lock_guard lock(mutex_);
    return seen_.size();
  }
  void SendResults(MqttClient& device) {
    for (int i = 0; i < kResults; ++i) {
      EXPECT_EQ(
          device.Publish({.topic = kTopics + "pump-1/result", .payload = std::to_string(sent_++)}),
          0);
    }
  }

  SecureBroker broker_{{.identities = {kGood, kBursting, kScreen}}};
  int sent_ = 0;
  std::mutex mutex_;
  std::set<std::string> seen_;
};

// The broker acknowledges what it then drops because the consumer's queue is full.
TEST_F(SecurityBurst, DoesNotPushAnothersResultsOutOfAConsumersQueue) {
  {
    wire::MqttSession screen(Screen());
    screen.Start();
    ASSERT_TRUE(screen.WaitConnected(TestFleet::Soon()));
  }  // away, its session lives on
  MqttClient good(broker_.OptionsFor(broker_.Of(kGood)));
  MqttClient bursting(broker_.OptionsFor(broker_.Of(kBursting)));
  SendResults(good);
  constexpr std::size_t kPayload = 1U << 20U;
  std::size_t taken = 0;
  while (taken < kBurst && bursting.Publish({.topic = kTopics + "pump-2/result",
                                             .payload = std::string(kPayload, 'x')}) == 0) {
    taken += kPayload;
  }
  EXPECT_GE(taken, kBurst);
  SendResults(good);
  wire::MqttSession screen(Screen());
  screen.Start();
  const SteadyTime deadline = TestFleet::Soon();
  while (seen() < 2 * kResults && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(Milliseconds(10));
  }
  EXPECT_EQ(seen(), 2U * kResults);
}

}  // namespace
}  // namespace biglittle
