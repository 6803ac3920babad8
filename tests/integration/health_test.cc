// What the real programs tell probes, Prometheus and a service manager.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>
#include <thread>

#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/http_client.h"
#include "tests/support/test_broker.h"
#include "tests/support/test_fleet.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string HealthKey(std::uint16_t port) {
  return fmt::format("    health: {{port: {}}}\n", port);
}

// Whole programs take longer than a session to do something.
bool EventuallyDoes(const std::function<bool()>& condition) {
  return Eventually(condition, std::chrono::seconds(60));
}

// Lines of a metrics text that no scraper could read.
std::vector<std::string> Unreadable(const std::string& text) {
  std::vector<std::string> bad;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("# HELP ", 0) == 0 || line.rfind("# TYPE ", 0) == 0) continue;
    const bool named = line.rfind("biglittle_", 0) == 0 || line.rfind("process_", 0) == 0;
    const std::size_t space = line.rfind(' ');
    char* end = nullptr;
    if (space != std::string::npos) std::strtod(line.c_str() + space, &end);
    if (end == nullptr || *end != '\0' || !named) bad.push_back(line);
  }
  return bad;
}

class HealthTest : public testing::Test {
 protected:
  HealthTest()
      : fleet_(broker_.port(), {.readings = 1'000'000,
                                .worker_keys = HealthKey(worker_port_),
                                .device_keys = HealthKey(device_port_)}) {}

  double WorkerValue(const std::string& series) const {
    return ValueOf(Get(worker_port_, "/metrics").body, "biglittle_worker_" + series);
  }
  double DeviceValue(const std::string& series) const {
    return ValueOf(Get(device_port_, "/metrics").body, "biglittle_agent_" + series);
  }

  const std::uint16_t worker_port_ = UnusedPort();
  const std::uint16_t device_port_ = UnusedPort();
  TestBroker broker_;
  TestFleet fleet_;
};

TEST_F(HealthTest, AWorkerIsReadyWhileItHasItsBroker) {
  broker_.Kill();
  ChildProcess& worker = fleet_.StartWorker();
  ASSERT_TRUE(EventuallyDoes([&] {
    return Get(worker_port_, "/ready").body.rfind("no connection to the broker at ", 0) == 0;
  }));
  EXPECT_EQ(Get(worker_port_, "/ready").status, 503);
  EXPECT_EQ(Get(worker_port_, "/live").status, 200);
  EXPECT_EQ(WorkerValue("ready"), 0);
  broker_.Restart();
  ASSERT_TRUE(EventuallyDoes([&] { return Get(worker_port_, "/ready").status == 200; }));
  EXPECT_EQ(WorkerValue("ready"), 1);
  broker_.Kill();
  ASSERT_TRUE(EventuallyDoes([&] { return Get(worker_port_, "/ready").status == 503; }));
  broker_.Restart();
  ASSERT_TRUE(EventuallyDoes([&] { return Get(worker_port_, "/ready").status == 200; }));
  EXPECT_TRUE(EventuallyDoes([&] { return WorkerValue("reconnects_total") == 1; }));
  EXPECT_EQ(worker.Terminate(Milliseconds(20000)), 0);
  EXPECT_EQ(Get(worker_port_, "/live").status, 0);
}

TEST_F(HealthTest, ADeviceWithoutItsBrokerIsReadyAndSaysThatItIsAlone) {
  broker_.Kill();
  ChildProcess& device = fleet_.StartDevice(1);
  ASSERT_TRUE(EventuallyDoes([&] { return Get(device_port_, "/ready").status == 200; }));
  EXPECT_THAT(Get(device_port_, "/ready").body, StartsWith("offline: "));
  EXPECT_TRUE(EventuallyDoes([&] { return DeviceValue("readings_total") > 10; }));
  EXPECT_EQ(DeviceValue("broker_connected"), 0);
  broker_.Restart();
  EXPECT_TRUE(EventuallyDoes([&] { return Get(device_port_, "/ready").body == "online\n"; }));
  EXPECT_EQ(device.Terminate(Milliseconds(60000)), 0);
}

TEST_F(HealthTest, MetricsCountWhatTheFleetDid) {
  fleet_.Observe();
  fleet_.StartWorker();
  fleet_.AwaitWorker();
  fleet_.StartDevice(1);
  ASSERT_TRUE(fleet_.TakeUntil([&] { return fleet_.tally().big() > 100; }));
  const std::uint64_t big = fleet_.tally().big();
  const std::uint64_t finals = fleet_.tally().finals();
  // The main loops report once a second.
  const std::string by_big = "outcomes_total{kind=\"big\",reason=\"none\"}";
  EXPECT_TRUE(EventuallyDoes([&] { return DeviceValue(by_big) >= static_cast<double>(big); }));
  EXPECT_GE(DeviceValue("readings_total"), static_cast<double>(finals));
  EXPECT_GE(DeviceValue("round_trip_seconds_count"), static_cast<double>(big));
  EXPECT_GE(DeviceValue("reading_seconds_count{decided_by=\"little\"}"), 100);
  EXPECT_GT(DeviceValue("round_trip_seconds_sum"), 0);
  EXPECT_TRUE(EventuallyDoes([&] {
    return WorkerValue("answers_total{outcome=\"answered\"}") >= static_cast<double>(big);
  }));
  EXPECT_GE(WorkerValue("readings_total"), static_cast<double>(big));
  EXPECT_GE(WorkerValue("queue_seconds_count"), static_cast<double>(big));
  EXPECT_GE(WorkerValue("batch_size_sum"), static_cast<double>(big));
  for (const std::uint16_t port : {worker_port_, device_port_}) {
    EXPECT_GT(ValueOf(Get(port, "/metrics").body, "process_resident_memory_bytes"), 1e6);
    EXPECT_THAT(Unreadable(Get(port, "/metrics").body), testing::IsEmpty());
  }
}

// It may be free the next time: whoever starts programs anew may do it.
TEST_F(HealthTest, APortInUseEndsTheStart) {
  fleet_.StartWorker();
  ASSERT_TRUE(EventuallyDoes([&] { return Get(worker_port_, "/live").status == 200; }));
  const auto log = fleet_.folder() / "second.log";
  auto second = ChildProcess::Start({(Installation::Find().programs / "cloud_worker").string(),
                                     "--config", fleet_.file().string(), "--worker", "worker-1"},
                                    log);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->WaitUntil(TestFleet::Soon()), 1);
  EXPECT_EQ(TailOfFile(log, 100),
            fmt::format("cloud_worker: health: cannot listen on 127.0.0.1:{}: Address already in "
                        "use; another program has the port: give health.port another value",
                        worker_port_));
}

TEST_F(HealthTest, AServiceManagerHearsFromTheProgramFromBeginningToEnd) {
  const std::string path = (fleet_.folder() / "notify").string();
  const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  std::string heard;
  const auto hears = [&](const char* text) {
    char buffer[1024];
    for (ssize_t count = 0; (count = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0;) {
      heard.append(buffer, static_cast<std::size_t>(count)).append("\n");
    }
    return heard.find(text) != std::string::npos;
  };
  ASSERT_EQ(setenv("NOTIFY_SOCKET", path.c_str(), 1), 0);
  ASSERT_EQ(setenv("WATCHDOG_USEC", "200000", 1), 0);
  ChildProcess& worker = fleet_.StartWorker();
  unsetenv("NOTIFY_SOCKET");
  unsetenv("WATCHDOG_USEC");
  EXPECT_TRUE(EventuallyDoes([&] { return hears("STATUS=online\n"); }));
  EXPECT_TRUE(EventuallyDoes([&] { return hears("WATCHDOG=1\nWATCHDOG=1\nWATCHDOG=1\n"); }));
  EXPECT_THAT(heard, StartsWith("READY=1\nSTATUS="));
  worker.Terminate(Milliseconds(20000));
  EXPECT_TRUE(hears("STOPPING=1\n")) << heard;
  close(fd);
}

}  // namespace
}  // namespace biglittle
