// How a session gets its connection: looks the broker's name up, tries one address after the other,
// reads what the broker offers, subscribes; and says why it cannot be had. For use inside wire/
// only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/fleet/broker_config.h"
#include "wire/message.h"
#include "wire/mqtt/paho_connection.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

// Not thread-safe: the session's thread owns it.
class SessionOpener {
 public:
  struct Options {
    BrokerConfig broker;
    Identity identity;
    std::string client_id;
    bool clean_start = false;
    std::optional<Message> will;
    bool retains = false;  // messages of this session are retained
  };

  explicit SessionOpener(Options options);

  // A connection that has subscribed to `filters`. Not OK, in one line with the mend: Cancelled;
  // Unauthenticated: our own credentials cannot be used, and nobody was asked; PermissionDenied: a
  // subscription is refused; FailedPrecondition: the broker has not what we need, and waiting alone
  // will not mend that; Unavailable: all else. Blocks, but for each address no longer than
  // connect_timeout.
  absl::StatusOr<std::unique_ptr<PahoConnection>> Open(const std::vector<std::string>& filters,
                                                       const PahoConnection::Events& events);
  // Nothing good came of the last connection: the next one goes to another address of the name, if
  // there is one.
  void LeaveAddress();

 private:
  using Failure = PahoConnection::Failure;

  absl::StatusOr<std::unique_ptr<PahoConnection>> Connect(const Credentials& credentials,
                                                          const PahoConnection::Events& events);
  absl::StatusOr<std::unique_ptr<PahoConnection>> ConnectOnce(const Credentials& credentials,
                                                              const PahoConnection::Events& events,
                                                              std::optional<Failure>& failure);
  bool TakeKeepAlive(const Connack& connack);
  absl::Status WhyNot(const Failure& failure, const Credentials& credentials,
                      const std::function<bool()>& cancelled) const;

  const Options options_;
  BrokerConfig broker_;  // with the keep alive that the broker wants
  std::string address_;  // of the last connection that was made; empty: it was left
};

// The keep alive to ask for where the broker says that it keeps `seconds`, at least 1: Paho looks
// once a second only, and the broker waits one and a half times as long (MQTT 5.0, 3.1.2.10).
std::uint16_t KeepAliveFor(std::uint16_t seconds);

}  // namespace biglittle::wire
