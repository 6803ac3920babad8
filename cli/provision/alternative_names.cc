#include "cli/provision/alternative_names.h"

#include <fmt/format.h>

#include "core/host_name.h"
#include "core/text.h"

namespace biglittle {
namespace {

// A comma would begin a further name in OpenSSL's notation; a certificate has no zones.
bool IsDnsName(const std::string& host) {
  return IsHost(host) && host.find(':') == std::string::npos;
}

}  // namespace

absl::StatusOr<std::string> AlternativeNames(const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    if (!IsIpAddress(host) && !IsDnsName(host)) {
      return absl::InvalidArgumentError(fmt::format("{} is neither a host name nor an IP address{}",
                                                    Quoted(host), HostMend(host)));
    }
    names +=
        fmt::format("{}{}:{}", names.empty() ? "" : ",", IsIpAddress(host) ? "IP" : "DNS", host);
  }
  if (names.empty()) return absl::InvalidArgumentError("a server's certificate needs a host name");
  return names;
}

}  // namespace biglittle
