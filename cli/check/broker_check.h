// What is dangerous in a Mosquitto configuration although Mosquitto takes it without a word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/check/broker_versions.h"
#include "core/diagnostics.h"

namespace biglittle {

struct BrokerFindings {
  // Whoever reaches the broker gets what is not his.
  std::vector<Diagnostic> openings;
  // Messages are lost in silence, memory has no bound, a lock that one believes in does not hold.
  std::vector<Diagnostic> warnings;
};

// Against what was measured of Mosquitto 2.0.11 (broker_config/README.md), and what 2.1 does
// otherwise (broker_versions.h). What misses in the file
// as a whole has no place. A file that begins with `connection` is a part to be appended to another
// (bridge.conf): only its bridges are looked at. Unknown directives are Mosquitto's own matter.
// `file` is only for the places; `is_link` is asked about the files that it names.
BrokerFindings CheckBrokerFile(std::string_view text, const std::string& file,
                               const IsLink& is_link);

}  // namespace biglittle
