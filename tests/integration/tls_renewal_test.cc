// Certificates that are renewed while messages are under way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "tests/support/eventually.h"
#include "tests/support/log_capture.h"
#include "tests/support/tls_broker.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle::wire {
namespace {

using std::chrono::steady_clock;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kPatience{20};

class TlsRenewalTest : public ::testing::Test {
 protected:
  TlsRenewalTest() {
    authority_.Enrol(folder(), {.name = "first"});
    broker_.emplace(authority_);
  }

  std::filesystem::path folder() const { return folder_.path() / "credentials"; }

  MqttSession::Options OptionsFor(const std::string& id) const {
    MqttSession::Options options;
    options.broker = broker_->config(folder());
    options.client_id = id;
    return options;
  }
  // A session that notes the numbers that it receives.
  MqttSession::Options Receiver(const std::string& id, const std::string& filter) {
    MqttSession::Options options = OptionsFor(id);
    options.subscriptions = {filter};
    options.on_message = [this](Message&& message) {
      const std::lock_guard lock(mutex_);
      received_.insert(std::stoi(message.payload));
    };
    return options;
  }
  std::size_t received() const {
    const std::lock_guard lock(mutex_);
    return received_.size();
  }
  static void Connect(MqttSession& session) {
    session.Start();
    ASSERT_TRUE(session.WaitConnected(steady_clock::now() + kPatience));
  }
  // Publishes 0, 1, ... until `done`; how many.
  static int PublishUntil(MqttSession& session, const std::function<bool()>& done) {
    const SteadyTime deadline = steady_clock::now() + kPatience;
    int count = 0;
    while (!done() && steady_clock::now() < deadline) {
      // As fast as the broker takes them, with some always on their way.
      if (session.backlog() > 500) {
        std::this_thread::sleep_for(Milliseconds(1));
        continue;
      }
      Message message;
      message.topic = "n";
      message.payload = std::to_string(count);
      EXPECT_TRUE(session.Publish(std::move(message)).ok());
      ++count;
    }
    EXPECT_TRUE(done());
    return count;
  }

  TestAuthority authority_;
  TemporaryFolder folder_;
  std::optional<TlsBroker> broker_;
  mutable std::mutex mutex_;
  std::set<int> received_;
};

TEST_F(TlsRenewalTest, NothingIsLostWhenBothSidesAreRenewed) {
  const LogCapture log;
  MqttSession receiver(Receiver("receiver", "n"));
  MqttSession sender(OptionsFor("sender"));
  Connect(receiver);
  Connect(sender);
  bool enrolled = false;
  const int count = PublishUntil(sender, [&] {
    if (!std::exchange(enrolled, true)) authority_.Enrol(folder(), {.name = "second"});
    return sender.counters().renewals == 1 && receiver.counters().renewals == 1;
  });
  ASSERT_EQ(sender.Drain(steady_clock::now() + kPatience), 0U);
  EXPECT_TRUE(Eventually([&] { return received() == static_cast<std::size_t>(count); }))
      << received() << " of " << count;
  EXPECT_GT(count, 1000);
  EXPECT_EQ(sender.counters().connections_lost, 0U);
  EXPECT_EQ(receiver.counters().connections_lost, 0U);
  EXPECT_EQ(log.lines(), std::vector<std::string>());
  EXPECT_THAT(broker_->Log(), HasSubstr("as sender (p5, c0, k20, u'first')"));
  EXPECT_THAT(broker_->Log(), HasSubstr("as sender (p5, c0, k20, u'second')"));
}

TEST_F(TlsRenewalTest, AWorkersGroupGoesOn) {
  const LogCapture log;
  auto options = Receiver("worker", "$share/workers/n");
  options.clean_start = true;
  MqttSession worker(std::move(options));
  MqttSession sender(OptionsFor("sender"));
  Connect(worker);
  Connect(sender);
  authority_.Enrol(folder(), {.name = "second"});
  ASSERT_TRUE(Eventually([&] { return worker.counters().renewals == 1 && worker.connected(); }));
  PublishUntil(sender, [&] { return received() > 100; });
}

TEST_F(TlsRenewalTest, ASetThatIsNotUsableIsSaidOnceAndTheConnectionStays) {
  const LogCapture log;
  MqttSession session(Receiver("receiver", "n"));
  Connect(session);
  const TestCertificate fresh = authority_.Issue({.name = "second"});
  using std::filesystem::perms;
  ReplaceFile(folder() / "client.crt", fresh.certificate, perms::owner_read);
  ASSERT_TRUE(Eventually([&] { return !log.lines().empty(); }));
  PublishUntil(session, [&] { return received() > 100; });
  EXPECT_EQ(session.counters().connects, 1U);
  ReplaceFile(folder() / "client.key", fresh.key, perms::owner_read);
  ASSERT_TRUE(Eventually([&] { return session.counters().connects == 2; }));
  EXPECT_EQ(session.counters().renewals, 1U);
  EXPECT_THAT(log.lines(),
              ElementsAre(testing::AllOf(
                  HasSubstr("new credentials cannot be used, the connection keeps the old ones"),
                  HasSubstr("client.key is not the key of client.crt beside it"))));
}

}  // namespace
}  // namespace biglittle::wire
