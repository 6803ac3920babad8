// A site's broker joined to a central one as broker_config/bridge.conf does it: what crosses, and
// what becomes of it while the line is down.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "cli/provision/bridge_settings.h"
#include "core/bounded_queue.h"
#include "tests/integration/central_broker.h"
#include "wire/mqtt/mqtt_session.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kResults = 200;

// Rights of the site's certificate, of a worker and of a reader of everything.
constexpr char kSecurity[] = R"({
  "defaultACLAccess": {"publishClientSend": false, "publishClientReceive": false,
                       "subscribe": false, "unsubscribe": false},
  "clients": [
    {"username": "hall-7", "roles": [{"rolename": "site"}]},
    {"username": "worker-1", "roles": [{"rolename": "worker"}]},
    {"username": "reader-1", "roles": [{"rolename": "reader"}]}],
  "roles": [
    {"rolename": "site", "acls": [
      {"acltype": "publishClientSend", "topic": "biglittle/v1/presses/devices/+/escalate", "allow": true},
      {"acltype": "publishClientSend", "topic": "biglittle/v1/presses/devices/+/result", "allow": true},
      {"acltype": "publishClientSend", "topic": "biglittle/v1/presses/devices/+/status", "allow": true},
      {"acltype": "subscribeLiteral", "topic": "biglittle/v1/presses/devices/+/reply/+", "allow": true},
      {"acltype": "publishClientReceive", "topic": "biglittle/v1/presses/devices/+/reply/+", "allow": true}]},
    {"rolename": "worker", "acls": [
      {"acltype": "subscribeLiteral",
       "topic": "$share/workers/biglittle/v1/presses/devices/+/escalate", "allow": true},
      {"acltype": "publishClientReceive", "topic": "biglittle/v1/presses/devices/+/escalate", "allow": true},
      {"acltype": "publishClientSend", "topic": "biglittle/v1/presses/devices/+/reply/+", "allow": true}]},
    {"rolename": "reader", "acls": [
      {"acltype": "subscribePattern", "topic": "biglittle/v1/presses/#", "allow": true},
      {"acltype": "publishClientReceive", "topic": "biglittle/v1/presses/#", "allow": true}]}]
})";

class BridgeTest : public testing::Test {
 protected:
  BridgeTest() {
    const std::string source(BIGLITTLE_SOURCE_DIR);
    std::filesystem::copy(central_.folder() / "ca.crt", folder_.path() / "central-ca.crt");
    std::filesystem::copy(central_.folder() / "hall-7.crt", folder_.path() / "bridge.crt");
    std::filesystem::copy(central_.folder() / "hall-7.key", folder_.path() / "bridge.key");
    const auto bridge = RenderBridgeSettings(ReadWhole(source + "/broker_config/bridge.conf"),
                                             {.site = "hall-7",
                                              .central_host = "127.0.0.1",
                                              .central_port = central_.port(),
                                              .folder = folder_.path(),
                                              .fleet = "presses",
                                              .max_packet_size = LimitsFor({}).max_packet_size});
    EXPECT_TRUE(bridge.ok()) << bridge.status();
    const std::filesystem::path file = folder_.Write(
        "site.conf", ReadWhole(source + "/broker_config/development.conf") + bridge.value_or(""));
    auto site = BrokerProcess::Start({.configuration = file, .folder = folder_.path()});
    EXPECT_TRUE(site.ok()) << site.status();
    if (site.ok()) site_ = *std::move(site);
  }
  ~BridgeTest() override {
    if (!HasFailure()) return;
    std::fprintf(stderr, "the site's log:\n%s\n",
                 TailOfFile(folder_.path() / "mosquitto.log", 30).c_str());
  }

  // Returns when the site's broker knows that the line is down. What it sent before that into a
  // connection without an other end it sends again later, whatever its expiry says.
  void AwaitLineDown() {
    BoundedQueue<wire::Message> states(100);
    wire::MqttSession::Options options;
    options.broker.port = site_->port();
    options.client_id = "onlooker";
    options.subscriptions = {"$SYS/broker/connection/hall-7/state"};
    options.on_message = [&states](wire::Message&& message) {
      EXPECT_TRUE(states.TryPush(std::move(message)));
    };
    wire::MqttSession onlooker(options);
    onlooker.Start();
    const SteadyTime deadline = steady_clock::now() + seconds(20);
    for (;;) {
      const auto state = states.PopUntil(deadline);
      ASSERT_TRUE(state.has_value()) << "the site does not say that its line is down";
      if (state->payload == "0") return;
    }
  }

  // A device at the site.
  wire::MqttSession::Options Device() {
    wire::MqttSession::Options options;
    options.broker.port = site_->port();
    options.client_id = "press-1";
    options.subscriptions = {topics_.Replies("press-1")};
    options.on_message = [this](wire::Message&& message) {
      EXPECT_TRUE(inbox_.TryPush(std::move(message)));
    };
    return options;
  }
  static wire::Message Escalation(const std::string& payload, seconds expires_in) {
    wire::Message message;
    message.topic = "biglittle/v1/presses/devices/press-1/escalate";
    message.payload = payload;
    message.response_topic = "biglittle/v1/presses/devices/press-1/reply";
    message.correlation_data = "request-7";
    message.expires_at = steady_clock::now() + expires_in;
    return message;
  }
  // A subscription at the central broker that outlives its connections.
  void Subscribe(const std::string& name, const std::string& filter) {
    EXPECT_EQ(CentralBroker::Finish(central_.Client(
                  "mosquitto_sub", name, {"-c", "-x", "300", "-i", name, "-t", filter, "-E"},
                  "subscribe.log")),
              0)
        << central_.Read("subscribe.log");
  }
  // The next messages of that subscription, one a line.
  std::string Take(const std::string& name, const std::string& filter, int count,
                   const std::string& format) {
    const std::string log = "take-" + name + ".log";
    EXPECT_EQ(CentralBroker::Finish(central_.Client("mosquitto_sub", name,
                                                    {"-c", "-x", "300", "-i", name, "-t", filter,
                                                     "-C", std::to_string(count), "-F", format},
                                                    log)),
              0)
        << central_.Read(log);
    return central_.Read(log);
  }

  const wire::Topics topics_{"biglittle/v1", "presses"};
  CentralBroker central_{kSecurity, {"hall-7", "worker-1", "reader-1"}};
  TemporaryFolder folder_;
  std::optional<BrokerProcess> site_;
  BoundedQueue<wire::Message> inbox_{1000};
};

TEST_F(BridgeTest, AnEscalationCrossesAndItsReplyReturns) {
  const std::string filter = topics_.SharedEscalate("workers");
  Subscribe("worker-1", filter);
  wire::MqttSession device(Device());
  device.Start();
  ASSERT_TRUE(device.Publish(Escalation("window", seconds(60))).ok());
  EXPECT_EQ(
      Take("worker-1", filter, 1, "%t %R %D %p"),
      topics_.Escalate("press-1") + " " + topics_.ReplyBase("press-1") + " request-7 window\n");

  ASSERT_EQ(CentralBroker::Finish(
                central_.Client("mosquitto_pub", "worker-1",
                                {"-t", topics_.Reply("press-1", "worker-1"), "-m", "answer", "-D",
                                 "publish", "correlation-data", "request-7"},
                                "publish.log")),
            0)
      << central_.Read("publish.log");
  const auto reply = inbox_.PopUntil(steady_clock::now() + seconds(20));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->payload, "answer");
  EXPECT_EQ(reply->correlation_data, "request-7");
}

TEST_F(BridgeTest, ResultsWaitForTheLineAndEscalationsExpire) {
  const std::string filter = "biglittle/v1/presses/devices/+/#";
  Subscribe("reader-1", filter);
  wire::MqttSession device(Device());
  device.Start();
  ASSERT_TRUE(device.Publish(Escalation("the line is up", seconds(60))).ok());
  ASSERT_EQ(Take("reader-1", filter, 1, "%p"), "the line is up\n");

  central_.Kill();
  AwaitLineDown();
  ASSERT_TRUE(device.Publish(Escalation("too late", seconds(1))).ok());
  std::string expected = "the line is up\n";  // the log goes on
  for (int i = 0; i < kResults; ++i) {
    wire::Message result;
    result.topic = topics_.Result("press-1");
    result.payload = "result " + std::to_string(i);
    expected += result.payload + "\n";
    ASSERT_TRUE(device.Publish(std::move(result)).ok());
  }
  ASSERT_TRUE(device.Publish(Escalation("still in time", seconds(60))).ok());
  expected += "still in time\n";
  // The site goes on by itself: everything was taken.
  EXPECT_EQ(device.Drain(steady_clock::now() + seconds(10)), 0U);
  std::this_thread::sleep_for(seconds(3));  // brokers count expiry in whole seconds

  central_.Restart();
  EXPECT_EQ(Take("reader-1", filter, kResults + 1, "%p"), expected);
}

}  // namespace
}  // namespace biglittle
