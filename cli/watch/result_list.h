// A fleet's results, a line each, as they come.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>

#include "cli/watch/watch_target.h"

namespace biglittle {

struct ListOptions {
  bool json = false;                   // as they came, one object a line
  std::optional<std::uint64_t> count;  // end after so many
};

// Until it is interrupted, `count` were written or `out` takes none any more. Without JSON, and
// where the target says since when: also the states that devices have settled on since then, which
// the broker retains; of results it retains none. What is refused goes to `err`.
void ListResults(const WatchTarget& target, const ListOptions& options, std::ostream& out,
                 std::ostream& err);

}  // namespace biglittle
