#include "core/program/process_metrics.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <string>

namespace biglittle {
namespace {

std::map<std::string, double> Values() {
  std::map<std::string, double> values;
  for (const Measurement& each : ProcessMeasurements()) values[each.name] = each.value;
  return values;
}

TEST(ProcessMetricsTest, TellsWhatThisProcessUses) {
  const auto before = Values();
  EXPECT_GT(before.at("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(before.at("process_cpu_seconds_total"), 0);
  EXPECT_GE(before.at("process_open_fds"), 3);
  const int fd = open("/dev/null", O_RDONLY);
  EXPECT_EQ(Values().at("process_open_fds"), before.at("process_open_fds") + 1);
  close(fd);
}

}  // namespace
}  // namespace biglittle
