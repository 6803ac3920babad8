// What SciPy and Pillow made of the same input. Written by
//   /usr/bin/python3 tests/unit/signal/make_goldens.py
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace biglittle {

template <typename Value>
std::vector<Value> ReadGolden(const std::string& name) {
  const auto path = std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "tests/unit/signal/golden" / name;
  std::ifstream file(path, std::ios::binary);
  std::vector<Value> values(static_cast<std::size_t>(std::filesystem::file_size(path)) /
                            sizeof(Value));
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(Value)));
  EXPECT_TRUE(file.good() && !values.empty()) << path;
  return values;
}

}  // namespace biglittle
