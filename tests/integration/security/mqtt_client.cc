#include "tests/integration/security/mqtt_client.h"

#include <gtest/gtest.h>
#include <mqtt_protocol.h>
#include <signal.h>
#include <sys/socket.h>

#include <cstdlib>
#include <utility>

namespace biglittle {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr int kLoopMs = 50;
constexpr int kKeepAliveS = 60;

void PrepareLibrary() {
  static const bool prepared = [] {
    // A broker that cuts a connection while we write to it is what these tests are about.
    signal(SIGPIPE, SIG_IGN);
    return mosquitto_lib_init() == MOSQ_ERR_SUCCESS;
  }();
  EXPECT_TRUE(prepared);
}

mosquitto_property* PropertiesOf(const MqttMessage& message) {
  mosquitto_property* properties = nullptr;
  if (!message.response_topic.empty()) {
    mosquitto_property_add_string(&properties, MQTT_PROP_RESPONSE_TOPIC,
                                  message.response_topic.c_str());
  }
  if (!message.correlation_data.empty()) {
    mosquitto_property_add_binary(&properties, MQTT_PROP_CORRELATION_DATA,
                                  message.correlation_data.data(),
                                  static_cast<std::uint16_t>(message.correlation_data.size()));
  }
  return properties;
}

}  // namespace

MqttClient::MqttClient(Options options) : options_(std::move(options)) {
  PrepareLibrary();
  handle_ = mosquitto_new(options_.client_id.c_str(), true, this);
  SetUp();
  const int result = mosquitto_connect(handle_, "127.0.0.1", options_.port, kKeepAliveS);
  EXPECT_TRUE(result == MOSQ_ERR_SUCCESS || result == MOSQ_ERR_TLS) << mosquitto_strerror(result);
  if (result != MOSQ_ERR_SUCCESS) {
    ended_ = true;
    return;
  }
  thread_ = std::thread([this] { Run(); });
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [this] { return ended_ || connect_reason_; }));
}

MqttClient::~MqttClient() {
  stopping_ = true;
  mosquitto_disconnect(handle_);
  if (thread_.joinable()) thread_.join();
  mosquitto_destroy(handle_);
}

void MqttClient::SetUp() {
  mosquitto_threaded_set(handle_, true);
  mosquitto_int_option(handle_, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_int_option(handle_, MOSQ_OPT_SEND_MAXIMUM, options_.send_maximum);
  mosquitto_int_option(handle_, MOSQ_OPT_PROTOCOL_VERSION,
                       options_.mqtt_5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
  const bool of_a_bridge = std::filesystem::exists(options_.credentials / "bridge.crt");
  const std::string certificate =
      options_.credentials / (of_a_bridge ? "bridge.crt" : "client.crt");
  const std::string key = options_.credentials / (of_a_bridge ? "bridge.key" : "client.key");
  const bool shows = !options_.credentials.empty();
  EXPECT_EQ(mosquitto_tls_set(handle_, options_.authority.c_str(), nullptr,
                              shows ? certificate.c_str() : nullptr, shows ? key.c_str() : nullptr,
                              nullptr),
            MOSQ_ERR_SUCCESS);
  if (options_.will) {
    const MqttMessage& will = *options_.will;
    EXPECT_EQ(mosquitto_will_set(handle_, will.topic.c_str(), static_cast<int>(will.payload.size()),
                                 will.payload.data(), will.qos, will.retain),
              MOSQ_ERR_SUCCESS);
  }
  static constexpr auto kSelf = [](void* self) { return static_cast<MqttClient*>(self); };
  mosquitto_connect_v5_callback_set(
      handle_, [](mosquitto*, void* self, int reason, int, const mosquitto_property*) {
        const std::lock_guard lock(kSelf(self)->mutex_);
        kSelf(self)->connect_reason_ = reason;
        kSelf(self)->changed_.notify_all();
      });
  mosquitto_disconnect_v5_callback_set(
      handle_, [](mosquitto*, void* self, int reason, const mosquitto_property*) {
        // Below 128 it is the library's own error.
        const std::lock_guard lock(kSelf(self)->mutex_);
        if (reason >= 128) kSelf(self)->disconnect_reason_ = reason;
      });
  mosquitto_publish_v5_callback_set(
      handle_, [](mosquitto*, void* self, int id, int reason, const mosquitto_property*) {
        ++kSelf(self)->acknowledged_;
        kSelf(self)->Note(kSelf(self)->published_, id, reason);
      });
  mosquitto_subscribe_v5_callback_set(handle_, [](mosquitto*, void* self, int id, int,
                                                  const int* reasons, const mosquitto_property*) {
    kSelf(self)->Note(kSelf(self)->subscribed_, id, reasons[0]);
  });
  mosquitto_unsubscribe_v5_callback_set(
      handle_, [](mosquitto*, void* self, int id, const mosquitto_property*) {
        kSelf(self)->Note(kSelf(self)->subscribed_, id, 0);
      });
  mosquitto_message_v5_callback_set(
      handle_,
      [](mosquitto*, void* self, const mosquitto_message* message,
         const mosquitto_property* properties) { kSelf(self)->Arrived(*message, properties); });
}

void MqttClient::Run() {
  while (mosquitto_loop(handle_, kLoopMs, 1) == MOSQ_ERR_SUCCESS) {
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void MqttClient::Note(std::map<int, int>& reasons, int id, int reason) {
  const std::lock_guard lock(mutex_);
  reasons[id] = reason;
  changed_.notify_all();
}

void MqttClient::Arrived(const mosquitto_message& message, const mosquitto_property* properties) {
  MqttMessage copy{.topic = message.topic,
                   .payload = std::string(static_cast<const char*>(message.payload),
                                          static_cast<std::size_t>(message.payloadlen)),
                   .qos = message.qos,
                   .retain = message.retain};
  void* data = nullptr;
  std::uint16_t size = 0;
  if (mosquitto_property_read_binary(properties, MQTT_PROP_CORRELATION_DATA, &data, &size, false) !=
      nullptr) {
    copy.correlation_data.assign(static_cast<const char*>(data), size);
    std::free(data);
  }
  if (options_.on_message) return options_.on_message(std::move(copy));
  const std::lock_guard lock(mutex_);
  arrived_.push_back(std::move(copy));
  changed_.notify_all();
}

std::optional<int> MqttClient::connect_reason() const {
  const std::lock_guard lock(mutex_);
  return connect_reason_;
}

bool MqttClient::connected() const {
  const std::lock_guard lock(mutex_);
  return connect_reason_ == 0 && !ended_;
}

std::optional<int> MqttClient::disconnect_reason() const {
  const std::lock_guard lock(mutex_);
  return disconnect_reason_;
}

bool MqttClient::AwaitEnd() const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [this] { return ended_; });
}

int MqttClient::Hand(const MqttMessage& message, int& id) {
  mosquitto_property* properties = PropertiesOf(message);
  const int result = mosquitto_publish_v5(
      handle_, &id, message.topic.c_str(), static_cast<int>(message.payload.size()),
      message.payload.data(), message.qos, message.retain, properties);
  mosquitto_property_free_all(&properties);
  return result;
}

std::optional<int> MqttClient::AwaitReason(const std::map<int, int>& reasons, int id) const {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return ended_ || reasons.count(id) > 0; }))
      << options_.client_id << " waits for the broker's answer";
  const auto found = reasons.find(id);
  if (found == reasons.end()) return std::nullopt;
  return found->second;
}

std::optional<int> MqttClient::Publish(const MqttMessage& message) {
  int id = 0;
  if (!connected() || Hand(message, id) != MOSQ_ERR_SUCCESS) return std::nullopt;
  return AwaitReason(published_, id);
}

bool MqttClient::Send(const MqttMessage& message) {
  int id = 0;
  return connected() && Hand(message, id) == MOSQ_ERR_SUCCESS;
}

std::uint64_t MqttClient::acknowledged() const { return acknowledged_; }

std::optional<int> MqttClient::Subscribe(const std::string& filter) {
  int id = 0;
  if (!connected()) return std::nullopt;
  const int result = mosquitto_subscribe(handle_, &id, filter.c_str(), 1);
  EXPECT_EQ(result, MOSQ_ERR_SUCCESS) << filter << ": " << mosquitto_strerror(result);
  return AwaitReason(subscribed_, id);
}

bool MqttClient::Unsubscribe(const std::string& filter) {
  int id = 0;
  if (!connected()) return false;
  if (mosquitto_unsubscribe(handle_, &id, filter.c_str()) != MOSQ_ERR_SUCCESS) return false;
  return AwaitReason(subscribed_, id).has_value();
}

std::vector<MqttMessage> MqttClient::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(arrived_, {});
}

std::optional<MqttMessage> MqttClient::Await(const std::function<bool(const MqttMessage&)>& fits) {
  std::unique_lock lock(mutex_);
  std::optional<MqttMessage> found;
  changed_.wait_for(lock, kPatience, [&] {
    for (const MqttMessage& message : std::exchange(arrived_, {})) {
      if (found) {
        arrived_.push_back(message);
      } else if (fits(message)) {
        found = message;
      }
    }
    return found || ended_;
  });
  return found;
}

void MqttClient::Vanish() {
  shutdown(mosquitto_socket(handle_), SHUT_RDWR);
  EXPECT_TRUE(AwaitEnd());
}

}  // namespace biglittle
