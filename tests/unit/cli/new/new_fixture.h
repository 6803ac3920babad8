// Runs `biglittle new` on files that a test writes.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "cli/new/new_command.h"
#include "core/program/exit_code.h"
#include "device_agent/sources/replay/data_file.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {

// Windows of 4 samples, of what is Put.
class NewTest : public testing::Test {
 protected:
  NewTest() {
    options_.task = "valve";
    options_.from = folder_.path() / "in";
    options_.out = folder_.path() / "out";
    options_.cut.samples = 4;
  }

  void Put(const std::string& name, const std::string& content) const {
    const std::filesystem::path file = options_.from / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  }
  // `count` lines: first, first + 1, ...
  static std::string Lines(int first, int count) {
    std::string lines;
    for (int i = 0; i < count; ++i) lines += std::to_string(first + i) + "\n";
    return lines;
  }

  int Run() {
    out_.str("");
    err_.str("");
    return RunNew(options_, out_, err_);
  }
  DataArray Array(const std::string& name) const {
    const auto array = LoadDataFile(options_.out / name);
    EXPECT_TRUE(array.ok()) << array.status();
    return array.value_or(DataArray{});
  }
  template <typename Number>
  std::vector<Number> Values(const std::string& name) const {
    const DataArray array = Array(name);
    std::vector<Number> values(array.data.size() / sizeof(Number));
    std::memcpy(values.data(), array.data.data(), array.data.size());
    return values;
  }
  std::string Text(const std::string& name) const {
    std::ifstream file(options_.out / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // In one line.
  void ExpectRefused(const std::string& words) {
    EXPECT_EQ(Run(), kExitBadInput);
    EXPECT_THAT(err_.str(), testing::HasSubstr(words));
    EXPECT_EQ(std::ranges::count(err_.str(), '\n'), 1) << err_.str();
    EXPECT_FALSE(std::filesystem::exists(options_.out / "X.npy"));
  }

  const TemporaryFolder folder_;
  NewOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace biglittle
