// The same mix for as long as BIGLITTLE_SOAK_S says, on one fleet that lives through all of it; see
// soak.sh. Not part of ctest.
#include <fmt/format.h>

#include <cstdlib>

#include "core/random.h"
#include "tests/chaos/hostile_worker.h"
#include "tests/chaos/scenario.h"

namespace biglittle::chaos {
namespace {

constexpr int kIntervalMs = 16;
constexpr Milliseconds kCalm{3000};
constexpr Milliseconds kBad{5000};

std::chrono::seconds SoakTime() {
  const char* text = std::getenv("BIGLITTLE_SOAK_S");
  return std::chrono::seconds(text == nullptr ? 3600 : std::atoi(text));
}

class SoakChaos : public Scenario {
 protected:
  void Disturb(int turn);
  void BadLink(int turn);

 private:
  Random random_{23};
};

void SoakChaos::BadLink(int turn) {
  switch (turn % 5) {
    case 0:
      return link().SetDelay(FixedDelay{Milliseconds(50)});
    case 1:
      return link().SetDelay(LogNormalDelay{Milliseconds(10), 1.4, Milliseconds(5000)});
    case 2:
      return link().SetDelay(ChangingDelay{Milliseconds(0), Milliseconds(700), Milliseconds(1000)});
    case 3:
      return link().SetBandwidth(250000);
    default:
      return link().BlackHole();
  }
}

void SoakChaos::Disturb(int turn) {
  switch (turn % 6) {
    case 0:
      return RestartWorker("worker-1");
    case 1:
      return RestartBroker();
    case 2:
      return link().CutAfter(1 + random_.Below(3000));
    case 3: {
      HostileWorker hostile(FleetAt(broker().port()));
      return TakeFor(kBad);
    }
    case 4: {
      // Without a store a new agent would begin its readings anew.
      const std::string id = DeviceId(fleet().options().groups.front(), 1 + turn % 8);
      if (!fleet().IsDeviceRunning(id)) return;
      fleet().KillDevice(id);
      return fleet().StartDevice(id);
    }
    default:
      BadLink(turn / 6);
      TakeFor(kBad);
      return link().Restore();
  }
}

TEST_F(SoakChaos, DISABLED_TheSameMixForLong) {
  const std::chrono::seconds duration = SoakTime();
  FleetOptions options;
  options.groups.front() = {
      .readings = static_cast<int>(Milliseconds(duration).count() / kIntervalMs),
      .interval_ms = kIntervalMs};
  Begin(fmt::format("19 soak, {} s", duration.count()), options, true);
  StartAll();
  for (int turn = 0; ledger().finals() < expected() * 97 / 100; ++turn) {
    TakeFor(kCalm);
    if (!fleet().AnyDeviceRunning()) break;
    Disturb(turn);
    if (HasFatalFailure()) break;
  }
}

}  // namespace
}  // namespace biglittle::chaos
