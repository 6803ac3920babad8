#include "cli/provision/control_channel.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace biglittle {
namespace {

using nlohmann::json;

TEST(ControlChannelTest, TakesWhatEachAnswerSays) {
  std::vector<json> data;
  const auto status = ReadControlAnswer(
      R"({"responses": [{"command": "createRole"}, {"command": "x", "data": {"a": 1}}]})", data);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(data, (std::vector<json>{json(), json{{"a", 1}}}));
}

TEST(ControlChannelTest, ARefusalIsSaidInThePluginsWordsAndInOneLine) {
  std::vector<json> data;
  const auto status = ReadControlAnswer(
      R"({"responses": [{"command": "createRole", "error": "Role already\n exists\u001b[2J"}]})",
      data);
  EXPECT_TRUE(absl::IsAborted(status));
  EXPECT_NE(status.message().find("createRole"), std::string::npos);
  EXPECT_NE(status.message().find("Role already"), std::string::npos);
  EXPECT_EQ(status.message().find_first_of("\n\x1b"), std::string::npos) << status;
}

TEST(ControlChannelTest, AnythingElseIsNoAnswerAndNoCrash) {
  for (const char* payload :
       {"", "{", "[]", "7", "{}", R"({"responses": "no"})", R"({"responses": {"a": {}}})",
        R"({"responses": ["no"]})", R"({"responses": [null]})", R"({"responses": [[1]]})",
        R"({"responses": [{"error": 7}]})", R"({"responses": [{"error": {}, "command": "x"}]})",
        R"({"responses": [{"error": "x", "command": 7}]})"}) {
    std::vector<json> data;
    EXPECT_TRUE(absl::IsUnavailable(ReadControlAnswer(payload, data))) << payload;
  }
}

}  // namespace
}  // namespace biglittle
