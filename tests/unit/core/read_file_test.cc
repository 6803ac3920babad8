#include "core/read_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

TEST(ReadWholeFile, GivesAllOfARegularFileOrOneLine) {
  const TemporaryFolder folder;
  const std::string content("a\0b\r\n\xff", 6);
  const auto file = folder.Write("file", content);
  EXPECT_EQ(ReadWholeFile(file, 6).value(), content);
  EXPECT_EQ(ReadWholeFile(folder.Write("empty", ""), 0).value(), "");
  EXPECT_EQ(ReadWholeFile(file, 5).status(),
            absl::ResourceExhaustedError("larger than 5 bytes, which is the limit"));
  EXPECT_EQ(ReadWholeFile(folder.path() / "none", 6).status(), absl::NotFoundError("no such file"));
  for (const char* other : {"/", "/dev/zero"}) {
    EXPECT_EQ(ReadWholeFile(other, 6).status(), absl::InvalidArgumentError("not a regular file"));
  }
}

}  // namespace
}  // namespace biglittle
