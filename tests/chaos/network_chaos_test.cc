// The devices' link to the broker, disturbed.
#include <fmt/format.h>

#include "core/random.h"
#include "tests/chaos/scenario.h"

namespace biglittle::chaos {
namespace {

class NetworkChaos : public Scenario {
 protected:
  // The link is bad for this share of the readings' time, and good before and after.
  void DelayMost(const std::string& name, const LinkDelay& delay) {
    Begin(name);
    StartAll();
    ASSERT_TRUE(Progress(0.1));
    link().SetDelay(delay);
    ASSERT_TRUE(Progress(0.8));
    link().Restore();
  }
};

TEST_F(NetworkChaos, FixedDelay) {
  DelayMost("09 link: 50 ms each way", FixedDelay{Milliseconds(50)});
}

TEST_F(NetworkChaos, HeavyTailedDelay) {
  DelayMost("10 link: heavy-tailed delay",
            LogNormalDelay{Milliseconds(10), 1.4, Milliseconds(5000)});
}

TEST_F(NetworkChaos, DelayThatChangesEachSecond) {
  DelayMost("11 link: delay changes each second",
            ChangingDelay{Milliseconds(0), Milliseconds(700), Milliseconds(1000)});
}

// About half of what the devices want to say.
TEST_F(NetworkChaos, LittleBandwidth) {
  Begin("12 link: half the bandwidth needed");
  StartAll();
  ASSERT_TRUE(Progress(0.1));
  link().SetBandwidth(250000);
  ASSERT_TRUE(Progress(0.6));
  link().Restore();
}

TEST_F(NetworkChaos, CutInTheMiddleOfPackets) {
  Begin("13 link: cut in mid-packet");
  StartAll();
  ASSERT_TRUE(Progress(0.05));
  Random random(13);
  while (ledger().finals() < expected() * 85 / 100) {
    const std::uint64_t cut = link().counters().cut;
    link().CutAfter(1 + random.Below(3000));
    // Most of them are gone, and some may be back already. Who connects after the order is not cut:
    // there may be fewer than four to come.
    const SteadyTime enough = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    const bool running = TakeUntil([&] {
      return link().counters().cut >= cut + 4 || std::chrono::steady_clock::now() > enough;
    });
    if (!running) break;
    TakeFor(Milliseconds(200));
  }
  EXPECT_GE(link().counters().cut, 12U);
}

TEST_F(NetworkChaos, ABlackHole) {
  Begin("14 link: black hole, twice 4 s");
  StartAll();
  ASSERT_TRUE(Progress(0.2));
  link().BlackHole();
  TakeFor(Milliseconds(4000));
  link().Restore();
  const std::uint64_t big = ledger().big();
  TakeUntil([&] { return ledger().big() > big + 300 || ledger().finals() > expected() * 7 / 10; });
  // What was kept back meanwhile is answered too late: these are new.
  EXPECT_GT(ledger().big(), big + 100) << "seconds after the black hole nobody asks the big net";
  // This time the old connections are gone, and the new ones hear nothing.
  link().BlackHole();
  link().CutAll();
  TakeFor(Milliseconds(4000));
  link().Restore();
}

}  // namespace
}  // namespace biglittle::chaos
