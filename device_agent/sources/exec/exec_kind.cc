#include "device_agent/sources/exec/exec_kind.h"

#include <memory>
#include <utility>

#include "core/yaml/key_kinds.h"
#include "device_agent/sources/exec/exec_stream.h"
#include "device_agent/sources/stream/stream_feed.h"
#include "device_agent/sources/stream/stream_source.h"

namespace biglittle {
namespace {

constexpr std::size_t kMostArguments = 256;
constexpr std::size_t kMaxArgumentBytes = 4096;

void ReadCommand(const YamlNode& node, std::vector<std::string>& command, Problems& problems) {
  ReadLines(node, "command", kMostArguments, kMaxArgumentBytes, command, problems);
}

void OfCopy(ExecOptions&, std::uint64_t) {}

absl::StatusOr<DeviceSource> Make(const ExecOptions& options, const SourceConfig& config,
                                  const Task& task, SourceShares&) {
  const bool waits = config.when_full == WhenFull::kWait;
  auto feed = StreamFeed::Make(options, task, waits ? Pace::kOurs : Pace::kSensors);
  if (!feed.ok()) return feed.status();
  return std::make_unique<StreamSource>(std::make_unique<ExecStream>(options.command),
                                        *std::move(feed), waits, options.restart_delay);
}

std::vector<Key<ExecOptions>> Keys() {
  std::vector<Key<ExecOptions>> keys = StreamKeys<ExecOptions>();
  keys.insert(
      keys.begin(),
      {RequiredHereOrInDefaults(KeyReadBy(
           "command", &ExecOptions::command, ReadCommand,
           {ListShape{.least = 1,
                      .most = kMostArguments,
                      .element = Each({TextShape{
                          .what = "argument", .pattern = "", .longest = kMaxArgumentBytes}})}},
           {.help = "the program and its arguments, without a shell; its standard output is the "
                    "samples, its standard error goes to the log"})),
       WholeKey("restart_delay_ms", &ExecOptions::restart_delay, {0, 3'600'000},
                {.help = "before it is started again when it has ended; doubles while it goes on "
                         "ending, up to 30 s"})});
  return keys;
}

}  // namespace

const KeyTable<ExecOptions>& ExecKeys() {
  static const KeyTable<ExecOptions> keys("exec_source", "a program that prints samples", Keys());
  return keys;
}

const DeviceSourceKind& ExecKind() {
  static const SourceRow<ExecOptions> row(kExecType, ExecKeys(), OfCopy, Make);
  return row;
}

}  // namespace biglittle
