// A folder of its own for a test, removed with all that is in it when the test ends.
#pragma once

#include <filesystem>
#include <string_view>

namespace biglittle {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Writes `content` to a file below the folder, which is made if need be; its path.
  std::filesystem::path Write(const std::filesystem::path& name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace biglittle
