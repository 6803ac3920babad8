#include "cli/provision/authority.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/lab/child_process.h"
#include "cli/provision/private_files.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using std::chrono::days;

// What `openssl` says: another judge than the code that made the files.
struct Verdict {
  bool ok = false;
  std::string text;
};

class AuthorityTest : public testing::Test {
 protected:
  AuthorityTest() {
    auto made = Authority::Create("Test", days(100));
    EXPECT_TRUE(made.ok());
    certificate_ = made->certificate;
    key_ = made->key;
    folder_.Write("ca.crt", certificate_);
    auto loaded = Authority::Load(key_, certificate_);
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    authority_.emplace(*std::move(loaded));
  }

  Verdict OpenSsl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "/usr/bin/openssl");
    auto child = ChildProcess::Start(arguments, folder_.path() / "log");
    EXPECT_TRUE(child.ok());
    const auto status =
        child->WaitUntil(std::chrono::steady_clock::now() + std::chrono::seconds(30));
    return {.ok = status == 0, .text = *ReadSmallFile(folder_.path() / "log")};
  }
  std::string Path(const char* name) { return (folder_.path() / name).string(); }

  TemporaryFolder folder_;
  std::string certificate_;
  std::string key_;
  std::optional<Authority> authority_;
};

TEST_F(AuthorityTest, AClientsCertificateIsForClientsOnly) {
  const auto made = authority_->IssueClient("device:pump-1@plant-7", days(30));
  ASSERT_TRUE(made.ok()) << made.status();
  folder_.Write("client.crt", made->certificate);
  EXPECT_TRUE(OpenSsl({"verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", Path("ca.crt"),
                       Path("client.crt")})
                  .ok);
  EXPECT_FALSE(
      OpenSsl({"verify", "-purpose", "sslserver", "-CAfile", Path("ca.crt"), Path("client.crt")})
          .ok);
  const auto facts = FactsOf(made->certificate);
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->common_name, "device:pump-1@plant-7");
  const auto left = facts->not_after - std::chrono::system_clock::now();
  EXPECT_GT(left, days(29));
  EXPECT_LE(left, days(30));
  EXPECT_LT(facts->not_before, std::chrono::system_clock::now());
}

TEST_F(AuthorityTest, AServersCertificateNamesItsHostsAndIsForServersOnly) {
  const auto made = authority_->IssueServer({"broker.example", "127.0.0.1", "::1"}, days(30));
  ASSERT_TRUE(made.ok()) << made.status();
  folder_.Write("server.crt", made->certificate);
  for (const auto& [option, name] :
       {std::pair{"-verify_hostname", "broker.example"}, std::pair{"-verify_ip", "127.0.0.1"},
        std::pair{"-verify_ip", "::1"}}) {
    EXPECT_TRUE(OpenSsl({"verify", "-x509_strict", "-purpose", "sslserver", option, name, "-CAfile",
                         Path("ca.crt"), Path("server.crt")})
                    .ok)
        << name;
  }
  EXPECT_FALSE(OpenSsl({"verify", "-verify_hostname", "other.example", "-CAfile", Path("ca.crt"),
                        Path("server.crt")})
                   .ok);
  EXPECT_FALSE(
      OpenSsl({"verify", "-purpose", "sslclient", "-CAfile", Path("ca.crt"), Path("server.crt")})
          .ok);
}

TEST_F(AuthorityTest, HostsThatWouldSmuggleInOtherNamesAreRefused) {
  for (const char* host : {"a,DNS:b", "", "a b", "a/b"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(authority_->IssueServer({host}, days(1)).status())) << host;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(authority_->IssueServer({}, days(1)).status()));
}

TEST_F(AuthorityTest, TheRevocationListNamesExactlyTheRevoked) {
  const auto gone = authority_->IssueClient("gone", days(30));
  const auto stays = authority_->IssueClient("stays", days(30));
  folder_.Write("gone.crt", gone->certificate);
  folder_.Write("stays.crt", stays->certificate);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto list = authority_->SignRevocationList(
      {{.serial = FactsOf(gone->certificate)->serial, .when = now}}, 7);
  ASSERT_TRUE(list.ok()) << list.status();
  folder_.Write("crl.pem", *list);
  const auto verify = [&](const char* name) {
    return OpenSsl({"verify", "-crl_check", "-CAfile", Path("ca.crt"), "-CRLfile", Path("crl.pem"),
                    Path(name)});
  };
  EXPECT_TRUE(verify("stays.crt").ok);
  const Verdict refused = verify("gone.crt");
  EXPECT_FALSE(refused.ok);
  EXPECT_NE(refused.text.find("certificate revoked"), std::string::npos) << refused.text;
  const Verdict shown = OpenSsl({"crl", "-in", Path("crl.pem"), "-noout", "-crlnumber"});
  EXPECT_NE(shown.text.find("0x07"), std::string::npos) << shown.text;
}

TEST_F(AuthorityTest, NothingOutlivesTheAuthority) {
  const auto made = authority_->IssueClient("long", days(3650));
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(FactsOf(made->certificate)->not_after, FactsOf(certificate_)->not_after);
}

TEST_F(AuthorityTest, SerialsAndKeysDiffer) {
  const auto one = authority_->IssueClient("same", days(1));
  const auto two = authority_->IssueClient("same", days(1));
  EXPECT_NE(FactsOf(one->certificate)->serial, FactsOf(two->certificate)->serial);
  EXPECT_NE(one->key, two->key);
}

TEST_F(AuthorityTest, WhatIsNoAuthorityIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(Authority::Load("x", certificate_).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Authority::Load(key_, "x").status()));
  const auto other = Authority::Create("Other", days(1));
  EXPECT_TRUE(absl::IsInvalidArgument(Authority::Load(other->key, certificate_).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(FactsOf("").status()));
}

}  // namespace
}  // namespace biglittle
