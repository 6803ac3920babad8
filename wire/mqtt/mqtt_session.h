// An MQTT 5 session that survives its connections: it connects when it can, subscribes again on
// every connect, keeps what is to be published until the broker has acknowledged it, and tells what
// it could not keep.
//
// A thread of its own connects and publishes; an urgent message is handed to Paho by the thread
// that publishes it, where that cannot block (docs/decisions/016). Paho's receive thread calls
// on_message. The class is thread-safe, but on_message, on_connection and on_delivered must return
// at once: enqueue and nothing else, for Paho serves all sessions of a process with that one
// thread. What they publish is enqueued, urgent or not.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet/broker_config.h"
#include "wire/message.h"
#include "wire/mqtt/topic_listener.h"
#include "wire/tls/credentials.h"

namespace biglittle::wire {

class MqttSession {
 public:
  struct Options {
    BrokerConfig broker;
    // Whose credentials, where `broker` asks for some. They are loaded for each connection; one is
    // made anew, without losing anything, when the certificate or the key on disk is another one.
    Identity identity;
    std::string client_id;
    // True: the broker forgets the session with the connection. Workers want that, because a shared
    // subscription whose member is away would go on taking its share of the requests.
    bool clean_start = false;
    std::vector<std::string> subscriptions;  // topic filters, QoS 1
    // Who hears a topic more; its messages do not come to on_message. May be nullptr.
    std::vector<std::shared_ptr<TopicListener>> listeners;
    std::optional<Message> will;  // sent by the broker when we vanish
    // The first message after every connect; called on the session's thread.
    std::function<Message()> birth;
    std::function<void(Message&&)> on_message;
    std::function<void(bool connected)> on_connection;
    // At most once for each message with a tag that Publish took, and once for each that does not
    // expire before it is sent and is not given back. Not called for those that are left when the
    // session stops.
    std::function<void(std::uint64_t tag, Delivery delivery)> on_delivered;
    // A message that Publish took and that is larger than the broker takes, as it said when it was
    // connected to: given back, and counted in refused_too_large. On the session's thread, after
    // on_connection. Without it, or where it has no tag, such a message is dropped and logged.
    std::function<void(Message&& message)> on_too_large;
    // After each hand-over to Paho, on the thread that did it: `taken_at` the message left the
    // outbox.
    std::function<void(const Message& message, SteadyTime taken_at, SteadyTime handed_at)>
        on_handed_over;
  };

  // Everything counted since construction.
  struct Counters {
    std::uint64_t connects = 0;  // successful ones, the first included
    std::uint64_t connect_failures = 0;
    std::uint64_t renewals = 0;  // connections ended for new credentials
    std::uint64_t connections_lost = 0;
    std::uint64_t published = 0;     // handed to Paho, repeats included
    std::uint64_t acknowledged = 0;  // by the broker
    std::uint64_t republished = 0;   // again after a lost connection
    std::uint64_t refused_backlog_full = 0;
    std::uint64_t refused_too_large = 0;  // for max_payload_bytes, or for the broker
    std::uint64_t refused_by_broker = 0;  // the broker's acknowledgement said no
    std::uint64_t expired = 0;            // past expires_at before they could be sent
    std::uint64_t received = 0;
    std::uint64_t received_too_large = 0;  // dropped before anybody looked into them
    std::uint64_t subscriptions_refused = 0;
  };

  explicit MqttSession(Options options);
  ~MqttSession();  // Stop()
  MqttSession(const MqttSession&) = delete;
  MqttSession& operator=(const MqttSession&) = delete;

  // Begins to connect and returns at once.
  void Start();

  // Takes the message, to be published in order, at least once (QoS 1) across reconnects.
  // ResourceExhausted: the backlog is full. InvalidArgument: larger than max_payload_bytes, or than
  // the broker takes.
  // FailedPrecondition: stopped. In each case the message was not taken and this was counted.
  absl::Status Publish(Message message);

  bool connected() const;
  // Waits until connected; false if `deadline` came first.
  bool WaitConnected(SteadyTime deadline) const;
  // Why there is no connection, in one line with the mend; empty while there is one, and before the
  // first try has ended.
  std::string trouble() const;
  // How a sentence about what was left undelivered ends: "to the broker at ...: " and the trouble,
  // or that the broker did not acknowledge it.
  std::string WhyUndelivered() const;
  // The largest packet (wire/mqtt_packets.h) that the broker takes: what it said last, as far as is
  // known.
  std::size_t max_packet_bytes() const;
  // Messages that the broker has not acknowledged yet, and how many there may be.
  std::size_t backlog() const;
  std::size_t max_backlog() const;
  // "tcp://host:port", with TLS "ssl://host:port", for messages to people.
  std::string broker_address() const;
  // One line for people: "no connection to the broker at ...", and why, once a try has failed.
  std::string WhyNotConnected() const;
  Counters counters() const;

  // Leaves all subscriptions, now and on later connects, so that a shared group's messages go to
  // its other members. Returns when the broker has confirmed it, or at `deadline`.
  void Unsubscribe(SteadyTime deadline);
  // Waits until everything taken is acknowledged; returns how many messages were not by `deadline`.
  std::size_t Drain(SteadyTime deadline);
  // Disconnects cleanly (the broker does not send the will) and ends the thread. Idempotent.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace biglittle::wire
