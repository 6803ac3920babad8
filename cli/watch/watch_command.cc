#include "cli/watch/watch_command.h"

#include <ostream>

#include "absl/status/status.h"

#include "cli/command_end.h"
#include "cli/watch/result_list.h"
#include "cli/watch/top_command.h"
#include "cli/watch/watch_target.h"
#include "core/clock.h"

namespace biglittle {
namespace {

absl::Status ExpectOneView(const WatchOptions& options) {
  if (options.top && (options.json || options.count)) {
    return absl::InvalidArgumentError(
        "--json and --count are of the list of results: leave out --top, or them");
  }
  if (!options.top && !options.normal.empty()) {
    return absl::InvalidArgumentError("--normal is of --top");
  }
  return absl::OkStatus();
}

absl::Status Watch(const WatchOptions& options, std::ostream& out, std::ostream& err) {
  if (absl::Status one = ExpectOneView(options); !one.ok()) return one;
  const auto target = FindTarget(options, Clock::Real().WallNow());
  if (!target.ok()) return target.status();
  if (options.top) return ShowTop(*target, err);
  ListResults(*target, {.json = options.json, .count = options.count}, out, err);
  return absl::OkStatus();
}

}  // namespace

int RunWatch(const WatchOptions& options, std::ostream& out, std::ostream& err) {
  return EndCommand("watch", Watch(options, out, err), err);
}

}  // namespace biglittle
