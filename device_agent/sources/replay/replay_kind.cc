#include "device_agent/sources/replay/replay_kind.h"

#include <memory>
#include <utility>

#include "core/yaml/key_kinds.h"
#include "device_agent/sources/replay/data_file.h"
#include "device_agent/sources/replay/replay_options.h"
#include "device_agent/sources/replay/replay_source.h"

namespace biglittle {
namespace {

void OfCopy(ReplaySource& options, std::uint64_t k) { options.start += k; }

absl::StatusOr<DeviceSource> Make(const ReplaySource& options, const SourceConfig& config,
                                  const Task& task, SourceShares& shares) {
  return Replay::Open(options, task, *shares.Of<DataFiles>(), config.readings.has_value());
}

}  // namespace

const KeyTable<ReplaySource>& ReplayKeys() {
  using Replayed = ReplaySource;
  static const KeyTable<Replayed> keys(
      "replay_source", "recorded windows from a file, as if a sensor delivered them",
      {RequiredHereOrInDefaults(FileKey(
           "windows", &Replayed::windows,
           {.help = "the windows, see [data files](#data-files): the first dimension counts them, "
                    "the others are the task's `shape`"})),
       FileKey("labels", &Replayed::labels,
               {.help = "the true classes, one integer a window; with them accuracy can be told",
                .absent = "none"}),
       WholeKey("start", &Replayed::start, {0, kMaxExactWhole},
                {.help = "position of the first window; copy k (0, 1, ...) of a template begins k "
                         "later",
                 .unit = "windows"}),
       WholeKey("stride", &Replayed::stride, {1, kMaxExactWhole},
                {.help = "take every stride-th window", .unit = "windows"}),
       WholeKey("shuffle_seed", &Replayed::shuffle_seed, {0, kMaxExactWhole},
                {.help = "permute the windows first, the same way for the same seed",
                 .absent = "the file's order"})});
  return keys;
}

SourceConfig AsSourceConfig(ReplaySource options) {
  return {.type = kReplayType,
          .options = std::make_shared<const OptionsOf<ReplaySource>>(std::move(options))};
}

const DeviceSourceKind& ReplayKind() {
  static const SourceRow<ReplaySource> row(kReplayType, ReplayKeys(), OfCopy, Make);
  return row;
}

}  // namespace biglittle
