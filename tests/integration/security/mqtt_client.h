// An MQTT client that does what it is told, by libmosquitto: our own programs would not ask for
// what they may not have. It never reconnects, and says what the broker answered.
#pragma once

#include <mosquitto.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"

namespace biglittle {

struct MqttMessage {
  std::string topic;
  std::string payload;
  int qos = 1;
  bool retain = false;
  std::string response_topic = "";    // empty: none
  std::string correlation_data = "";  // empty: none
};

// Waits are bounded by ten seconds each. Thread-safe.
class MqttClient {
 public:
  struct Options {
    std::uint16_t port = 0;           // of 127.0.0.1
    std::filesystem::path authority;  // what the broker's certificate is held against
    // client.crt and client.key, or bridge.crt and bridge.key; empty: connects without a
    // certificate.
    std::filesystem::path credentials;
    std::string client_id;
    std::optional<MqttMessage> will;
    bool mqtt_5 = true;       // false: 3.1.1
    int send_maximum = 1000;  // publishes that wait for their acknowledgement; the broker's counts
    // Instead of keeping what arrives; on the client's thread.
    std::function<void(MqttMessage&&)> on_message;
  };

  // Connects; see connect_reason.
  explicit MqttClient(Options options);
  ~MqttClient();  // disconnects cleanly
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  // MQTT's reason code, 0 for success; nullopt: the broker ended the connection without one.
  std::optional<int> connect_reason() const;
  bool connected() const;
  // Of the broker's DISCONNECT; nullopt if there was none.
  std::optional<int> disconnect_reason() const;
  bool AwaitEnd() const;

  // MQTT's reason codes; nullopt: the connection ended first.
  std::optional<int> Publish(const MqttMessage& message);
  std::optional<int> Subscribe(const std::string& filter);
  // All that was sent to us before the broker took this up has arrived then.
  bool Unsubscribe(const std::string& filter);

  // Without waiting for an acknowledgement; false: no connection.
  bool Send(const MqttMessage& message);
  std::uint64_t acknowledged() const;

  // What has arrived since the last Take.
  std::vector<MqttMessage> Take();
  // Of what arrives the first that fits, taken with all before it.
  std::optional<MqttMessage> Await(const std::function<bool(const MqttMessage&)>& fits);

  // Ends the TCP connection without a word, as a power cut does.
  void Vanish();

 private:
  void SetUp();
  void Run();
  int Hand(const MqttMessage& message, int& id);
  std::optional<int> AwaitReason(const std::map<int, int>& reasons, int id) const;
  void Note(std::map<int, int>& reasons, int id, int reason);
  void Arrived(const mosquitto_message& message, const mosquitto_property* properties);

  const Options options_;
  mosquitto* handle_ = nullptr;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<int> connect_reason_;
  std::optional<int> disconnect_reason_;
  bool ended_ = false;
  std::map<int, int> published_;   // packet identifier -> reason code
  std::map<int, int> subscribed_;  // the same, unsubscribed too
  std::vector<MqttMessage> arrived_;
  std::atomic<std::uint64_t> acknowledged_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace biglittle
