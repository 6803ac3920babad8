// A new folder for what a command needs while it runs; removed with what is in it, unless it is
// kept.
#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace biglittle {

// Not thread-safe.
class ScratchFolder {
 public:
  // "biglittle-<name>-XXXXXX" in the folder for temporary files. Internal: it cannot be made.
  static absl::StatusOr<ScratchFolder> Make(std::string_view name);
  ~ScratchFolder();
  ScratchFolder(ScratchFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), kept_(other.kept_) {}
  ScratchFolder& operator=(ScratchFolder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(kept_, other.kept_);
    return *this;
  }

  const std::filesystem::path& path() const { return path_; }
  // It stays when this object goes.
  void Keep() { kept_ = true; }

 private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;  // empty: moved from
  bool kept_ = false;
};

}  // namespace biglittle
