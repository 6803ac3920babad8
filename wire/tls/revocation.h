// Certificate revocation for all TLS connections of the process that Paho makes.
#pragma once

#include "absl/status/status.h"

namespace biglittle::wire {

// From now on the broker's certificate is looked up in the revocation lists among the authority's
// certificates, or is not: Paho has no option for it, so OpenSSL's defaults for verifying a server
// are changed, which the whole process shares. To be called before the process's first TLS
// connection; later calls must ask for the same (FailedPrecondition). Thread-safe.
absl::Status SetRevocationCheck(bool check);

}  // namespace biglittle::wire
