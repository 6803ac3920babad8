#include "core/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

std::string Sha256Of(std::string_view text) { return Sha256(std::as_bytes(std::span(text))); }

// Vectors: FIPS 180-4's examples, as NIST publishes them.
TEST(Digest, KnownVectors) {
  EXPECT_EQ(Sha256Of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, AFileHasTheDigestOfItsBytes) {
  const TemporaryFolder folder;
  // More than one chunk, and not a whole number of them.
  const std::string content(200'001, '\x80');
  const auto digest = Sha256OfFile(folder.Write("model.onnx", content));
  ASSERT_TRUE(digest.ok()) << digest.status();
  EXPECT_EQ(*digest, Sha256Of(content));
  EXPECT_EQ(*Sha256OfFile(folder.Write("empty", "")), Sha256Of(""));
}

TEST(Digest, SaysWhyAFileHasNone) {
  const TemporaryFolder folder;
  const std::string missing = (folder.path() / "missing").string();
  EXPECT_EQ(std::string(Sha256OfFile(missing).status().message()), missing + ": no such file");
  EXPECT_EQ(std::string(Sha256OfFile(folder.path()).status().message()),
            folder.path().string() + ": not a regular file");
}

}  // namespace
}  // namespace biglittle
