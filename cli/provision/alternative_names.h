// The names and addresses that a server's certificate is for.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

// In OpenSSL's notation: "DNS:broker.example,IP:10.0.0.1". InvalidArgument: there is none, or one
// is neither a host name nor an IP address. Pure.
absl::StatusOr<std::string> AlternativeNames(const std::vector<std::string>& hosts);

}  // namespace biglittle
