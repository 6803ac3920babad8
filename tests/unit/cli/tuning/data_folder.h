// A folder of data for the tiny tasks.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {

class DataFolder {
 public:
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path Write(const std::filesystem::path& name, std::string_view text) const {
    return folder_.Write(name, text);
  }

  void WriteWindows(const std::string& name, const std::vector<float>& values) const {
    const Shape shape = {static_cast<std::int64_t>(values.size() / 4), 4};
    EXPECT_TRUE(
        WriteNpy(path() / name, ElementType::kFloat32, shape, std::as_bytes(std::span(values)))
            .ok());
  }
  void WriteIntegers(const std::string& name, const std::vector<std::int64_t>& values) const {
    EXPECT_TRUE(WriteNpy(path() / name, ElementType::kInt64,
                         {static_cast<std::int64_t>(values.size())},
                         std::as_bytes(std::span(values)))
                    .ok());
  }

  // Rows 0, 1, ... whose first number says which one it is; labels 0, 1, 2, 3, 0, ...
  void WriteRows(const std::string& part, int rows) const {
    std::vector<float> windows;
    std::vector<std::int64_t> labels;
    for (int i = 0; i < rows; ++i) {
      windows.insert(windows.end(), {static_cast<float>(i), 0, 0, 0});
      labels.push_back(i % 4);
    }
    WriteWindows("X_" + part + ".npy", windows);
    WriteIntegers("y_" + part + ".npy", labels);
  }

  // Readings that the tiny nets are more or less sure of; the right class stands out, most times.
  void WriteReadings(const std::string& part, int rows, std::uint64_t seed) const {
    Random random(seed);
    std::vector<float> windows;
    std::vector<std::int64_t> labels;
    for (int i = 0; i < rows; ++i) {
      labels.push_back(static_cast<std::int64_t>(random.Below(4)));
      for (std::int64_t c = 0; c < 4; ++c) {
        windows.push_back(static_cast<float>(
            random.Uniform(0.0, 0.5) + (c == labels.back() ? random.Uniform(0.1, 0.6) : 0.0)));
      }
    }
    WriteWindows("X_" + part + ".npy", windows);
    WriteIntegers("y_" + part + ".npy", labels);
  }

 private:
  const TemporaryFolder folder_;
};

}  // namespace biglittle
