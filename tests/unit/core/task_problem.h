// A problem that a task file can have: what is changed in GoodText, and what is said about it.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/unit/core/task_text.h"

namespace biglittle {

struct TaskCase {
  const char* name;
  const char* line;         // or lines of GoodText, replaced
  const char* replacement;  // may be empty
  std::vector<std::string> problems;
};
inline void PrintTo(const TaskCase& c, std::ostream* out) { *out << c.name; }

inline void ExpectItsProblems(const TaskCase& c) {
  std::string text = GoodText();
  const std::string line = c.line;
  const std::size_t at = text.find(line + "\n");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, line.size(), c.replacement);
  std::string expected;
  for (const std::string& problem : c.problems) {
    if (!expected.empty()) expected += "\n";
    expected += "models/har/task.yaml:" + problem;
  }
  EXPECT_EQ(ToString(Parse(text).problems), expected);
}

inline std::string NameOf(const ::testing::TestParamInfo<TaskCase>& info) {
  return info.param.name;
}

}  // namespace biglittle
