// A broker that lets everybody in and refuses what they publish, as an access list with a typing
// error makes it do: somebody must hear of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "cli/own_user.h"
#include "core/shown_text.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/http_client.h"
#include "tests/support/test_fleet.h"
#include "wire/messages/result.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string ContentOf(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Mosquitto, with a list of what may be published; subscribed to may be all.
class ListedBroker {
 public:
  explicit ListedBroker(const std::vector<std::string>& published) {
    Write(published);
    const auto file = folder_.Write(
        "mosquitto.conf",
        fmt::format("listener {} 127.0.0.1\nallow_anonymous true\nacl_file {}\nuser {}\n", port_,
                    list().string(), OwnUserName().value_or("nobody")));
    auto broker = BrokerProcess::StartAsIs(file, port_, folder_.path() / "mosquitto.log");
    EXPECT_TRUE(broker.ok()) << std::string(broker.status().message());
    broker_ = *std::move(broker);
  }

  std::uint16_t port() const { return port_; }
  void Mend(const std::vector<std::string>& published) {
    Write(published);
    broker_->process().Signal(SIGHUP);
  }

 private:
  std::filesystem::path list() const { return folder_.path() / "list"; }
  void Write(const std::vector<std::string>& published) const {
    std::ofstream stream(list());
    stream << "topic read biglittle/#\n";
    for (const std::string& topic : published) {
      stream << "topic write biglittle/v1/test/" << topic << "\n";
    }
  }

  TemporaryFolder folder_;
  const std::uint16_t port_ = UnusedPort();
  std::optional<BrokerProcess> broker_;
};

const std::vector<std::string> kAll{"devices/+/result", "devices/+/status", "devices/+/escalate",
                                    "devices/+/reply/+", "workers/+/status"};

std::vector<std::string> AllBut(const std::string& refused) {
  std::vector<std::string> published = kAll;
  std::erase(published, refused);
  return published;
}

class RefusalsTest : public testing::Test {
 protected:
  void Start(const std::string& refused, int readings, const std::string& device_keys = "") {
    broker_.emplace(AllBut(refused));
    const auto health = [](std::uint16_t port) {
      return fmt::format("    health: {{port: {}}}\n", port);
    };
    fleet_.emplace(broker_->port(),
                   TestFleet::Options{.readings = readings,
                                      .worker_keys = health(worker_port_),
                                      .device_keys = health(device_port_) + device_keys});
  }
  // The last report of a main loop is a second old at most.
  static bool Soon(const std::function<bool()>& condition) {
    return Eventually(condition, std::chrono::seconds(60));
  }
  double Value(std::uint16_t port, const std::string& series) const {
    return ValueOf(Get(port, "/metrics").body, series);
  }
  double DeviceValue(const std::string& series) const {
    return Value(device_port_, "biglittle_agent_" + series);
  }
  bool DeviceSays(const std::string& condition) const {
    return Soon([&] { return Get(device_port_, "/ready").body.starts_with(condition); });
  }
  std::string Log(const std::string& id) const {
    return ContentOf(fleet_->folder() / (id + ".log"));
  }

  const std::uint16_t worker_port_ = UnusedPort();
  const std::uint16_t device_port_ = UnusedPort();
  std::optional<ListedBroker> broker_;
  std::optional<TestFleet> fleet_;
};

constexpr int kForEver = 30'000;

TEST_F(RefusalsTest, ADeviceWhoseResultsAreLostSaysSo) {
  Start("devices/+/result", kForEver);
  ChildProcess& device = fleet_->StartDevice(1);
  EXPECT_TRUE(Soon([&] { return DeviceValue("results_refused_total") > 10; }));
  EXPECT_TRUE(DeviceSays("online, but the broker refuses results: "));
  EXPECT_EQ(device.Terminate(Milliseconds(60000)), 1);
  EXPECT_THAT(Log("device-1"), AllOf(HasSubstr("the broker refuses results: "),
                                     HasSubstr(" results were refused by the broker at tcp://")));
}

// A device of whom Home Assistant may not know works as any other, and ends well.
TEST_F(RefusalsTest, AnEntryInHomeAssistantThatIsRefusedCostsNothingElse) {
  std::vector<std::string> published = kAll;
  published.emplace_back("devices/+/state");
  broker_.emplace(published);
  fleet_.emplace(
      broker_->port(),
      TestFleet::Options{.readings = 1000,
                         .fleet_keys = "home_assistant: {}\n",
                         .device_keys = fmt::format("    health: {{port: {}}}\n", device_port_)});
  fleet_->Observe();
  ChildProcess& device = fleet_->StartDevice(1);
  EXPECT_TRUE(DeviceSays("online, but the broker refuses its entry in Home Assistant: "));
  EXPECT_EQ(DeviceValue("home_assistant_refused_total"), 1);
  EXPECT_TRUE(fleet_->TakeAll());
  EXPECT_EQ(fleet_->tally().finals(), 1000U);
  EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
}

TEST_F(RefusalsTest, AStoreKeepsThemUntilTheListIsMended) {
  Start("devices/+/result", 100, "    store: {folder: stored}\n");
  ChildProcess& device = fleet_->StartDevice(1);
  EXPECT_TRUE(Soon([&] { return DeviceValue("results_refused_total") > 10; }));
  EXPECT_TRUE(DeviceSays("online, but the broker refuses results: "));
  fleet_->Observe();
  broker_->Mend(kAll);
  ASSERT_TRUE(fleet_->TakeAll());
  EXPECT_EQ(fleet_->tally().finals(), 100U);
  EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
  EXPECT_THAT(Log("device-1"), HasSubstr("they wait in the store"));
}

TEST_F(RefusalsTest, WhatWaitsInTheStoreBecauseOfARefusalIsSaidAtTheEnd) {
  Start("devices/+/result", kForEver, "    store: {folder: stored}\n");
  ChildProcess& device = fleet_->StartDevice(1);
  EXPECT_TRUE(Soon([&] { return DeviceValue("results_refused_total") > 10; }));
  EXPECT_EQ(device.Terminate(Milliseconds(60000)), 1);
  EXPECT_THAT(Log("device-1"), HasSubstr("the last of its results ("));
  EXPECT_THAT(Log("device-1"), HasSubstr(" wait in the store) were refused by the broker"));
}

TEST_F(RefusalsTest, ReadingsWhoseRequestsAreRefusedFallBack) {
  Start("devices/+/escalate", 100);
  fleet_->Observe();
  ChildProcess& device = fleet_->StartDevice(1);
  ASSERT_TRUE(fleet_->TakeAll());
  EXPECT_EQ(fleet_->tally().finals(), 100U);
  EXPECT_GT(fleet_->tally().fallback_reasons().at("refused"), 0U);
  EXPECT_EQ(fleet_->tally().fallback_reasons().count("deadline"), 0U);
  EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 1);
  EXPECT_THAT(Log("device-1"), AllOf(HasSubstr("the broker refuses requests"),
                                     HasSubstr(" requests were refused by the broker")));
}

TEST_F(RefusalsTest, ADeviceWhoseStatusIsRefusedSaysSo) {
  Start("devices/+/status", kForEver);
  ChildProcess& device = fleet_->StartDevice(1);
  EXPECT_TRUE(DeviceSays("online, but the broker refuses statuses: "));
  EXPECT_TRUE(Soon([&] { return DeviceValue("statuses_refused_total") > 0; }));
  EXPECT_EQ(device.Terminate(Milliseconds(60000)), 1);
  EXPECT_THAT(Log("device-1"), HasSubstr(" statuses were refused by the broker"));
}

TEST_F(RefusalsTest, AWorkerWhoseRepliesAreRefusedSaysSo) {
  Start("devices/+/reply/+", kForEver);
  fleet_->Observe();
  ChildProcess& worker = fleet_->StartWorker();
  fleet_->AwaitWorker();
  fleet_->StartDevice(1);
  EXPECT_TRUE(
      Soon([&] { return Value(worker_port_, "biglittle_worker_replies_refused_total") > 0; }));
  EXPECT_TRUE(Soon([&] {
    return Get(worker_port_, "/ready").body.starts_with("online, but the broker refuses replies: ");
  }));
  EXPECT_EQ(worker.Terminate(Milliseconds(60000)), 1);
  EXPECT_THAT(Log("worker-1"), HasSubstr("the broker refuses replies: "));
}

// What a stolen device publishes reaches the terminal of whoever watches.
TEST_F(RefusalsTest, WatchShowsWhatStrangersSendAndObeysNothing) {
  Start("", 1);
  wire::MqttSession::Options options;
  options.broker.port = broker_->port();
  options.client_id = "stranger";
  wire::MqttSession stranger(std::move(options));
  stranger.Start();
  wire::Result result;
  result.fleet = "test";
  result.device = "pump\xe2\x80\xae";
  result.run = "r";
  result.label = "healthy\x1b[31m\x1b]0;owned\x07\xc2\x9b";
  result.reason = "a\nb";
  // The three come with what is no result between them.
  for (const bool json : {false, true}) {
    std::vector<std::string> arguments{(Installation::Find().programs / "biglittle").string(),
                                       "watch",
                                       "--config",
                                       fleet_->file().string(),
                                       "--count",
                                       "3"};
    if (json) arguments.push_back("--json");
    const auto log = fleet_->folder() / (json ? "json.log" : "text.log");
    ChildProcess watch = ChildProcess::Start(arguments, log).value();
    const auto publish = [&](const std::string& payload) {
      wire::Message message;
      message.topic = "biglittle/v1/test/devices/pump\xe2\x80\xae/result";
      message.payload = payload;
      static_cast<void>(stranger.Publish(std::move(message)));
    };
    ASSERT_TRUE(Soon([&] {
      publish("{\"fleet\" \x1b]0;owned\x07\x1b[2J:1}");
      publish(Encode(result));
      return watch.Poll().has_value();
    }));
    const std::string shown = ContentOf(log);
    EXPECT_EQ(ShownLines(shown), shown);
    EXPECT_THAT(shown, AllOf(HasSubstr("devices/pump\\u202e/result: "),
                             HasSubstr(json ? "\"healthy\\u001b[31m" : "healthy\\x1b[31m")));
  }
}

}  // namespace
}  // namespace biglittle
