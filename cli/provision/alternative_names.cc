#include "cli/provision/alternative_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/text.h"

namespace biglittle {
namespace {

// A comma would begin a further name in OpenSSL's notation.
bool IsDnsName(const std::string& host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
  });
}

}  // namespace

absl::StatusOr<std::string> AlternativeNames(const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    if (!IsIpAddress(host) && !IsDnsName(host)) {
      return absl::InvalidArgumentError(
          fmt::format("{} is neither a host name nor an IP address", Quoted(host)));
    }
    names +=
        fmt::format("{}{}:{}", names.empty() ? "" : ",", IsIpAddress(host) ? "IP" : "DNS", host);
  }
  if (names.empty()) return absl::InvalidArgumentError("a server's certificate needs a host name");
  return names;
}

}  // namespace biglittle
