// What Mosquitto 2.1 does otherwise than 2.0 with the same configuration.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/check/broker_sections.h"

namespace biglittle {

struct VersionRemark {
  int line;  // 0: something misses in the file as a whole
  std::string text;
};

// Whether a path is a symbolic link.
using IsLink = std::function<bool(const std::string& path)>;

// Deprecated directives, those that 2.0 does not know, files that 2.1 does not read, and defaults
// that have changed; in the order of the file. Source: Mosquitto's notes on 2.1.0 and 2.1.1.
std::vector<VersionRemark> RemarksOnVersions(const BrokerSections& sections, const IsLink& is_link);

}  // namespace biglittle
