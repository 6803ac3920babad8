// Certificates, keys and revocation lists in PEM, as far as they have to be checked before use.
// For use inside wire/tls/ only.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/status.h"

#include "core/clock.h"

namespace biglittle::wire {

// All take a file's content and return OK or what is wrong with it, as the end of a sentence that
// begins with the file's name. Thread-safe.

// At least one certificate, and a revocation list if one is wanted.
absl::Status CheckAuthority(std::string_view pem, bool with_revocation_list);
// The first certificate is valid now.
absl::Status CheckCertificate(std::string_view pem);
// A private key that needs no pass phrase.
absl::Status CheckKey(std::string_view pem);
// The key is that of the first certificate. Both have been checked.
absl::Status CheckPair(std::string_view certificate_pem, std::string_view key_pem);

// When the first of the certificates ends, and of the revocation lists where they count; nullopt
// where there is none.
std::optional<WallTime> EarliestEnd(std::string_view pem, bool with_revocation_lists);

}  // namespace biglittle::wire
