// A small disk of its own, to be filled or made read-only: a tmpfs, which only root may mount.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace biglittle::chaos {

// Mounted for this thread and the processes it starts; gone with the process at the latest.
class SmallDisk {
 public:
  static absl::StatusOr<std::unique_ptr<SmallDisk>> Mount(const std::filesystem::path& at,
                                                          std::size_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Not a byte more fits until Free().
  void Fill() const;
  void Free() const;
  absl::Status MakeReadOnly() const;

 private:
  explicit SmallDisk(std::filesystem::path at) : at_(std::move(at)) {}
  std::filesystem::path filler() const { return at_ / "filler"; }

  const std::filesystem::path at_;
};

}  // namespace biglittle::chaos
