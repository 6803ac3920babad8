#include "core/task/net_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "core/task/task_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/core/task_text.h"

namespace biglittle {
namespace {

class NetFileTest : public testing::Test {
 protected:
  NetFileTest() {
    folder_.Write("outside/secret", "secret");
    folder_.Write("har/nets/big.onnx", "big");
  }
  // What a task whose big net is called so reads.
  absl::StatusOr<std::vector<std::byte>> Read(const std::string& name) const {
    std::string text = GoodText();
    text.replace(text.find("nets/big.onnx"), 13, name);
    const Parsed<Task> task = ParseTask(text, folder_.path() / "har/task.yaml");
    EXPECT_TRUE(task.ok()) << ToString(task.problems);
    return ReadNetFile(task.value->big);
  }
  std::string Problem(const std::string& name) const {
    return std::string(Read(name).status().message());
  }
  std::string Path(const std::string& name) const { return folder_.path() / "har" / name; }

  const TemporaryFolder folder_;
};

TEST_F(NetFileTest, IsReadWhereItLies) {
  for (const char* name : {"nets/big.onnx", "./nets//./big.onnx"}) {
    const auto bytes = Read(name);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(bytes->size(), 3U);
  }
  EXPECT_EQ(Problem("gone.onnx"), Path("gone.onnx") + ": no such file");
  EXPECT_EQ(Problem("gone/big.onnx"), Path("gone/big.onnx") + ": no such file");
  EXPECT_EQ(Problem("nets"), Path("nets") + ": not a regular file");
}

TEST_F(NetFileTest, ALinkIsNotFollowed) {
  std::filesystem::create_symlink(folder_.path() / "outside/secret", Path("link.onnx"));
  std::filesystem::create_symlink("nets/big.onnx", Path("inner.onnx"));
  std::filesystem::create_symlink("gone", Path("nowhere.onnx"));
  for (const char* name : {"link.onnx", "inner.onnx", "nowhere.onnx"}) {
    EXPECT_EQ(Problem(name), Path(name) + ": '" + name +
                                 "' is a symbolic link, which could lead out of the task's folder: "
                                 "put the file itself there");
  }
}

TEST_F(NetFileTest, NorOneToAFolderOnTheWay) {
  std::filesystem::create_directory_symlink(folder_.path() / "outside", Path("elsewhere"));
  EXPECT_EQ(Problem("elsewhere/secret"),
            Path("elsewhere/secret") +
                ": 'elsewhere' is a symbolic link, which could lead out of the task's folder: put "
                "the file itself there");
}

// Where models lie is the operator's business.
TEST_F(NetFileTest, TheTasksFolderItselfMayBeReachedByLinks) {
  std::filesystem::create_directory_symlink(folder_.path() / "har", folder_.path() / "outside/har");
  const Parsed<Task> task = ParseTask(GoodText(), folder_.path() / "outside/har/task.yaml");
  ASSERT_TRUE(task.ok());
  EXPECT_TRUE(ReadNetFile(task.value->big).ok());
}

TEST_F(NetFileTest, APipeIsRefusedAndNotWaitedFor) {
  ASSERT_EQ(mkfifo(Path("pipe.onnx").c_str(), 0600), 0);
  EXPECT_EQ(Problem("pipe.onnx"), Path("pipe.onnx") + ": not a regular file");
}

TEST_F(NetFileTest, NamesThatLeadOutAreNone) {
  for (const char* name : {"", "/etc/passwd", "../big.onnx", "nets/../../big.onnx", "..", ".",
                           "nets/", "nets/..", "nets/."}) {
    EXPECT_FALSE(IsInsideFolder(name)) << name;
  }
  for (const char* name : {"big.onnx", "nets/big.onnx", "..big", "./big.onnx"}) {
    EXPECT_TRUE(IsInsideFolder(name)) << name;
  }
}

}  // namespace
}  // namespace biglittle
