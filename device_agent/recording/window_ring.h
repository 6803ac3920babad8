// Windows on a disk, a bounded number of bytes: the newest push out the oldest.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/tensor.h"
#include "device_agent/sources/arrays/growing_npy.h"

namespace biglittle {

// A folder of pairs of files, numbered upwards: <n>.npy, an array of windows, and <n>.jsonl, of
// which line i says what became of window i (more lines than windows: the last ones' are missing).
// A sixteenth of the bytes a pair; a pair goes as a whole.
//
// Not thread-safe; its functions wait for the disk. Errors are one line with a file's name, and
// leave a ring that can be used further.
class WindowRing {
 public:
  struct Options {
    std::filesystem::path folder;
    std::uint64_t max_bytes = 0;
    DType dtype = DType::kFloat32;
    Shape window;
  };
  // Windows of which fewer than this fit into a ring make it useless.
  static constexpr std::uint64_t kLeastWindows = 16;

  // Makes the folder where it is missing, for this user alone. What earlier runs left there counts,
  // and goes first. InvalidArgument: fewer than kLeastWindows windows fit into max_bytes.
  static absl::StatusOr<WindowRing> Open(Options options);

  // `line` says what became of it; without a line feed.
  absl::Status Add(std::span<const std::byte> window, std::string_view line);
  // From now on whoever reads the files sees what was added.
  absl::Status Commit();

  std::uint64_t bytes() const;

 private:
  struct Segment {
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;
  };
  struct Current {
    std::uint64_t number = 0;
    GrowingNpy windows;
    std::uint64_t line_bytes = 0;
    Descriptor lines;
  };

  explicit WindowRing(Options options) : options_(std::move(options)) {}

  absl::Status FindSegments();
  absl::Status Begin();
  absl::Status End();
  void MakeRoom(std::uint64_t bytes);
  std::filesystem::path FileOf(std::uint64_t number, const char* ending) const;

  const Options options_;
  std::deque<Segment> segments_;  // the oldest first; those before the current one
  std::optional<Current> current_;
  std::uint64_t next_ = 0;
};

}  // namespace biglittle
