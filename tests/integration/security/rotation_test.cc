// Everybody's certificates are renewed, and the old ones revoked, while a fleet works.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/provision/private_files.h"
#include "tests/integration/security/secure_broker.h"
#include "tests/support/test_fleet.h"

namespace biglittle {
namespace {

const Identity kDevice{Role::kDevice, "device-1"};
const Identity kWorker{Role::kWorker, "worker-1"};
constexpr int kReadings = 5000;

class SecurityRotation : public testing::TestWithParam<bool> {
 protected:
  SecurityRotation()
      : broker_({.identities =
                     {kDevice, {Role::kDevice, "device-2"}, kWorker, {Role::kDashboard, "test"}}}),
        fleet_(broker_.port(),
               {.devices = 2, .readings = kReadings, .broker_keys = broker_.FleetKeys()}) {}

  void Synchronise() {
    const auto news = broker_.provisioner().Synchronise();
    ASSERT_TRUE(news.ok()) << news.status();
    ASSERT_FALSE(news->reload_by_hand);
  }
  void RotateBroker(bool revoke_old) {
    ASSERT_TRUE(broker_.provisioner().RotateBroker({}, kCertificateValid, revoke_old).ok());
    Synchronise();
    const auto file = ReadSmallFile(broker_.folder() / "broker" / "server.crt");
    const std::string wanted = "serial=" + FactsOf(file.value())->serial;
    ASSERT_TRUE(fleet_.TakeUntil([&] { return ShownSerial() == wanted; })) << wanted;
  }
  // Of the certificate that the broker shows whoever connects.
  std::string ShownSerial() const {
    const auto log = broker_.folder() / "serial.log";
    auto child = ChildProcess::Start(
        {"/bin/sh", "-c",
         fmt::format("openssl s_client -connect 127.0.0.1:{} </dev/null 2>/dev/null | "
                     "openssl x509 -noout -serial",
                     broker_.port())},
        log);
    EXPECT_TRUE(child.ok() && child->WaitUntil(TestFleet::Soon()).has_value());
    return TailOfFile(log, 1);
  }
  // Returns when it has connected again and readings go on, those for the worker too.
  void Rotate(const Identity& identity, bool revoke_old) {
    const std::string line = " as " + broker_.User(identity);
    const std::size_t before = broker_.CountInLog(line);
    ASSERT_TRUE(broker_.provisioner().Rotate(identity, kCertificateValid, revoke_old).ok());
    Synchronise();
    ASSERT_TRUE(fleet_.TakeUntil([&] { return broker_.CountInLog(line) > before; })) << line;
    const std::uint64_t finals = fleet_.tally().finals();
    const std::uint64_t big = fleet_.tally().big();
    ASSERT_TRUE(fleet_.TakeUntil(
        [&] { return fleet_.tally().finals() > finals + 20 && fleet_.tally().big() > big + 10; }));
  }

  SecureBroker broker_;
  TestFleet fleet_;
};

// With the old certificate revoked or not.
TEST_P(SecurityRotation, NoReadingIsLostAndNoneIsAnsweredTwice) {
  const bool revoke_old = GetParam();
  fleet_.Observe();
  fleet_.StartWorker();
  fleet_.AwaitWorker();
  for (int i = 1; i <= 2; ++i) fleet_.StartDevice(i);
  ASSERT_TRUE(fleet_.TakeUntil([&] { return fleet_.tally().big() > 50; }));
  // The broker first: the others then connect to its new certificate.
  RotateBroker(revoke_old);
  for (const Identity& identity : {kDevice, kWorker}) Rotate(identity, revoke_old);
  ASSERT_FALSE(HasFailure());
  ASSERT_LT(fleet_.tally().finals(), fleet_.expected()) << "the fleet was done before the last";
  ASSERT_TRUE(fleet_.TakeAll());
  EXPECT_EQ(fleet_.tally().finals(), fleet_.expected());
  EXPECT_EQ(fleet_.tally().duplicates(), 0U);
  std::printf("%llu by the big net, %llu fallbacks\n",
              static_cast<unsigned long long>(fleet_.tally().big()),
              static_cast<unsigned long long>(fleet_.tally().fallback()));
}

INSTANTIATE_TEST_SUITE_P(, SecurityRotation, testing::Bool(), [](const auto& revoke_old) {
  return revoke_old.param ? "OldOnesRevoked" : "OldOnesStayValid";
});

}  // namespace
}  // namespace biglittle
