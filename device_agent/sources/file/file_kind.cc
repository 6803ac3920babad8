#include "device_agent/sources/file/file_kind.h"

#include <memory>
#include <utility>

#include "core/yaml/key_kinds.h"
#include "device_agent/sources/file/file_stream.h"
#include "device_agent/sources/stream/stream_feed.h"
#include "device_agent/sources/stream/stream_source.h"

namespace biglittle {
namespace {

void ReadFile(const YamlNode& node, std::filesystem::path& path, Problems& problems) {
  if (node.kind == YamlNode::Kind::kScalar && node.text == "-") {
    path = "-";
    return;
  }
  if (auto read = ReadPath(node, "path", problems)) path = *std::move(read);
}

void OfCopy(FileOptions&, std::uint64_t) {}

absl::StatusOr<DeviceSource> Make(const FileOptions& options, const SourceConfig& config,
                                  const Task& task, SourceShares&) {
  std::error_code error;
  // A recording loses nothing by waiting.
  const bool recording = !options.follow && std::filesystem::is_regular_file(options.path, error);
  const bool waits = recording || config.when_full == WhenFull::kWait;
  auto feed = StreamFeed::Make(options, task, waits ? Pace::kOurs : Pace::kSensors);
  if (!feed.ok()) return feed.status();
  return std::make_unique<StreamSource>(std::make_unique<FileStream>(options.path, options.follow),
                                        *std::move(feed), waits, Milliseconds(100));
}

std::vector<Key<FileOptions>> Keys() {
  std::vector<Key<FileOptions>> keys = StreamKeys<FileOptions>();
  keys.insert(keys.begin(),
              {RequiredHereOrInDefaults(KeyReadBy(
                   "path", &FileOptions::path, ReadFile, {PathShape("file")},
                   {.help = "a file, a FIFO, or `-` for standard input; one that is not there yet "
                            "may come"})),
               BoolKey("follow", &FileOptions::follow,
                       {.help = "read on as the file grows; else the device stops at its end"})});
  return keys;
}

}  // namespace

const KeyTable<FileOptions>& FileKeys() {
  static const KeyTable<FileOptions> keys("file_source",
                                          "samples from a file, a FIFO or standard input", Keys());
  return keys;
}

const DeviceSourceKind& FileKind() {
  static const SourceRow<FileOptions> row(kFileType, FileKeys(), OfCopy, Make);
  return row;
}

}  // namespace biglittle
