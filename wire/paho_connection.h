// One connection to a broker through Paho, from connect to loss. For use inside wire/ only.
//
// A Paho client serves one connection and is then thrown away: its own reconnect forgets
// unacknowledged messages when the broker has lost the session (docs/decisions/002).
#pragma once

#include <mqtt/async_client.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet_config.h"
#include "wire/message.h"
#include "wire/outbox.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

// One thread opens, subscribes, looks after it and ends it; Publish may be called by others
// meanwhile, one at a time. The events come on Paho's threads, and none comes after the destructor
// has returned.
class PahoConnection final : private mqtt::iaction_listener {
 public:
  // Each returns at once and none calls back into the connection.
  struct Events {
    std::function<void(const mqtt::message& message)> on_message;
    std::function<void(const std::string& cause)> on_lost;
    std::function<void(std::uint64_t id, Delivery delivery)> on_done;
    // Asked while waiting: true ends the wait.
    std::function<bool()> cancelled;
  };

  PahoConnection(const BrokerConfig& broker, const std::string& client_id, Events events);
  ~PahoConnection() override;  // disconnects cleanly if it is connected
  PahoConnection(const PahoConnection&) = delete;
  PahoConnection& operator=(const PahoConnection&) = delete;

  // Connects and sets TCP_NODELAY. Cancelled, or Unavailable with the reason and how to mend it,
  // for which the broker is looked at once more.
  absl::Status Open(const Credentials& credentials, bool clean_start,
                    const std::optional<Message>& will);
  // PermissionDenied if the broker refuses; otherwise as Open.
  absl::Status Subscribe(const std::string& filter);
  // Bounded in time; what the broker says does not matter any more.
  void Unsubscribe(const std::vector<std::string>& filters);
  // Hands the message to Paho; on_done follows, or the connection is lost.
  absl::Status Publish(std::uint64_t id, const SharedMessage& message, SteadyTime now);

  bool connected() const { return client_.is_connected(); }

 private:
  void on_success(const mqtt::token& token) override;
  void on_failure(const mqtt::token& token) override;
  std::string WhyNot(const Credentials& credentials, int reason_code, const char* paho) const;
  // False if it was cancelled. Throws what Paho throws when the action failed.
  bool WaitFor(mqtt::token& token, Milliseconds timeout);

  const BrokerConfig broker_;
  const std::string client_id_;
  const Events events_;
  mqtt::async_client client_;
};

// "tcp://host:port", with TLS "ssl://host:port".
std::string BrokerUri(const BrokerConfig& broker);

}  // namespace biglittle::wire
