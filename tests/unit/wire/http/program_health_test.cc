#include "wire/http/program_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/free_port.h"
#include "tests/support/http_client.h"
#include "tests/support/temporary_folder.h"

namespace biglittle::wire {
namespace {

std::vector<Measurement> Readings(const VitalSigns& signs) {
  const auto found = signs.counters.find("readings");
  const double value = found == signs.counters.end() ? 0 : static_cast<double>(found->second);
  return {{"readings_total", "R.", MetricKind::kCounter, {}, value}};
}

VitalSigns Online(std::uint64_t readings) {
  return {.ready = true, .condition = "online", .counters = {{"readings", readings}}};
}

TEST(ProgramHealthTest, WhereNobodyListensThereIsNothingToReport) {
  const auto health = ProgramHealth::Start({}, Readings, ServiceNotify(""));
  ASSERT_TRUE(health.ok());
  EXPECT_EQ((*health)->next_report(), SteadyTime::max());
}

TEST(ProgramHealthTest, AWatchedLoopReportsToItsProcessAlone) {
  const auto health = ProgramHealth::Start({}, Readings, ServiceNotify(""), true);
  ASSERT_TRUE(health.ok());
  const SteadyTime now = Clock::Real().Now();
  EXPECT_LE((*health)->next_report(), now);
  EXPECT_TRUE((*health)->Live());
  (*health)->Report(Online(5), now - 2 * Vitals::kMaxSilence);
  EXPECT_EQ((*health)->next_report(), now - 2 * Vitals::kMaxSilence + ProgramHealth::kInterval);
  EXPECT_TRUE((*health)->Live());
  (*health)->Stopping();
  EXPECT_EQ((*health)->next_report(), SteadyTime::max());
}

TEST(ProgramHealthTest, WhatIsReportedIsServed) {
  const std::uint16_t port = UnusedPort();
  const auto health =
      ProgramHealth::Start(HealthConfig{"127.0.0.1", port}, Readings, ServiceNotify(""));
  ASSERT_TRUE(health.ok());
  EXPECT_EQ(Get(port, "/ready").body, "starting\n");
  EXPECT_EQ(Get(port, "/live").status, 200);
  const SteadyTime now = Clock::Real().Now();
  EXPECT_LE((*health)->next_report(), now);
  (*health)->Report(Online(5), now);
  EXPECT_EQ((*health)->next_report(), now + ProgramHealth::kInterval);
  EXPECT_EQ(Get(port, "/ready").status, 200);
  EXPECT_EQ(ValueOf(Get(port, "/metrics").body, "readings_total"), 5);
  (*health)->Stopping();
  EXPECT_EQ(Get(port, "/ready").status, 503);
  EXPECT_EQ(Get(port, "/ready").body, "stopping\n");
  EXPECT_EQ((*health)->next_report(), SteadyTime::max());
}

TEST(ProgramHealthTest, ScrapesWhileTheLoopReportsAndObserves) {
  const std::uint16_t port = UnusedPort();
  const auto health =
      ProgramHealth::Start(HealthConfig{"127.0.0.1", port}, Readings, ServiceNotify(""));
  ASSERT_TRUE(health.ok());
  const Metrics::Histogram seconds = (*health)->metrics().AddHistogram("t_seconds", "T.", {1});
  std::thread scraper([port] {
    double last = 0;
    for (int i = 0; i < 50; ++i) {
      const double readings = ValueOf(Get(port, "/metrics").body, "readings_total");
      EXPECT_GE(readings, last);
      last = readings;
      EXPECT_NE(Get(port, "/ready").status, 0);
    }
  });
  for (std::uint64_t turn = 1; turn <= 2000; ++turn) {
    (*health)->Report(Online(turn), Clock::Real().Now());
    seconds.Observe(0.5);
  }
  scraper.join();
  const std::string text = Get(port, "/metrics").body;
  EXPECT_EQ(ValueOf(text, "readings_total"), 2000);
  EXPECT_EQ(ValueOf(text, "t_seconds_count"), 2000);
}

TEST(ProgramHealthTest, TellsTheServiceManagerWhatChanges) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "notify").string();
  const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const auto take = [fd] {
    std::vector<std::string> all;
    char buffer[1024];
    for (ssize_t count = 0; (count = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0;) {
      all.emplace_back(buffer, static_cast<std::size_t>(count));
    }
    return all;
  };
  using testing::ElementsAre;

  const auto health =
      ProgramHealth::Start({}, Readings, ServiceNotify(path, std::chrono::milliseconds(500)));
  ASSERT_TRUE(health.ok());
  const SteadyTime now = Clock::Real().Now();
  EXPECT_THAT(take(), ElementsAre());
  (*health)->Report(Online(1), now);
  EXPECT_THAT(take(), ElementsAre("READY=1\nSTATUS=online", "WATCHDOG=1"));
  EXPECT_EQ((*health)->next_report(), now + std::chrono::milliseconds(250));
  (*health)->Report(Online(2), now);
  EXPECT_THAT(take(), ElementsAre("WATCHDOG=1"));
  (*health)->Report({.ready = false, .condition = "offline"}, now);
  EXPECT_THAT(take(), ElementsAre("STATUS=offline", "WATCHDOG=1"));
  (*health)->Stopping();
  EXPECT_THAT(take(), ElementsAre("STOPPING=1"));
  close(fd);
}

}  // namespace
}  // namespace biglittle::wire
