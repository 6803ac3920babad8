// The floor under a round trip over a broker: requests and answers of given sizes by the C library
// of Mosquitto, QoS 1, MQTT 5, response topic and correlation data, TCP_NODELAY. It does nothing
// else. `biglittle bench link` starts one that answers and one that asks.
//
//   link_floor answer PORT BYTES                 "ready", then answers with BYTES each until a
//   signal link_floor ask PORT BYTES WINDOW SECONDS     one line: p50 and p99 in us, answers a
//   second
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr char kRequestTopic[] = "floor/device/escalate";
constexpr char kAnswerTopic[] = "floor/device/reply";
constexpr char kContent[] = "application/x-protobuf";
// As long as those of an escalation: a run, a slash, a number.
constexpr int kCorrelationBytes = 20;
constexpr int kQos = 1;
constexpr int kReceiveMaximum = 1000;
constexpr int kLoopMilliseconds = 1000;
constexpr int kWarmUp = 200;

// What came in one turn of the loop, answered after it: publishing inside a callback of the library
// takes a detour.
struct Peer {
  mosquitto* client = nullptr;
  bool subscribed = false;
  std::vector<std::string> received;  // correlation data
};

[[noreturn]] void Fail(const char* what, int code) {
  std::fprintf(stderr, "link_floor: %s: %s\n", what, mosquitto_strerror(code));
  std::exit(1);
}

void Must(const char* what, int code) {
  if (code != MOSQ_ERR_SUCCESS) Fail(what, code);
}

void OnMessage(mosquitto*, void* self, const mosquitto_message*, const mosquitto_property* list) {
  void* data = nullptr;
  std::uint16_t size = 0;
  mosquitto_property_read_binary(list, MQTT_PROP_CORRELATION_DATA, &data, &size, false);
  static_cast<Peer*>(self)->received.emplace_back(static_cast<const char*>(data), size);
  std::free(data);
}

void OnSubscribe(mosquitto*, void* self, int, int, const int*, const mosquitto_property*) {
  static_cast<Peer*>(self)->subscribed = true;
}

void Turn(Peer& peer) { Must("loop", mosquitto_loop(peer.client, kLoopMilliseconds, 1)); }

void Open(Peer& peer, const char* id, int port, const char* topic) {
  peer.client = mosquitto_new(id, true, &peer);
  mosquitto_int_option(peer.client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  mosquitto_int_option(peer.client, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_int_option(peer.client, MOSQ_OPT_RECEIVE_MAXIMUM, kReceiveMaximum);
  mosquitto_message_v5_callback_set(peer.client, &OnMessage);
  mosquitto_subscribe_v5_callback_set(peer.client, &OnSubscribe);
  Must("connect", mosquitto_connect_bind_v5(peer.client, "127.0.0.1", port, 60, nullptr, nullptr));
  Must("subscribe", mosquitto_subscribe_v5(peer.client, nullptr, topic, kQos, 0, nullptr));
  while (!peer.subscribed) Turn(peer);
}

// An empty response topic: none, and no expiry, as in an answer.
void Publish(Peer& peer, const char* topic, const std::string& payload,
             const std::string& correlation, const char* response_topic) {
  mosquitto_property* list = nullptr;
  mosquitto_property_add_string(&list, MQTT_PROP_CONTENT_TYPE, kContent);
  mosquitto_property_add_binary(&list, MQTT_PROP_CORRELATION_DATA, correlation.data(),
                                static_cast<std::uint16_t>(correlation.size()));
  if (*response_topic != '\0') {
    mosquitto_property_add_string(&list, MQTT_PROP_RESPONSE_TOPIC, response_topic);
    mosquitto_property_add_int32(&list, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, 10);
  }
  const int code =
      mosquitto_publish_v5(peer.client, nullptr, topic, static_cast<int>(payload.size()),
                           payload.data(), kQos, false, list);
  mosquitto_property_free_all(&list);
  Must("publish", code);
}

int Answer(int port, std::size_t bytes) {
  Peer peer;
  Open(peer, "floor-answers", port, kRequestTopic);
  std::puts("ready");
  std::fflush(stdout);
  const std::string payload(bytes, 'a');
  for (;;) {
    Turn(peer);
    for (const std::string& correlation : std::exchange(peer.received, {})) {
      Publish(peer, kAnswerTopic, payload, correlation, "");
    }
  }
}

// Asks, `window` at once, until `end` or `most` answers; then waits for those that are left.
std::vector<double> Ask(Peer& peer, const std::string& payload, std::size_t window,
                        Clock::time_point end, std::size_t most) {
  std::vector<double> microseconds;
  std::vector<Clock::time_point> asked_at;
  while (true) {
    while (asked_at.size() < most && asked_at.size() - microseconds.size() < window &&
           Clock::now() < end) {
      char correlation[kCorrelationBytes + 1];
      std::snprintf(correlation, sizeof(correlation), "%0*zu", kCorrelationBytes, asked_at.size());
      asked_at.push_back(Clock::now());
      Publish(peer, kRequestTopic, payload, correlation, kAnswerTopic);
    }
    if (microseconds.size() == asked_at.size()) return microseconds;
    Turn(peer);
    const Clock::time_point now = Clock::now();
    for (const std::string& correlation : std::exchange(peer.received, {})) {
      const std::size_t which = std::strtoull(correlation.c_str(), nullptr, 10);
      microseconds.push_back(
          std::chrono::duration<double, std::micro>(now - asked_at.at(which)).count());
    }
  }
}

int AskAndTell(int port, std::size_t bytes, std::size_t window, double seconds) {
  Peer peer;
  Open(peer, "floor-asks", port, kAnswerTopic);
  const std::string payload(bytes, 'q');
  Ask(peer, payload, window, Clock::time_point::max(), kWarmUp);
  const Clock::time_point begin = Clock::now();
  std::vector<double> took = Ask(
      peer, payload, window,
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)),
      SIZE_MAX);
  const double length = std::chrono::duration<double>(Clock::now() - begin).count();
  mosquitto_disconnect_v5(peer.client, 0, nullptr);
  if (took.empty()) return 1;
  std::ranges::sort(took);
  const auto at = [&](double share) {
    return took[static_cast<std::size_t>(share * static_cast<double>(took.size() - 1))];
  };
  std::printf("%.2f %.2f %.1f\n", at(0.5), at(0.99), static_cast<double>(took.size()) / length);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  mosquitto_lib_init();
  const std::string role = argc > 1 ? argv[1] : "";
  if (role == "answer" && argc == 4) {
    return Answer(std::atoi(argv[2]), std::strtoul(argv[3], nullptr, 10));
  }
  if (role == "ask" && argc == 6) {
    return AskAndTell(std::atoi(argv[2]), std::strtoul(argv[3], nullptr, 10),
                      std::strtoul(argv[4], nullptr, 10), std::strtod(argv[5], nullptr));
  }
  std::fputs("link_floor answer PORT BYTES | link_floor ask PORT BYTES WINDOW SECONDS\n", stderr);
  return 2;
}
