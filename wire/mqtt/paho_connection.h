// One connection to a broker through Paho, from connect to loss. For use inside wire/ only.
//
// A Paho client serves one connection and is then thrown away: its own reconnect forgets
// unacknowledged messages when the broker has lost the session (docs/decisions/002).
#pragma once

#include <mqtt/async_client.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/fleet/broker_config.h"
#include "wire/message.h"
#include "wire/mqtt/outbox.h"
#include "wire/mqtt_packets.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

// One thread opens, subscribes, looks after it and ends it; Publish may be called by others
// meanwhile, one at a time. The events come on Paho's threads, and none comes after the destructor
// has returned.
class PahoConnection final : private mqtt::iaction_listener {
 public:
  // What the broker's acknowledgement says of a message.
  struct Verdict {
    Delivery delivery = Delivery::kTaken;
    int reason_code = 0;
    std::string reason_string;  // a stranger's bytes
  };
  // Each returns at once and none calls back into the connection.
  struct Events {
    std::function<void(const mqtt::message& message)> on_message;
    // `reason_code`: of the broker's DISCONNECT, 0 if there was none.
    std::function<void(const std::string& cause, int reason_code)> on_lost;
    std::function<void(std::uint64_t id, const Verdict& verdict)> on_done;
    // Asked while waiting: true ends the wait.
    std::function<bool()> cancelled;
  };
  struct Failure {
    bool cancelled = false;
    int reason_code = 0;  // of the broker's CONNACK, or what Paho says instead
    std::string paho;     // its words
  };

  PahoConnection(const BrokerConfig& broker, const std::string& client_id, Events events);
  ~PahoConnection() override;  // disconnects cleanly if it is connected
  PahoConnection(const PahoConnection&) = delete;
  PahoConnection& operator=(const PahoConnection&) = delete;

  // Connects to the current address of the broker's name (broker_addresses.h), and sets
  // TCP_NODELAY. Why it failed, or nullopt; then connack() has what the broker said.
  std::optional<Failure> Open(const Credentials& credentials, bool clean_start,
                              const std::optional<Message>& will);
  const Connack& connack() const { return connack_; }
  struct SubscribeRules {
    int qos = 1;
    bool retained = true;              // also what the broker has retained of before
    bool retain_as_published = false;  // what comes says whether it was retained with
  };
  // Cancelled, PermissionDenied if the broker refuses, or Unavailable, with the reason.
  absl::Status Subscribe(const std::string& filter, const SubscribeRules& rules);
  // Bounded in time; what the broker says does not matter any more.
  void Unsubscribe(const std::vector<std::string>& filters);
  // Hands the message to Paho; on_done follows, or the connection is lost.
  absl::Status Publish(std::uint64_t id, const SharedMessage& message, SteadyTime now);

  bool connected() const { return client_->is_connected(); }

 private:
  // Keeps what the broker says when it refuses a subscription.
  class SubscribeListener final : public mqtt::iaction_listener {
   public:
    void on_success(const mqtt::token&) override {}
    void on_failure(const mqtt::token& token) override;
    std::string words() const {
      const std::lock_guard lock(mutex_);
      return words_;
    }

   private:
    mutable std::mutex mutex_;
    std::string words_;  // protected by mutex_
  };

  void on_success(const mqtt::token& token) override;
  void on_failure(const mqtt::token& token) override;
  // False if it was cancelled. Throws what Paho throws when the action failed.
  bool WaitFor(mqtt::token& token, Milliseconds timeout);

  const BrokerConfig broker_;
  const std::string client_id_;
  const Events events_;
  Connack connack_;
  SubscribeListener subscribe_listener_;
  std::unique_ptr<mqtt::async_client> client_;  // last: its callbacks use the others
};

// "tcp://host:port", with TLS "ssl://host:port".
std::string BrokerUri(const BrokerConfig& broker);

}  // namespace biglittle::wire
