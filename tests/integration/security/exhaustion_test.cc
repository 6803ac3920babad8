// Somebody without a certificate connects as often as he can: the administrator gets in.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/integration/security/secure_broker.h"
#include "tests/support/loopback.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

constexpr int kIdle = 1300;
constexpr rlim_t kDescriptors = 8192;

// What this process and the broker that it starts may have, for as long as this lives.
class Descriptors {
 public:
  explicit Descriptors(rlim_t wanted) {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit now = before_;
    now.rlim_cur = std::min(wanted, before_.rlim_max);
    setrlimit(RLIMIT_NOFILE, &now);
    count_ = now.rlim_cur;
  }
  ~Descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  rlim_t count() const { return count_; }

 private:
  rlimit before_{};
  rlim_t count_ = 0;
};

// TCP connections on which nothing is said.
class IdleConnections {
 public:
  IdleConnections(std::uint16_t port, int count) {
    const sockaddr_in address = Loopback(port);
    for (int i = 0; i < count; ++i) {
      const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) ++made_;
      fds_.push_back(fd);
    }
  }
  ~IdleConnections() {
    for (const int fd : fds_) close(fd);
  }
  IdleConnections(const IdleConnections&) = delete;
  IdleConnections& operator=(const IdleConnections&) = delete;
  int made() const { return made_; }

 private:
  std::vector<int> fds_;
  int made_ = 0;
};

class SecurityExhaustion : public testing::Test {
 protected:
  const Descriptors descriptors_{kDescriptors};
  SecureBroker broker_{{.identities = {{Role::kDevice, "pump-1"}}, .admin_listener = true}};
};

TEST_F(SecurityExhaustion, TheAdministratorGetsInBesideIdleConnections) {
  if (descriptors_.count() < kDescriptors) GTEST_SKIP() << "too few descriptors: ulimit -Hn";
  const IdleConnections idle(broker_.port(), kIdle);
  ASSERT_EQ(idle.made(), kIdle);
  ASSERT_TRUE(broker_.provisioner().Revoke({Role::kDevice, "pump-1"}).ok());
  const auto news = broker_.provisioner().Synchronise();
  ASSERT_TRUE(news.ok()) << news.status();
  EXPECT_EQ(news->state, BrokerState::kTold);
}

TEST_F(SecurityExhaustion, ProvisioningTakesTheAdministratorsListener) {
  ASSERT_TRUE(broker_.provisioner().Add({Role::kDevice, "pump-2"}).ok());
  ASSERT_TRUE(broker_.provisioner().Synchronise().ok());
  EXPECT_THAT(broker_.Log(), HasSubstr(fmt::format("on port {}.", broker_.admin_port())));
  EXPECT_THAT(broker_.Log(), Not(HasSubstr(fmt::format("on port {}.\n", broker_.port()))));
}

}  // namespace
}  // namespace biglittle
