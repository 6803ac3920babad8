#pragma once

#include <filesystem>

#include "core/yaml/key_table.h"
#include "device_agent/sources/source_kind.h"
#include "device_agent/sources/stream/stream_options.h"

namespace biglittle {

inline constexpr char kFileType[] = "file";

struct FileOptions : StreamOptions {
  std::filesystem::path path;  // "-": standard input
  bool follow = false;

  bool operator==(const FileOptions&) const = default;
};

const KeyTable<FileOptions>& FileKeys();
// Samples from a file, a FIFO or standard input.
const DeviceSourceKind& FileKind();

}  // namespace biglittle
