// A sensor at a serial line that is pulled out and plugged in again, under the same name.
#include <gtest/gtest.h>

#include "tests/integration/sensor_example.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

std::string Yaml(const std::string& port) {
  return fmt::format(
      "version: 1\nfleet: test\nmodels: {}\nbroker: {{port: 1883}}\n"
      "workers:\n  - id: worker-1\n    tasks: [tiny]\n"
      "devices:\n  - id: scale\n    task: tiny\n    deadline_ms: 1000\n"
      "    source: {{type: serial, port: {}}}\n",
      TestDataFolder().string(), port);
}

// A window of the tiny task's class 0 or 2, of which the little net is sure, 50 times a second.
std::vector<std::string> Sensor(const SerialPair& pair, int number) {
  const std::string window = number == 0 ? "1 0 0 0" : "0 0 1 0";
  return {"/bin/sh", "-c",
          fmt::format("while :; do for v in {}; do echo $v; done; sleep 0.02; done > {}", window,
                      pair.far().string())};
}

TEST(SensorUnplugged, ASerialLineComesBackUnderItsName) {
  if (FindProgram("socat").empty()) GTEST_SKIP() << "there is no socat";
  SensorExample run("");
  SerialPair& pair = run.AddSerialPair();
  run.SetText(Yaml(pair.near().string()));
  run.StartFarEnd(Sensor(pair, 0));
  run.Start();
  ASSERT_FALSE(testing::Test::HasFatalFailure());
  const auto finals = [&] { return run.listener().Finals("scale"); };
  const auto of_class = [&](int index) {
    return std::ranges::count_if(finals(), [index](const auto& final) {
      return final.second.class_index == index &&
             final.second.decided_by == wire::DecidedBy::kLittle;
    });
  };
  ASSERT_TRUE(Eventually([&] { return of_class(0) > 10; })) << run.Log();
  for (int time = 1; time <= 2; ++time) {
    pair.Unplug();
    ASSERT_TRUE(Eventually([&] {
      return run.Log().find(pair.near().string() + " is gone: unplugged?") != std::string::npos;
    })) << run.Log();
    const auto before = of_class(time % 2 * 2);
    pair.PlugIn();
    run.StartFarEnd(Sensor(pair, time % 2));
    ASSERT_TRUE(
        Eventually([&] { return of_class(time % 2 * 2) > before + 10; }, std::chrono::seconds(40)))
        << run.Log();
  }
  run.ExpectResults(1);  // all were in time, and it ends as it should
}

}  // namespace
}  // namespace biglittle
