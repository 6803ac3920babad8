// A Mosquitto configuration as its lines: read, changed by the directives' names, written again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace biglittle {

struct BrokerLine {
  std::string directive;  // empty: a comment, or nothing
  std::string value;      // all behind the directive; of a comment or an empty line, the whole line

  bool operator==(const BrokerLine&) const = default;
};

using BrokerLines = std::vector<BrokerLine>;

// As Mosquitto reads: '#' in the first column begins a comment, spaces part the directive from its
// value, blanks at the end do not count. Never fails: what no directive is, Mosquitto says itself.
BrokerLines ReadBrokerLines(std::string_view text);
std::string WriteBrokerLines(const BrokerLines& lines);

// InvalidArgument, calling it `name`, for a folder that cannot be written into such a file: it must
// be absolute and one line that no blank ends.
absl::Status CheckBrokerFolder(std::string_view name, const std::string& folder);

}  // namespace biglittle
