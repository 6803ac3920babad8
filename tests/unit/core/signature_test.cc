#include "core/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/support/signing_keys.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class SignatureTest : public testing::Test {
 protected:
  std::string Refused(const std::string& content) {
    return std::string(Key().VerifyFile(file_, content).message());
  }
  PublicKey Key() { return PublicKey::Load(folder_.Write("public.pem", kPublicKey)).value(); }

  const TemporaryFolder folder_;
  const std::filesystem::path private_ = folder_.Write("private.pem", kPrivateKey);
  const std::filesystem::path file_ = folder_.Write("task.yaml", "version: 1\n");
};

// RFC 8032, section 7.1, TEST 2: the key, a message of one byte, its signature.
TEST_F(SignatureTest, SignsAsTheStandardSays) {
  const std::filesystem::path key =
      folder_.Write("rfc.pem",
                    "-----BEGIN PRIVATE KEY-----\n"
                    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
                    "-----END PRIVATE KEY-----\n");
  const std::filesystem::path message = folder_.Write("message", "\x72");
  ASSERT_TRUE(SignFile(key, message).ok());
  std::ifstream in(SignaturePath(message), std::ios::binary);
  std::string hex;
  for (std::istreambuf_iterator<char> at(in), end; at != end; ++at) {
    char two[3];
    std::snprintf(two, sizeof(two), "%02x", static_cast<unsigned char>(*at));
    hex += two;
  }
  EXPECT_EQ(hex,
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST_F(SignatureTest, HoldsForExactlyTheseBytes) {
  ASSERT_TRUE(SignFile(private_, file_).ok());
  EXPECT_TRUE(Key().VerifyFile(file_, "version: 1\n").ok());
  for (const char* other : {"version: 1", "version: 2\n", "", "version: 1\n "}) {
    EXPECT_EQ(Refused(other),
              "does not sign task.yaml as it is now by the fleet's models_public_key: take the "
              "pair that belongs together, or sign it again");
  }
}

TEST_F(SignatureTest, IsNotWrittenWhereALinkLeads) {
  const std::filesystem::path elsewhere = folder_.Write("elsewhere", "mine");
  std::filesystem::create_symlink(elsewhere, SignaturePath(file_).string() + ".new");
  ASSERT_TRUE(SignFile(private_, file_).ok());
  EXPECT_EQ(Refused("version: 1\n"), "");
  std::string content;
  std::ifstream(elsewhere) >> content;
  EXPECT_EQ(content, "mine");
}

TEST_F(SignatureTest, AnotherKeysSignatureDoesNotHold) {
  ASSERT_TRUE(SignFile(folder_.Write("other.pem", kOtherPrivateKey), file_).ok());
  EXPECT_THAT(Refused("version: 1\n"), HasSubstr("does not sign"));
  ASSERT_TRUE(SignFile(private_, file_).ok());  // signed again
  EXPECT_TRUE(Key().VerifyFile(file_, "version: 1\n").ok());
}

TEST_F(SignatureTest, SaysWhatIsMissingOrNoSignature) {
  EXPECT_THAT(Refused("version: 1\n"), HasSubstr("no such file, and the fleet takes "
                                                 "signed models only"));
  folder_.Write("task.yaml.sig", std::string(63, 's'));
  EXPECT_THAT(Refused("version: 1\n"), HasSubstr("does not sign"));
  folder_.Write("task.yaml.sig", std::string(65, 's'));
  EXPECT_THAT(Refused("version: 1\n"), HasSubstr("a file of 64 bytes"));
}

TEST_F(SignatureTest, SaysWhyAKeyCannotBeUsed) {
  const auto message = [](const std::filesystem::path& pem) {
    return std::string(PublicKey::Load(pem).status().message());
  };
  const std::string missing = (folder_.path() / "missing.pem").string();
  EXPECT_EQ(message(missing), missing + ": no such file");
  EXPECT_THAT(message(folder_.path()), HasSubstr(": not a regular file"));
  EXPECT_THAT(message(folder_.Write("x.pem", "text")),
              HasSubstr("x.pem: not a public key of Ed25519 in PEM"));
  EXPECT_THAT(message(private_), HasSubstr("not a public key"));
  EXPECT_THAT(std::string(SignFile(folder_.Write("p.pem", kPublicKey), file_).message()),
              HasSubstr("p.pem: not an unencrypted private key of Ed25519 in PEM"));
  EXPECT_THAT(std::string(SignFile(private_, missing).message()), HasSubstr(": no such file"));
}

}  // namespace
}  // namespace biglittle
