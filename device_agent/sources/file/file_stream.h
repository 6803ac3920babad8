// The bytes of a file, a FIFO or standard input.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"

#include "core/descriptor.h"
#include "device_agent/sources/stream/byte_stream.h"

namespace biglittle {

// A file ends at its end, or, followed, is read on as it grows; one that was cut or replaced is
// opened again. A FIFO has no end: its writers come and go. Standard input ends when it is closed.
class FileStream final : public ByteStream {
 public:
  // "-": standard input.
  FileStream(std::filesystem::path path, bool follow) : path_(std::move(path)), follow_(follow) {}

  absl::StatusOr<int> Open() override;
  void Close() override { file_.Reset(); }
  std::optional<Milliseconds> PauseAtEnd() override;
  absl::Status WhyEnded() override;

 private:
  bool WasReplaced() const;

  const std::filesystem::path path_;
  const bool follow_;

  Descriptor file_;
  struct stat opened_ {};
};

}  // namespace biglittle
