// Against a real datagram socket, as a service manager has one.
#include "core/program/service_notify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using std::chrono::microseconds;

class Listener {
 public:
  // '@' in front: an abstract name.
  explicit Listener(const std::string& name) : fd_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), length), 0);
  }
  ~Listener() { close(fd_); }

  // "": nothing has come.
  std::string Take() const {
    char buffer[1024];
    const ssize_t count = recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
    return count < 0 ? "" : std::string(buffer, static_cast<std::size_t>(count));
  }

 private:
  const int fd_;
};

std::string AbstractName() { return "@biglittle-test-" + std::to_string(getpid()); }

class ServiceNotifyTest : public testing::Test {
 protected:
  ServiceNotifyTest() { Clear(); }
  ~ServiceNotifyTest() override { Clear(); }

  static void Clear() {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }
  static void Set(const char* name, const std::string& value) {
    ASSERT_EQ(setenv(name, value.c_str(), 1), 0);
  }

  TemporaryFolder folder_;
};

TEST_F(ServiceNotifyTest, SpeaksTheProtocolOverASocketFile) {
  const std::string path = (folder_.path() / "notify").string();
  const Listener listener(path);
  Set("NOTIFY_SOCKET", path);
  const ServiceNotify service = ServiceNotify::FromEnvironment();
  ASSERT_TRUE(service.active());
  service.Ready("online\nSTOPPING=1");
  EXPECT_EQ(listener.Take(), "READY=1\nSTATUS=online\\x0aSTOPPING=1");
  service.Status("offline");
  EXPECT_EQ(listener.Take(), "STATUS=offline");
  service.Watchdog();
  EXPECT_EQ(listener.Take(), "WATCHDOG=1");
  service.Reloading();
  EXPECT_THAT(listener.Take(), testing::MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
  service.Stopping();
  EXPECT_EQ(listener.Take(), "STOPPING=1");
  EXPECT_EQ(listener.Take(), "");
}

TEST_F(ServiceNotifyTest, SpeaksOverAnAbstractSocket) {
  const Listener listener(AbstractName());
  ServiceNotify first(AbstractName());
  const ServiceNotify service(std::move(first));
  service.Stopping();
  EXPECT_EQ(listener.Take(), "STOPPING=1");
}

TEST_F(ServiceNotifyTest, WhoComesBackUnderTheSameNameHearsItAgain) {
  const ServiceNotify service(AbstractName());
  service.Watchdog();  // nobody there
  const Listener listener(AbstractName());
  service.Watchdog();
  EXPECT_EQ(listener.Take(), "WATCHDOG=1");
}

TEST_F(ServiceNotifyTest, AManagerThatDoesNotReadCannotStopUs) {
  const Listener listener(AbstractName());
  const ServiceNotify service(AbstractName());
  // A socket takes about ten datagrams; after that each waits its tenth of a second.
  for (int i = 0; i < 15; ++i) service.Watchdog();
  EXPECT_EQ(listener.Take(), "WATCHDOG=1");
}

TEST_F(ServiceNotifyTest, WithoutASocketNothingIsSent) {
  const std::string too_long = "/" + std::string(200, 'x');
  for (const char* name : {"", "relative", "/", "vsock:2:1", too_long.c_str()}) {
    const ServiceNotify service(name, microseconds(100));
    EXPECT_FALSE(service.active()) << name;
    EXPECT_FALSE(service.watchdog_interval().has_value());
    service.Ready("online");
  }
  EXPECT_FALSE(ServiceNotify::FromEnvironment().active());
}

TEST_F(ServiceNotifyTest, TheWatchdogIsOursOnlyIfItIsMeantForUs) {
  const auto interval = [] { return ServiceNotify::FromEnvironment().watchdog_interval(); };
  Set("NOTIFY_SOCKET", AbstractName());
  EXPECT_FALSE(interval().has_value());
  Set("WATCHDOG_USEC", "3000000");
  EXPECT_EQ(interval(), microseconds(1'500'000));
  Set("WATCHDOG_PID", std::to_string(getpid()));
  EXPECT_EQ(interval(), microseconds(1'500'000));
  Set("WATCHDOG_PID", std::to_string(getpid() + 1));
  EXPECT_FALSE(interval().has_value());
  Set("WATCHDOG_PID", "");
  for (const char* bad : {"", "0", "-5", "12x", "99999999999999999999"}) {
    Set("WATCHDOG_USEC", bad);
    EXPECT_FALSE(interval().has_value()) << bad;
  }
}

}  // namespace
}  // namespace biglittle
