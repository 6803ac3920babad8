// When a program's certificate and its authority end, for a metric and a line in the log: a fleet
// whose certificates run out falls silent in one night.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/fleet/broker_config.h"
#include "core/log_limit.h"
#include "wire/tls/credential_watch.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

// What is said when this is left, and less.
inline constexpr std::chrono::days kExpiryNotice{30};

// Not thread-safe: the main loop's.
class CredentialExpiry {
 public:
  CredentialExpiry(const BrokerConfig& broker, const Identity& identity);

  // Looks whether the files have changed, and reads them if so. To be called now and then.
  void Refresh();

  // Of what Refresh saw; without TLS, or where a file cannot be read, nothing is known of it.
  const CredentialEnds& ends() const { return ends_; }
  // "certificate_expiration_timestamp_seconds" and "authority_expiration_timestamp_seconds", Unix
  // time.
  void AddGauges(std::map<std::string, double>& gauges) const;
  // What ends within kExpiryNotice of `now`, or has ended, a sentence each.
  std::vector<std::string> Notices(WallTime now) const;
  // Those, if it is time to say them again.
  std::vector<std::string> NoticesToSay(SteadyTime now, WallTime wall_now);

 private:
  std::optional<TlsFiles> files_;  // constant after construction; absent: no TLS
  FileMarks marks_{};
  CredentialEnds ends_;
  LogLimit said_{std::chrono::hours(12)};
};

}  // namespace biglittle::wire
