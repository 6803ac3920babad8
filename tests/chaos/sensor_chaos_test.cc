// Sensors, each a program, that die and that fall silent.
#include <signal.h>

#include <fstream>
#include <vector>

#include "tests/chaos/scenario.h"

namespace biglittle::chaos {
namespace {

class SensorChaos : public Scenario {
 protected:
  void BeginWithSensors(const std::string& name) {
    FleetOptions options;
    options.groups.front().programs = true;
    Begin(name, options);
    StartAll();
  }

  // To the program that gives this device its readings, as it is now; 0 if there is none any more.
  pid_t SignalSensor(const std::string& device, int signal) {
    pid_t process = 0;
    std::ifstream(fleet().files().sensor_process(device)) >> process;
    return process > 0 && kill(process, signal) == 0 ? process : 0;
  }

  std::vector<std::string> Devices() {
    const DeviceGroup& group = fleet().options().groups.front();
    std::vector<std::string> ids;
    for (int i = 1; i <= group.count; ++i) ids.push_back(DeviceId(group, i));
    return ids;
  }
};

TEST_F(SensorChaos, ProgramsKilledTwentyTimes) {
  constexpr int kKills = 20;
  BeginWithSensors("24 sensors killed 20 times");
  const std::vector<std::string> devices = Devices();
  for (int k = 1; k <= kKills; ++k) {
    ASSERT_TRUE(Progress(0.84 * k / kKills)) << "no more readings at kill " << k;
    EXPECT_NE(SignalSensor(devices[static_cast<std::size_t>(k) % devices.size()], SIGKILL), 0);
  }
  Finish();
  EXPECT_GT(ledger().big(), 0U);
}

TEST_F(SensorChaos, ProgramsSilentForTenSeconds) {
  BeginWithSensors("25 sensors silent for 10 s");
  ASSERT_TRUE(Progress(0.4));
  for (const std::string& device : Devices()) EXPECT_NE(SignalSensor(device, SIGSTOP), 0);
  TakeFor(Milliseconds(2000));
  const std::uint64_t finals = ledger().finals();
  TakeFor(Milliseconds(8000));
  EXPECT_EQ(ledger().finals(), finals) << "readings of sensors that said nothing";
  for (const std::string& device : Devices()) EXPECT_NE(SignalSensor(device, SIGCONT), 0);
  ASSERT_TRUE(TakeUntil([&] { return ledger().finals() > finals + 100; })) << "none came back";
}

}  // namespace
}  // namespace biglittle::chaos
