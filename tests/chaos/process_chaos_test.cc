// Processes that die: workers, brokers, agents.
#include <fmt/format.h>

#include "tests/chaos/scenario.h"

namespace biglittle::chaos {
namespace {

class ProcessChaos : public Scenario {
 protected:
  // Kills spread over the first 84 % of the readings.
  static double KillAt(int k, int kills) { return 0.84 * k / kills; }

  void KillBrokerTenTimes() {
    constexpr int kKills = 10;
    StartAll();
    for (int k = 1; k <= kKills; ++k) {
      ASSERT_TRUE(Progress(KillAt(k, kKills))) << "no more readings at kill " << k;
      RestartBroker();
    }
  }
};

TEST_F(ProcessChaos, WorkerKilledTwentyTimes) {
  constexpr int kKills = 20;
  Begin("01 worker killed 20 times");
  StartAll();
  for (int k = 1; k <= kKills; ++k) {
    ASSERT_TRUE(Progress(KillAt(k, kKills))) << "no more readings at kill " << k;
    RestartWorker("worker-1");
  }
  Finish();
  EXPECT_GT(ledger().big(), 0U);
}

TEST_F(ProcessChaos, OneOfTwoWorkersKilled) {
  Begin("02 one of two workers killed");
  StartWorker("worker-2");
  AwaitWorker("worker-2");
  StartAll();
  ASSERT_TRUE(Progress(0.4));
  fleet().KillWorker("worker-2");
  const std::uint64_t big = ledger().big();
  // The other one goes on.
  ASSERT_TRUE(TakeUntil([&] { return ledger().big() > big + 500; }));
  Finish();
}

TEST_F(ProcessChaos, BrokerWithPersistenceKilledTenTimes) {
  Begin("03 persistent broker killed 10 times", {}, true);
  KillBrokerTenTimes();
}

TEST_F(ProcessChaos, BrokerWithoutPersistenceKilledTenTimes) {
  Begin("04 forgetful broker killed 10 times");
  KillBrokerTenTimes();
}

TEST_F(ProcessChaos, AgentsKilledTenTimes) {
  constexpr int kKills = 10;
  Begin("05 agents killed 10 times");
  StartAll();
  const DeviceGroup& group = fleet().options().groups.front();
  for (int k = 1; k <= kKills; ++k) {
    ASSERT_TRUE(Progress(KillAt(k, kKills))) << "no more readings at kill " << k;
    ASSERT_TRUE(fleet().AnyDeviceRunning());
    int number = (k - 1) % group.count + 1;
    while (!fleet().IsDeviceRunning(DeviceId(group, number))) number = number % group.count + 1;
    const std::string id = DeviceId(group, number);
    // Every other one dies with escalations under way: nobody answers them.
    const bool under_way = k % 2 == 0;
    if (under_way) {
      fleet().KillWorker("worker-1");
      TakeFor(Milliseconds(150));
    }
    fleet().KillDevice(id);
    fleet().StartDevice(id);
    if (!under_way) continue;
    StartWorker("worker-1");
    AwaitWorker("worker-1");
  }
  Finish();
  EXPECT_GT(ledger().restarted(), 0U);
}

TEST_F(ProcessChaos, AllWorkersAway) {
  FleetOptions options;
  options.groups.front() = {.readings = 1500, .interval_ms = 18};
  options.refine = true;  // answers now; what nobody refines is final by the deadline
  Begin("06 all workers away for 15 s", options);
  StartAll();
  ASSERT_TRUE(Progress(0.2));
  fleet().KillWorker("worker-1");
  TakeFor(Milliseconds(15000));
  StartWorker("worker-1");
  AwaitWorker("worker-1");
  const std::uint64_t big = ledger().big();
  ASSERT_TRUE(TakeUntil([&] { return ledger().big() > big + 100; })) << "no answers after it";
}

// 80 readings a second, and for two seconds 4,000 more.
TEST_F(ProcessChaos, AFiftyFoldBurst) {
  FleetOptions options;
  options.groups = {{.readings = 160, .interval_ms = 100},
                    {.name = "burst", .readings = 1100, .interval_ms = 2}};
  // Sixteen agents, the broker and the worker want two cores: the burst lets an agent wait for its
  // turn for as long as 150 ms. A device has its processor for itself.
  options.deadline_margin_ms = 300;
  Begin("07 a 50-fold burst", options);
  // The worker's queues fill where the machine has no time for it: 4,096 messages in its inbox,
  // 1,024 readings, up to 10,000 replies that wait for the broker, at half a kilobyte each.
  AllowMemory(10.0);
  StartAll();
  const std::uint64_t calm = static_cast<std::uint64_t>(8 * 160 * 0.3);
  ASSERT_TRUE(TakeUntil([&] { return ledger().finals() >= calm; }));
  fleet().StartDevices(options.groups.back());
}

TEST_F(ProcessChaos, TwoVersionsOfAModelAtOnce) {
  Begin("08 two versions of a model at once");
  StartWorker("worker-2", true);
  AwaitWorker("worker-2");
  StartAll();
  Finish();
  // Each worker answers, and tells by which net.
  ASSERT_EQ(ledger().big_by_digest().size(), 2U);
  const std::string first = ledger().big_by_digest().begin()->first;
  const std::string second = ledger().big_by_digest().rbegin()->first;
  EXPECT_TRUE(first.starts_with("worker-1 ")) << first;
  EXPECT_TRUE(second.starts_with("worker-2 ")) << second;
  EXPECT_NE(first.substr(9), second.substr(9));
}

}  // namespace
}  // namespace biglittle::chaos
