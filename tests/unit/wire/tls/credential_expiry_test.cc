#include "wire/tls/credential_expiry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_authority.h"

namespace biglittle::wire {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr long kDay = 86'400;

class CredentialExpiryTest : public testing::Test {
 protected:
  CredentialExpiryTest() { Enrol(100 * kDay); }

  void Enrol(long valid_to) {
    authority_.Enrol(folder_.path(), {.name = "press-1", .valid_to = valid_to});
  }
  static BrokerConfig Broker(const std::filesystem::path& folder) {
    BrokerConfig broker;
    broker.tls = TlsConfig{folder, true};
    return broker;
  }
  // How far that is from now, to about a minute.
  static void ExpectIn(std::optional<WallTime> end, seconds from_now) {
    ASSERT_TRUE(end.has_value());
    const auto off = *end - (WallTime::clock::now() + from_now);
    EXPECT_LT(std::chrono::abs(off), seconds(60));
  }

  TestAuthority authority_;  // for a day
  const TemporaryFolder folder_;
  CredentialExpiry expiry_{Broker(folder_.path()), {Role::kDevice, "press-1"}};
};

TEST_F(CredentialExpiryTest, TellsBothEnds) {
  expiry_.Refresh();
  ExpectIn(expiry_.ends().certificate, seconds(100 * kDay));
  ExpectIn(expiry_.ends().authority, seconds(3600));  // of the revocation list, before itself
  std::map<std::string, double> gauges;
  expiry_.AddGauges(gauges);
  const double now =
      std::chrono::duration<double>(WallTime::clock::now().time_since_epoch()).count();
  EXPECT_NEAR(gauges.at("certificate_expiration_timestamp_seconds"), now + 100 * kDay, 60);
  EXPECT_NEAR(gauges.at("authority_expiration_timestamp_seconds"), now + 3600, 60);
  EXPECT_EQ(gauges.size(), 2U);
}

// Beyond January 2038, where a time_t of 32 bits ends.
TEST_F(CredentialExpiryTest, TellsAnEndInTwentyYears) {
  Enrol(20 * 365 * kDay);
  expiry_.Refresh();
  ExpectIn(expiry_.ends().certificate, seconds(20 * 365 * kDay));
}

TEST_F(CredentialExpiryTest, WithoutRevocationTheAuthoritysOwnEndCounts) {
  BrokerConfig broker = Broker(folder_.path());
  broker.tls->check_revocation = false;
  CredentialExpiry expiry(broker, {Role::kDevice, "press-1"});
  expiry.Refresh();
  ExpectIn(expiry.ends().authority, seconds(kDay));
}

TEST_F(CredentialExpiryTest, FollowsARenewal) {
  expiry_.Refresh();
  Enrol(200 * kDay);
  expiry_.Refresh();
  ExpectIn(expiry_.ends().certificate, seconds(200 * kDay));
  std::filesystem::remove(folder_.path() / "client.crt");
  expiry_.Refresh();
  EXPECT_EQ(expiry_.ends().certificate, std::nullopt);
}

// The first that ends ends them all.
TEST_F(CredentialExpiryTest, OfAChainTheFirstEndCounts) {
  std::ofstream(folder_.path() / "client.crt", std::ios::app)
      << authority_.Issue({.valid_to = 50 * kDay}).certificate;
  expiry_.Refresh();
  ExpectIn(expiry_.ends().certificate, seconds(50 * kDay));
}

TEST_F(CredentialExpiryTest, SaysItAMonthBeforeAndNowAndThen) {
  CredentialExpiry expiry(Broker(folder_.path()), {Role::kDevice, "press-1"});
  std::ofstream(folder_.path() / "ca.pem") << authority_.Issue({.valid_to = 900 * kDay}).certificate
                                           << authority_.RevocationList({}, 900 * kDay);
  expiry.Refresh();
  const WallTime now = WallTime::clock::now();
  EXPECT_TRUE(expiry.Notices(now + hours(24 * 69)).empty());
  EXPECT_THAT(expiry.Notices(now + hours(24 * 71)),
              ElementsAre(testing::AllOf(
                  HasSubstr("the certificate " + (folder_.path() / "client.crt").string()),
                  HasSubstr(" has 28 days left (its end: "), HasSubstr("issue a new one"))));
  EXPECT_THAT(expiry.Notices(now + hours(24 * 101)), ElementsAre(HasSubstr(" has ended (its")));
  EXPECT_THAT(expiry.Notices(now + hours(24 * 901)),
              ElementsAre(HasSubstr("the certificate "), HasSubstr("the authority or a")));
  const SteadyTime begin;
  const WallTime late = now + hours(24 * 71);
  EXPECT_EQ(expiry.NoticesToSay(begin, late).size(), 1U);
  EXPECT_TRUE(expiry.NoticesToSay(begin + hours(11), late).empty());
  EXPECT_EQ(expiry.NoticesToSay(begin + hours(12), late).size(), 1U);
}

TEST_F(CredentialExpiryTest, InTheClearThereIsNothing) {
  CredentialExpiry expiry({}, {Role::kDevice, "press-1"});
  expiry.Refresh();
  std::map<std::string, double> gauges;
  expiry.AddGauges(gauges);
  EXPECT_TRUE(gauges.empty());
  EXPECT_TRUE(expiry.Notices(WallTime::clock::now()).empty());
}

}  // namespace
}  // namespace biglittle::wire
