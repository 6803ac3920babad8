// Which credentials a program finds, and why it does not take some.
#include "wire/tls/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_authority.h"
#include "wire/tls/credential_watch.h"

namespace biglittle::wire {
namespace {

using std::filesystem::perms;
using testing::HasSubstr;

constexpr perms kOpen = perms::owner_read | perms::group_read | perms::others_read;
constexpr perms kSecret = perms::owner_read;

// An environment variable, while it stands.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* const name_;
};

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    unsetenv("BIGLITTLE_CREDENTIALS");
    unsetenv("CREDENTIALS_DIRECTORY");
    unsetenv("BIGLITTLE_BROKER_PASSWORD");
    authority_.Enrol(folder(), {.name = "press-1"});
    broker_.tls = TlsConfig{folder(), true};
  }

  std::filesystem::path folder() const { return folder_.path() / "device" / "press-1"; }
  absl::StatusOr<Credentials> Load() const {
    return LoadCredentials(broker_, {Role::kDevice, "press-1"});
  }
  // What is wrong, in one line; empty if nothing is.
  std::string Problem() const {
    const absl::Status status = Load().status();
    const std::string text(status.message());
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kFailedPrecondition);
    return text;
  }

  TestAuthority authority_;
  TemporaryFolder folder_;
  BrokerConfig broker_;
};

TEST_F(CredentialsTest, NoneAreAskedFor) {
  const auto credentials = LoadCredentials({}, {});
  ASSERT_TRUE(credentials.ok());
  EXPECT_FALSE(credentials->tls.has_value());
  EXPECT_EQ(credentials->username, "");
}

TEST_F(CredentialsTest, AreFoundByRoleAndId) {
  broker_.tls->credentials = folder_.path() / "{role}" / "{id}";
  const auto credentials = Load();
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->tls->authority, folder() / "ca.pem");
  EXPECT_EQ(credentials->tls->certificate, folder() / "client.crt");
  EXPECT_EQ(credentials->tls->key, folder() / "client.key");
  EXPECT_TRUE(credentials->tls->check_revocation);
  EXPECT_THAT(std::string(LoadCredentials(broker_, {Role::kDashboard, ""}).status().message()),
              HasSubstr("needs an id for {id}: name this dashboard by --as ID"));
}

TEST_F(CredentialsTest, AreFoundByTheEnvironment) {
  broker_.tls->credentials.reset();
  EXPECT_THAT(Problem(), HasSubstr("set BIGLITTLE_CREDENTIALS in the environment"));
  const Variable service("CREDENTIALS_DIRECTORY", folder().string());
  EXPECT_EQ(Problem(), "");
  const Variable own("BIGLITTLE_CREDENTIALS", "/no/such/folder");
  EXPECT_EQ(Problem(), "/no/such/folder/ca.pem is missing: put it there");
}

TEST_F(CredentialsTest, EachFileMustBeThere) {
  for (const char* name : {"ca.pem", "client.crt", "client.key"}) {
    authority_.Enrol(folder(), {});
    std::filesystem::remove(folder() / name);
    EXPECT_EQ(Problem(), (folder() / name).string() + " is missing: put it there");
    std::filesystem::create_directory(folder() / name);
    EXPECT_THAT(Problem(), HasSubstr(std::string(name) + " is no regular file"));
    std::filesystem::remove(folder() / name);
    ASSERT_EQ(mkfifo((folder() / name).c_str(), 0600), 0);
    EXPECT_THAT(Problem(), HasSubstr(std::string(name) + " is no regular file"));
    std::filesystem::remove(folder() / name);
    ReplaceFile(folder() / name, "nonsense\n", kSecret);
    EXPECT_THAT(Problem(), HasSubstr(std::string(name) + " holds no "));
    ReplaceFile(folder() / name, "", kSecret);
    EXPECT_THAT(Problem(), HasSubstr(std::string(name) + " holds no "));
    std::filesystem::remove(folder() / name);
  }
}

TEST_F(CredentialsTest, TheKeyIsForItsOwnerAlone) {
  const std::string key = (folder() / "client.key").string();
  for (const perms more : {perms::group_read, perms::others_read, perms::group_write}) {
    std::filesystem::permissions(key, perms::owner_read | more);
    EXPECT_EQ(Problem(), key + " is readable by others: chmod 600 " + key);
  }
}

// systemd admits the service's user by an access list, whose mask shows as the group's bits.
TEST_F(CredentialsTest, InTheServicesFolderTheGroupMayReadTheKey) {
  const Variable service("CREDENTIALS_DIRECTORY", folder().string() + "/");
  std::filesystem::permissions(folder() / "client.key", perms::owner_read | perms::group_read);
  EXPECT_EQ(Problem(), "");
  std::filesystem::permissions(folder() / "client.key", kOpen);
  EXPECT_THAT(Problem(), HasSubstr("is readable by others"));
}

TEST_F(CredentialsTest, TheKeyIsThatOfTheCertificate) {
  ReplaceFile(folder() / "client.key", authority_.Issue({}).key, kSecret);
  EXPECT_THAT(Problem(), HasSubstr("client.key is not the key of client.crt beside it"));
}

// OpenSSL would ask for it at the terminal.
TEST_F(CredentialsTest, AKeyWithAPassPhraseIsRefused) {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  std::FILE* file = std::fopen((folder() / "client.key").c_str(), "w");
  char phrase[] = "phrase";
  EXPECT_EQ(PEM_write_PKCS8PrivateKey(file, key, EVP_aes_128_cbc(), phrase, 6, nullptr, nullptr),
            1);
  std::fclose(file);
  EVP_PKEY_free(key);
  EXPECT_THAT(Problem(), HasSubstr("no private key in PEM that can be read without a pass phrase"));
}

TEST_F(CredentialsTest, TheCertificateIsValidNow) {
  authority_.Enrol(folder(), {.valid_from = -7200, .valid_to = -60});
  EXPECT_THAT(Problem(), testing::ContainsRegex("client.crt expired on 20[0-9-]+ [0-9:]+ UTC: "));
  authority_.Enrol(folder(), {.valid_from = 600});
  EXPECT_THAT(Problem(), testing::ContainsRegex("client.crt is valid from 20[0-9-]+ [0-9:]+ UTC "));
}

TEST_F(CredentialsTest, ARevocationListIsThereIfItIsToBeChecked) {
  ReplaceFile(folder() / "ca.pem", authority_.Certificate(), kOpen);
  EXPECT_THAT(Problem(), HasSubstr("ca.pem holds no certificate revocation list: append"));
  broker_.tls->check_revocation = false;
  EXPECT_EQ(Problem(), "");
  ReplaceFile(folder() / "ca.pem", authority_.RevocationList(), kOpen);
  EXPECT_THAT(Problem(), HasSubstr("ca.pem holds no certificate: put the authority's"));
}

TEST_F(CredentialsTest, APasswordComesFromItsFileOrTheEnvironment) {
  broker_.tls.reset();
  broker_.username = "plant";
  EXPECT_THAT(Problem(), HasSubstr("the broker's user plant has no password"));
  const Variable variable("BIGLITTLE_BROKER_PASSWORD", "from outside");
  EXPECT_EQ(Load()->password, "from outside");
  broker_.password_file = folder_.path() / "password";
  EXPECT_THAT(Problem(), HasSubstr("password is missing"));
  ReplaceFile(*broker_.password_file, "from the file\nand more\n", kSecret);
  EXPECT_EQ(Load()->username, "plant");
  EXPECT_EQ(Load()->password, "from the file");
  ReplaceFile(*broker_.password_file, "\n", kSecret);
  EXPECT_THAT(Problem(), HasSubstr("password begins with an empty line"));
  ReplaceFile(*broker_.password_file, "from the file\n", kOpen);
  EXPECT_THAT(Problem(), HasSubstr("is readable by others: chmod 600"));
}

// Wherever it is from, a password is the same.
TEST_F(CredentialsTest, ALineEndAndAByteOrderMarkAreNoPartOfAPassword) {
  broker_.tls.reset();
  broker_.username = "plant";
  const std::filesystem::path file = folder_.path() / "password";
  for (const std::string text :
       {"secret", "secret\n", "secret\r\n", "secret\nand more", "\xef\xbb\xbfsecret\r\n"}) {
    const Variable variable("BIGLITTLE_BROKER_PASSWORD", text);
    broker_.password_file.reset();
    EXPECT_EQ(Load()->password, "secret");
    ReplaceFile(file, text, kSecret);
    broker_.password_file = file;
    EXPECT_EQ(Load()->password, "secret");
  }
  for (const auto& [text, problem] :
       {std::pair("", "begins with an empty line"), std::pair("\n", "begins with an empty line"),
        std::pair("\xef\xbb\xbf\n", "begins with an empty line"),
        std::pair("\xff\xfes", "is UTF-16: save it as UTF-8")}) {
    const Variable variable("BIGLITTLE_BROKER_PASSWORD", text);
    broker_.password_file.reset();
    EXPECT_THAT(Problem(), HasSubstr(std::string("BIGLITTLE_BROKER_PASSWORD ") + problem));
    ReplaceFile(file, text, kSecret);
    broker_.password_file = file;
    EXPECT_THAT(Problem(), HasSubstr(std::string("password ") + problem));
  }
}

// OpenSSL would pass over the block behind the mark, and find no certificate, or one less.
TEST_F(CredentialsTest, AFileOfPemHasNoByteOrderMark) {
  const auto text = [](const std::filesystem::path& file) {
    std::ifstream stream(file);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  for (const char* name : {"ca.pem", "client.crt", "client.key"}) {
    const std::filesystem::path file = folder() / name;
    const std::string before = text(file);
    ReplaceFile(file, "\xef\xbb\xbf" + before, kSecret);
    EXPECT_THAT(Problem(), HasSubstr(std::string(name) + " begins with a byte order mark"));
    ReplaceFile(file, before, kSecret);
    EXPECT_EQ(Problem(), "");
  }
}

TEST_F(CredentialsTest, TheWatchSeesANewSetAndToleratesAHalfWrittenOne) {
  CredentialWatch watch(broker_, {Role::kDevice, "press-1"});
  watch.Begin();
  EXPECT_EQ(watch.Renewed().value(), false);
  const TestCertificate fresh = authority_.Issue({});
  ReplaceFile(folder() / "client.crt", fresh.certificate, kOpen);
  EXPECT_EQ(watch.Renewed().value(), false) << "it may be half written";
  EXPECT_FALSE(watch.Renewed().ok());
  EXPECT_EQ(watch.Renewed().value(), false) << "said once";
  ReplaceFile(folder() / "client.key", fresh.key, kSecret);
  EXPECT_EQ(watch.Renewed().value(), true);
  watch.Begin();
  EXPECT_EQ(watch.Renewed().value(), false);
  // A new list is read by the next connection.
  ReplaceFile(folder() / "ca.pem", authority_.Certificate() + authority_.RevocationList({1}),
              kOpen);
  EXPECT_EQ(watch.Renewed().value(), false);
}

TEST_F(CredentialsTest, WithoutTlsThereIsNothingToWatch) {
  CredentialWatch watch({}, {});
  watch.Begin();
  EXPECT_EQ(watch.Renewed().value(), false);
}

}  // namespace
}  // namespace biglittle::wire
