#include "cli/schema/schema_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "cli/schema/key_tables.h"
#include "cli/schema/key_words.h"
#include "core/program/exit_code.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path kRoot = BIGLITTLE_SOURCE_DIR;

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream stream(path);
  EXPECT_TRUE(stream.good()) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

class SchemaCommand : public ::testing::Test {
 protected:
  int Run(const SchemaOptions& options) {
    out_.str("");
    err_.str("");
    return RunSchema(options, out_, err_);
  }

  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(SchemaCommand, TheSchemasInTheTreeAreWhatTheKeysSay) {
  for (const std::string what : {"fleet", "task"}) {
    EXPECT_EQ(Run({.what = what}), kExitDone);
    EXPECT_TRUE(out_.str() == ReadAll(kRoot / ("config/" + what + ".schema.json")))
        << "mend it: biglittle schema " << what << " > config/" << what << ".schema.json";
  }
}

TEST_F(SchemaCommand, TheSchemasOfMessagesInTheTreeAreWhatTheFieldsSay) {
  for (const std::string what :
       {"result", "status", "state", "control", "control-reply", "snapshot"}) {
    EXPECT_EQ(Run({.what = what}), kExitDone);
    EXPECT_TRUE(out_.str() == ReadAll(kRoot / ("docs/schemas/" + what + ".schema.json")))
        << "mend it: biglittle schema " << what << " > docs/schemas/" << what << ".schema.json";
  }
}

TEST_F(SchemaCommand, TheAsyncApiDocumentInTheTreeIsWhatTheTopicsSay) {
  EXPECT_EQ(Run({.what = "asyncapi"}), kExitDone);
  EXPECT_TRUE(out_.str() == ReadAll(kRoot / "docs/asyncapi.yaml"))
      << "mend it: biglittle schema asyncapi > docs/asyncapi.yaml";
}

TEST_F(SchemaCommand, TheTablesInTheDocumentationAreWhatTheKeysSay) {
  const std::string document = ReadAll(kRoot / "docs/configuration.md");
  const auto written = WithKeyTables(document);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_TRUE(*written == document) << "mend it: biglittle schema docs docs/configuration.md";
}

TEST_F(SchemaCommand, WritesTheTablesOfAFileAnew) {
  const TemporaryFolder folder;
  const auto file = folder.Write("a.md", "A\n<!-- keys: tls -->\nof yesterday\n<!-- end -->\nB\n");
  EXPECT_EQ(Run({.what = "docs", .file = file}), kExitDone) << err_.str();
  const std::string text = ReadAll(file);
  EXPECT_EQ(text.find("A\n<!-- keys: tls -->\n\n| key | range | default | meaning |\n"), 0U)
      << text;
  EXPECT_THAT(text, HasSubstr("| `revocation` | `check`, `off` | `check` |"));
  EXPECT_THAT(text, HasSubstr("\n\n<!-- end -->\nB\n"));
  EXPECT_EQ(text.find("yesterday"), std::string::npos);
  EXPECT_EQ(Run({.what = "docs", .file = file}), kExitDone);
  EXPECT_EQ(ReadAll(file), text);
}

TEST_F(SchemaCommand, MarksThatAreWrongAreBadInput) {
  const TemporaryFolder folder;
  for (const char* text : {"<!-- keys: sonar -->\n<!-- end -->\n", "<!-- keys: tls -->\n"}) {
    EXPECT_EQ(Run({.what = "docs", .file = folder.Write("a.md", text)}), kExitBadInput);
    EXPECT_THAT(err_.str(), HasSubstr("a.md: "));
    EXPECT_EQ(ReadAll(folder.path() / "a.md"), text);
  }
  EXPECT_EQ(Run({.what = "docs", .file = folder.path() / "none.md"}), kExitBadInput);
}

TEST_F(SchemaCommand, AnotherWordIsBadInput) {
  for (const SchemaOptions& options :
       {SchemaOptions{.what = "device"}, {.what = "docs"}, {.what = "fleet", .file = "f"}}) {
    EXPECT_EQ(Run(options), kExitBadInput);
    EXPECT_EQ(out_.str(), "");
    EXPECT_THAT(err_.str(), HasSubstr("schema: give 'fleet', 'task', 'asyncapi', 'result', "));
    EXPECT_THAT(err_.str(), HasSubstr(" or 'docs FILE.md', not '"));
  }
}

TEST(KeyWords, MarksAreTakenOutOfMarkdown) {
  EXPECT_EQ(WithoutMarks("a `b` [c `d`](e.md#f), g"), "a b c d, g");
  EXPECT_EQ(WithoutMarks("plain"), "plain");
  EXPECT_EQ(WithoutMarks(""), "");
}

TEST(KeyWords, NumbersAreWrittenAsPeopleWriteThem) {
  EXPECT_EQ(WrittenNumber(1e6), "1000000");
  EXPECT_EQ(WrittenNumber(-0.25), "-0.25");
}

}  // namespace
}  // namespace biglittle
